/**
 * From nodes to JavaScript, for one function at a time. An expression that JavaScript can
 * say as an expression becomes one; everything else becomes statements that leave their
 * value at a destination. `emit-control.ts` holds the statements, `emit-function.ts` the
 * functions.
 *
 * Multiple values: `$mv.n` is 1 whenever a function is entered by a caller that wants
 * several values, and is right when it returns; only VALUES writes anything else. A
 * function therefore sets it back to 1 before it returns a single value or calls in tail
 * position, but only if something that may have changed it was called before: `clean`.
 */
import { Complex, DoubleFloat, Ratio, SingleFloat, SYMBOL_KIND } from "@astralisp/reader";
import type {
  BlockInfo,
  FunctionNode,
  LocalVar,
  Node,
  NodeOf,
  PrimCall,
  TagbodyInfo,
} from "./ast.js";
import { type Destination, isExpression, wantsValues } from "./destination.js";
import { ControlEmitter } from "./emit-control.js";
import { functionExpression } from "./emit-function.js";
import { helperProperty, type LiteralPool } from "./literals.js";
import { isSelfCall, mayCall } from "./mv-analysis.js";
import type { NameSupply } from "./names.js";
import type { TemplateContext } from "./open-code.js";

/** How a block in progress is left. */
export interface BlockExit {
  readonly destination: Destination;
  readonly label: string;
}

/** A tagbody in progress. */
export interface TagbodyState {
  /** Leaves for tag `index` from the segment being emitted. */
  jump(index: number): string;
}

/** What the functions of one top-level form share. */
export interface FormContext {
  readonly literals: LiteralPool;
  readonly names: NameSupply;
  /** Variables that hold the exits of blocks and tagbodies left by closures. */
  readonly exits: Map<BlockInfo | TagbodyInfo, string>;
}

/** Whether the value of `node` is the same whenever it is evaluated. */
function isStable(node: Node): boolean {
  if (node.op === "const" || node.op === "layout") return true;
  return node.op === "local" && !node.variable.assigned;
}

export class FunctionEmitter {
  readonly form: FormContext;
  readonly fn: FunctionNode | null;
  readonly control: ControlEmitter;
  /** Statements emitted so far. */
  lines: string[] = [];
  /** Variables declared at the head of the function. */
  readonly hoisted: string[] = [];
  private readonly temporaries: string[] = [];
  private depth = 0;
  /** Whether the count of values is known to be 1 here. */
  clean = true;
  /** Non-zero inside `try`, where a call is not in tail position. */
  protectedDepth = 0;
  /** Label of the loop around the body, for calls of itself in tail position. */
  selfLabel: string | null = null;
  /** Assigns the parameters anew: the names that a call of itself sets. */
  selfTargets: readonly string[] = [];
  readonly blocks = new Map<BlockInfo, BlockExit>();
  readonly tagbodies = new Map<TagbodyInfo, TagbodyState>();

  constructor(form: FormContext, fn: FunctionNode | null) {
    this.form = form;
    this.fn = fn;
    this.control = new ControlEmitter(this);
  }

  /** An emitter for a function inside this one. */
  nested(fn: FunctionNode | null): FunctionEmitter {
    return new FunctionEmitter(this.form, fn);
  }

  line(text: string): void {
    this.lines.push(text);
  }

  /** The statements that `body` emits, not yet part of the function. */
  collect(body: () => void): string[] {
    const outer = this.lines;
    this.lines = [];
    body();
    const { lines } = this;
    this.lines = outer;
    return lines;
  }

  /** Emits `body` between `head` and `tail`. */
  nest(head: string, body: () => void, tail = "}"): void {
    this.line(head);
    body();
    this.line(tail);
  }

  fresh(base: string): string {
    return this.form.names.fresh(base);
  }

  /** A function-level variable; free again when the statement it serves is complete. */
  temporary(): string {
    let name = this.temporaries[this.depth];
    if (name === undefined) {
      name = this.fresh("t");
      this.temporaries.push(name);
      this.hoisted.push(name);
    }
    this.depth++;
    return name;
  }

  helper(name: string): string {
    return `$${helperProperty(name)}`;
  }

  mark(node: Node): string {
    return node.position >= 0 ? `\x01${node.position}\x02` : "";
  }

  // ---- Statements.

  /** Emits statements that evaluate `node` and leave its value at `destination`. */
  emit(node: Node, destination: Destination): void {
    const outer = this.depth;
    this.emitNode(node, destination);
    this.depth = outer;
  }

  private emitNode(node: Node, destination: Destination): void {
    switch (node.op) {
      case "call":
      case "global-call":
      case "local-call":
        return this.emitCall(node, destination);
      case "prim":
        return this.emitPrimitive(node, destination);
      case "set-local":
        return this.emitAssignment(node, node.variable.js, destination);
      case "set-global": {
        const place = `${this.form.literals.symbol(node.symbol)}.value`;
        return this.emitAssignment(node, place, destination);
      }
      case "const":
      case "local":
        return this.deliver(this.expression(node), destination);
      case "global":
      case "function":
      case "lambda":
      case "layout":
      case "load-time-value":
      case "defun":
      case "supplied":
        return this.deliver(this.expression(node), destination);
      case "values":
        return this.control.values(node, destination);
      default:
        return this.control.emit(node, destination);
    }
  }

  private emitAssignment(
    node: NodeOf<"set-local" | "set-global">,
    place: string,
    destination: Destination,
  ): void {
    if (isExpression(node.value)) {
      return this.deliver(this.expression(node), destination, mayCall(node));
    }
    const { name } = this.place(node.value);
    this.line(`${place} = ${name};`);
    this.deliver(name, destination);
  }

  /** Evaluates `node` into a variable and answers its name. */
  place(node: Node): { name: string } {
    const name = this.temporary();
    this.emit(node, { kind: "variable", name, mv: false });
    return { name };
  }

  /** Leaves the single value of `code` at `destination`. */
  deliver(code: string, destination: Destination, calls = false): void {
    const mv = wantsValues(destination);
    if (destination.kind === "effect") {
      if (!/^[\w$]*$/.test(code)) this.line(`${code};`);
      return;
    }
    const reset = mv && !this.clean;
    if (destination.kind === "variable") {
      this.line(`${destination.name} = ${code};`);
      if (reset) this.line("$mv.n = 1;");
    } else if (reset && calls) {
      const name = this.temporary();
      this.line(`${name} = ${code};`);
      this.line(`$mv.n = 1; return ${name};`);
    } else {
      this.line(`${reset ? "$mv.n = 1; " : ""}return ${code};`);
    }
    if (mv) this.clean = true;
  }

  /** Leaves `code` at `destination`, whose count of values is already right. */
  deliverValues(code: string, destination: Destination): void {
    if (destination.kind === "effect") this.line(`${code};`);
    else if (destination.kind === "return") this.line(`return ${code};`);
    else this.line(`${destination.name} = ${code};`);
  }

  private emitCall(
    node: NodeOf<"call" | "global-call" | "local-call">,
    destination: Destination,
  ): void {
    if (
      destination.kind === "return" &&
      this.selfLabel !== null &&
      this.protectedDepth === 0 &&
      isSelfCall(node, this.fn!)
    ) {
      return this.emitSelfCall(node.args);
    }
    const reset = wantsValues(destination);
    this.deliverValues(this.call(node, reset), destination);
  }

  private emitSelfCall(args: Node[]): void {
    const assignments: string[] = [];
    const changed = args.filter((arg, i) => !this.isUnchanged(arg, i)).length;
    args.forEach((arg, i) => {
      if (this.isUnchanged(arg, i)) return;
      let code = this.expression(arg);
      if (changed > 1 && arg.op !== "const") {
        const name = this.temporary();
        this.line(`${name} = ${code};`);
        code = name;
      }
      assignments.push(`${this.selfTargets[i]} = ${code};`);
    });
    this.lines.push(...assignments);
    this.line(`continue ${this.selfLabel};`);
  }

  /** Whether parameter `index` is passed on as it is. */
  private isUnchanged(arg: Node, index: number): boolean {
    return arg.op === "local" && arg.variable.js === this.selfTargets[index];
  }

  private emitPrimitive(node: PrimCall, destination: Destination): void {
    const { primitive } = node;
    const mv = wantsValues(destination);
    if (primitive.result === "values" || (mv && primitive.calls)) {
      // These set the count of values, or pass it on.
      return this.deliverValues(this.primitiveCall(node, mv), destination);
    }
    if (mv && primitive.singleOnly) {
      const { position, args, symbol } = node;
      const name = { symbol, setf: false } as const;
      return this.emitCall({ op: "global-call", position, name, args }, destination);
    }
    this.deliver(this.primitive(node, false), destination, mayCall(node));
  }

  // ---- Expressions: one value is wanted.

  /** An expression for the value of `node`; statements that must run before are emitted. */
  expression(node: Node): string {
    if (!isExpression(node)) return this.place(node).name;
    switch (node.op) {
      case "const":
        this.form.literals.survey(node.value);
        return this.form.literals.constant(node.value);
      case "local":
        return node.variable.js;
      case "set-local":
        return `(${node.variable.js} = ${this.expression(node.value)})`;
      case "global":
        return this.globalValue(node);
      case "set-global": {
        const symbol = this.form.literals.symbol(node.symbol);
        return `(${symbol}.value = ${this.expression(node.value)})`;
      }
      case "function":
        return this.functionValue(node);
      case "call":
      case "global-call":
      case "local-call":
        return this.call(node, false);
      case "prim":
        return this.primitive(node, false);
      case "values":
        return this.singleOfValues(node);
      case "if":
        return this.conditional(node);
      case "progn":
        return `(${this.sequence(node.forms)})`;
      case "let":
        return `(${this.letPrefix(node)}${this.expression(node.body)})`;
      case "lambda":
        return functionExpression(this, node.fn);
      case "layout":
        return this.form.literals.layout(node.symbol);
      case "load-time-value":
        return this.loadTimeValue(node);
      case "defun":
        return this.defun(node);
      case "supplied":
        return `(${node.variable.js} === undefined ? $NIL : $T)`;
      case "default": {
        const { js } = node.variable;
        return `(${js} === undefined ? ${this.expression(node.init)} : ${js})`;
      }
      default:
        throw new Error(`no expression: ${node.op}`);
    }
  }

  private sequence(forms: readonly Node[]): string {
    const parts = forms.map((form, i) => {
      const wanted = i === forms.length - 1;
      return wanted || mayHaveEffect(form) ? this.expression(form) : "";
    });
    return parts.filter((part) => part !== "").join(", ");
  }

  private letPrefix(node: NodeOf<"let">): string {
    return node.variables
      .map((variable, i) => {
        this.hoisted.push(variable.js);
        return `${variable.js} = ${this.expression(node.inits[i]!)}, `;
      })
      .join("");
  }

  private globalValue({ symbol }: NodeOf<"global">): string {
    const name = this.form.literals.symbol(symbol);
    if (symbol.kind === SYMBOL_KIND.constant) return `${name}.value`;
    const outer = this.depth;
    const t = this.temporary();
    this.depth = outer;
    return `((${t} = ${name}.value) === undefined ? $unbound(${name}) : ${t})`;
  }

  private functionValue({ name }: NodeOf<"function">): string {
    const symbol = this.form.literals.symbol(name.symbol);
    return name.setf ? `$setfFunction(${symbol})` : `$functionOf(${symbol})`;
  }

  private loadTimeValue(node: NodeOf<"load-time-value">): string {
    return this.form.literals.hoist(node.key, () => {
      const emitter = this.nested(null);
      emitter.emit(node.form, { kind: "return" });
      return `(function () {\n${emitter.finish()}\n})()`;
    });
  }

  private defun(node: NodeOf<"defun">): string {
    const { name, fn } = node;
    const symbol = this.form.literals.symbol(name.symbol);
    const definer = name.setf ? "$defineSetf" : "$define";
    const list = JSON.stringify(lambdaListText(fn));
    return `${definer}(${symbol}, ${functionExpression(this, fn)}, ${list})`;
  }

  private singleOfValues(node: NodeOf<"values">): string {
    const [first, ...rest] = node.args;
    if (first === undefined) return "$NIL";
    if (rest.length === 0) return this.expression(first);
    const outer = this.depth;
    const t = this.temporary();
    const parts = [`${t} = ${this.expression(first)}`];
    for (const node of rest) {
      if (mayHaveEffect(node)) parts.push(this.expression(node));
    }
    this.depth = outer;
    return `(${parts.join(", ")}, ${t})`;
  }

  private conditional(node: NodeOf<"if">): string {
    const test = this.test(node.test);
    const { clean } = this;
    const then = this.expression(node.consequent);
    const cleanThen = this.clean;
    this.clean = clean;
    const otherwise = this.expression(node.alternative);
    this.clean = this.clean && cleanThen;
    return `(${test} ? ${then} : ${otherwise})`;
  }

  // ---- Tests: an expression that is true or false in JavaScript.

  test(node: Node): string {
    if (!isExpression(node)) return `${this.place(node).name} !== $NIL`;
    switch (node.op) {
      case "const":
        return this.isNil(node) ? "false" : "true";
      case "prim":
        return this.primitiveTest(node);
      case "if":
        return this.testOfIf(node);
      case "let": {
        const or = this.testOfOr(node);
        if (or !== null) return or;
        return `(${this.letPrefix(node)}${this.test(node.body)})`;
      }
      case "progn": {
        const parts = node.forms.slice(0, -1).filter(mayHaveEffect);
        const codes = parts.map((form) => this.expression(form));
        return `(${[...codes, this.test(node.forms.at(-1)!)].join(", ")})`;
      }
      default:
        return `${this.expression(node)} !== $NIL`;
    }
  }

  private primitiveTest(node: PrimCall): string {
    const { name, result } = node.primitive;
    if (name === "NOT" || name === "NULL") {
      const [argument] = node.args as [Node];
      if (argument.op === "prim" && argument.primitive.result === "boolean") {
        return `!(${this.test(argument)})`;
      }
      if (argument.op === "if") return `!(${this.test(argument)})`;
      return `${this.expression(argument)} === $NIL`;
    }
    if (result === "boolean") return this.primitive(node, true);
    return `${this.primitive(node, false)} !== $NIL`;
  }

  private isNil(node: Node): boolean {
    return node.op === "const" && this.form.literals.constant(node.value) === "$NIL";
  }

  private isTrue(node: Node): boolean {
    return node.op === "const" && !this.isNil(node);
  }

  private testOfIf(node: NodeOf<"if">): string {
    const test = this.test(node.test);
    const { clean } = this;
    const then = this.test(node.consequent);
    const cleanThen = this.clean;
    this.clean = clean;
    const otherwise = this.test(node.alternative);
    this.clean = this.clean && cleanThen;
    if (this.isNil(node.alternative)) {
      return this.isTrue(node.consequent) ? `(${test})` : `(${test} && ${then})`;
    }
    if (this.isTrue(node.consequent)) return `(${test} || ${otherwise})`;
    if (this.isNil(node.consequent) && this.isTrue(node.alternative)) return `!(${test})`;
    return `(${test} ? ${then} : ${otherwise})`;
  }

  /** `(let ((x a)) (if x x b))`, which is what OR expands to. */
  private testOfOr(node: NodeOf<"let">): string | null {
    const { variables, inits, body } = node;
    if (variables.length !== 1 || body.op !== "if") return null;
    const variable = variables[0]!;
    if (variable.references !== 2 || !isReference(body.test, variable)) return null;
    if (!isReference(body.consequent, variable)) return null;
    const first = this.test(inits[0]!);
    const { clean } = this;
    const second = this.test(body.alternative);
    this.clean = this.clean && clean;
    return `(${first} || ${second})`;
  }

  // ---- Calls.

  /** The values of `nodes` as expressions that may stand beside each other. */
  expressions(nodes: readonly Node[]): string[] {
    const last = nodes.findLastIndex((node) => !isExpression(node));
    return nodes.map((node, i) => {
      const code = this.expression(node);
      if (i >= last || isStable(node)) return code;
      const name = this.temporary();
      this.line(`${name} = ${code};`);
      return name;
    });
  }

  /** A call; with `reset`, the count of values is 1 when the callee is entered. */
  private call(
    node: NodeOf<"call" | "global-call" | "local-call">,
    reset: boolean,
  ): string {
    const outer = this.depth;
    const nodes = node.op === "call" ? [node.fn, ...node.args] : node.args;
    const codes = this.expressions(nodes);
    let callee: string;
    let args = codes;
    if (node.op === "call") {
      callee = this.callee(codes[0]!);
      args = codes.slice(1);
    } else if (node.op === "global-call") {
      const symbol = this.form.literals.symbol(node.name.symbol);
      callee = node.name.setf
        ? `(${symbol}.setfFn ?? $noSetf(${symbol}))`
        : `${symbol}.fn`;
    } else {
      const count = this.wrongCount(node);
      if (count !== null) callee = `$wrongCount(${count})`;
      else callee = node.variable.js;
    }
    if (reset) args = this.withReset(nodes, args, node.op === "call");
    this.clean = false;
    this.depth = outer;
    return `${this.mark(node)}${callee}(${args.join(", ")})`;
  }

  private callee(code: string): string {
    const outer = this.depth;
    let name = code;
    let prefix = "";
    if (!/^[\w$]+$/.test(code)) {
      name = this.temporary();
      prefix = `${name} = ${code}, `;
    }
    this.depth = outer;
    return `(${prefix}typeof ${name} === "function" ? ${name} : $callable(${name}))`;
  }

  /** A known function called with a number of arguments it does not take. */
  private wrongCount(node: NodeOf<"local-call">): string | null {
    const { fn, name } = node.variable;
    if (fn === null) return null;
    const { required, optional, rest, hasKeys } = fn.parameters;
    const most = rest !== null || hasKeys ? -1 : required.length + optional.length;
    const count = node.args.length;
    if (count >= required.length && (most < 0 || count <= most)) return null;
    return `${JSON.stringify(name)}, ${count}, ${required.length}, ${most}`;
  }

  /** Sets the count of values to 1 after the arguments have been evaluated. */
  private withReset(nodes: readonly Node[], args: string[], computed: boolean): string[] {
    if (this.clean) return args;
    const calls = nodes.some((node) => isExpression(node) && mayCall(node));
    if (!calls) {
      this.line("$mv.n = 1;");
      return args;
    }
    const last = args.at(-1);
    if (last === undefined) {
      // Only the callee is computed by a call; it is a variable by now.
      return computed ? ["...($mv.n = 1, [])"] : args;
    }
    if (!mayCall(nodes.at(-1)!)) return [...args.slice(0, -1), `($mv.n = 1, ${last})`];
    const t = this.temporary();
    return [...args.slice(0, -1), `(${t} = ${last}, $mv.n = 1, ${t})`];
  }

  /** A primitive that passes on multiple values. */
  private primitiveCall(node: PrimCall, reset: boolean): string {
    if (!reset || node.primitive.result === "values") return this.primitive(node, false);
    const outer = this.depth;
    const codes = this.withReset(node.args, this.expressions(node.args), false);
    const code = node.primitive.emit(codes, this.templateContext(node));
    this.clean = false;
    this.depth = outer;
    return `${this.mark(node)}${code}`;
  }

  /** The template of a primitive, filled in. `test`: true and false are wanted. */
  private primitive(node: PrimCall, test: boolean): string {
    const { primitive } = node;
    const outer = this.depth;
    const { prefix, args } = primitive.atoms
      ? this.atoms(node.args)
      : { prefix: "", args: this.expressions(node.args) };
    let code = primitive.emit(args, this.templateContext(node));
    if (/\b\d+\.[a-z]/.test(code)) {
      // A number would take the dot of a member for its own.
      const safe = args.map((arg) => (/^\d+$/.test(arg) ? `(${arg})` : arg));
      code = primitive.emit(safe, this.templateContext(node));
    }
    if (mayCall(node)) this.clean = false;
    this.depth = outer;
    if (primitive.result === "boolean" && !test) code = `(${code} ? $T : $NIL)`;
    const mark = code.includes("$") ? this.mark(node) : "";
    if (prefix !== "") return `(${prefix}${mark}${code})`;
    return primitive.result === "integer" ? `(${mark}${code})` : `${mark}${code}`;
  }

  /** Names or constants for the values of `nodes`, and what must be evaluated first. */
  private atoms(nodes: readonly Node[]): { prefix: string; args: string[] } {
    const last = nodes.findLastIndex((node) => !isExpression(node));
    let prefix = "";
    const args = nodes.map((node, i) => {
      if (isStable(node)) return this.expression(node);
      const later = nodes.slice(i + 1);
      if (
        node.op === "local" &&
        later.every((n) => n.op === "local" || n.op === "const")
      ) {
        return this.expression(node);
      }
      if (!isExpression(node)) return this.expression(node);
      const code = this.expression(node);
      const name = this.temporary();
      if (i < last) this.line(`${name} = ${code};`);
      else prefix += `${name} = ${code}, `;
      return name;
    });
    return { prefix, args };
  }

  private templateContext(node: PrimCall): TemplateContext {
    const constant = (index: number) => {
      const arg = node.args[index];
      return arg?.op === "const" && typeof arg.value === "number" ? arg.value : null;
    };
    return {
      helper: (name) => this.helper(name),
      temporary: () => this.temporary(),
      constant,
      isNumber: (index) => isNumber(node.args[index]),
      isIdentity: (index) => {
        const arg = node.args[index];
        return arg?.op === "const" && !isBoxedNumber(arg.value);
      },
      self: () => this.form.literals.symbol(node.symbol),
      slow: (values) =>
        `${this.form.literals.symbol(node.symbol)}.fn(${values.join(", ")})`,
    };
  }

  /** The finished body: declarations, then statements. */
  finish(): string {
    const names = [...new Set(this.hoisted)];
    const head = names.length > 0 ? [`let ${names.join(", ")};`] : [];
    return [...head, ...this.lines].join("\n");
  }
}

function isReference(node: Node, variable: LocalVar): boolean {
  return node.op === "local" && node.variable === variable;
}

function isNumber(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if (node.op === "const") return typeof node.value === "number";
  return node.op === "prim" && node.primitive.result === "integer";
}

function isBoxedNumber(value: unknown): boolean {
  return (
    value instanceof DoubleFloat ||
    value instanceof SingleFloat ||
    value instanceof Ratio ||
    value instanceof Complex
  );
}

/** Whether evaluating `node` for nothing could be noticed. */
function mayHaveEffect(node: Node): boolean {
  return !["const", "local", "function", "lambda", "layout", "supplied"].includes(
    node.op,
  );
}

function lambdaListText(fn: FunctionNode): string {
  const { required, optional, rest, hasKeys, keys, allowOtherKeys } = fn.parameters;
  const parts = required.map((variable) => variable.name);
  if (optional.length > 0) parts.push("&OPTIONAL");
  for (const { variable } of optional) parts.push(variable.name);
  if (rest !== null) parts.push("&REST", rest.name);
  if (hasKeys) parts.push("&KEY");
  for (const { variable } of keys) parts.push(variable.name);
  if (allowOtherKeys) parts.push("&ALLOW-OTHER-KEYS");
  return parts.join(" ");
}
