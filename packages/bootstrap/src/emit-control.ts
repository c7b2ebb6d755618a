/** Statements: bindings, blocks, non-local exits, multiple values. */
import type { BlockInfo, Node, NodeOf } from "./ast.js";
import { type Destination, EFFECT, isExpression, wantsValues } from "./destination.js";
import type { FunctionEmitter } from "./emit.js";
import { functionDeclaration } from "./emit-function.js";
import { emitTagbody } from "./emit-tagbody.js";
import { isSingleValued, mayCall } from "./mv-analysis.js";

export class ControlEmitter {
  private readonly e: FunctionEmitter;
  constructor(emitter: FunctionEmitter) {
    this.e = emitter;
  }

  emit(node: Node, to: Destination): void {
    switch (node.op) {
      case "if":
        return this.if(node, to);
      case "progn":
        return this.progn(node, to);
      case "let":
        return this.let(node, to);
      case "bind":
        return this.bind(node, to);
      case "progv":
        return this.progv(node, to);
      case "block":
        return this.block(node, to);
      case "return-from":
        return this.returnFrom(node);
      case "tagbody":
        return emitTagbody(this.e, node, to);
      case "go":
        return this.go(node);
      case "catch":
        return this.catch(node, to);
      case "throw":
        return this.throw(node);
      case "unwind-protect":
        return this.unwindProtect(node, to);
      case "labels":
        return this.labels(node, to);
      case "mv-call":
        return this.mvCall(node, to);
      case "mv-prog1":
        return this.mvProg1(node, to);
      case "mv-let":
        return this.mvLet(node, to);
      case "default":
        return this.default(node, to);
      default:
        throw new Error(`no statement: ${node.op}`);
    }
  }

  private if(node: NodeOf<"if">, to: Destination): void {
    const { e } = this;
    const test = e.test(node.test);
    const { clean } = e;
    const then = e.collect(() => e.emit(node.consequent, to));
    const cleanThen = e.clean;
    e.clean = clean;
    const otherwise = e.collect(() => e.emit(node.alternative, to));
    e.clean = e.clean && cleanThen;
    if (then.length === 0 && otherwise.length === 0) {
      e.line(`${test};`);
    } else if (then.length === 0) {
      e.line(`if (!(${test})) {`);
      e.lines.push(...otherwise, "}");
    } else if (otherwise.length === 0) {
      e.line(`if (${test}) {`);
      e.lines.push(...then, "}");
    } else {
      e.line(`if (${test}) {`);
      e.lines.push(...then, "} else {", ...otherwise, "}");
    }
  }

  private progn(node: NodeOf<"progn">, to: Destination): void {
    const last = node.forms.length - 1;
    node.forms.forEach((form, i) => {
      this.e.emit(form, i === last ? to : EFFECT);
    });
  }

  /** Declares `name` with the value of `init`. */
  private declare(name: string, init: Node): void {
    const { e } = this;
    if (isExpression(init)) {
      e.line(`let ${name} = ${e.expression(init)};`);
      return;
    }
    e.line(`let ${name};`);
    e.emit(init, { kind: "variable", name, mv: false });
  }

  private let(node: NodeOf<"let">, to: Destination): void {
    node.variables.forEach((variable, i) => {
      this.declare(variable.js, node.inits[i]!);
    });
    this.e.emit(node.body, to);
  }

  /** Emits `body` inside `try`, with what follows it. */
  private protect(head: string, body: () => void, rest: () => void): void {
    const { e } = this;
    e.line(head);
    e.protectedDepth++;
    body();
    e.protectedDepth--;
    rest();
  }

  private bind(node: NodeOf<"bind">, to: Destination): void {
    const { e } = this;
    const symbols = node.symbols.map((symbol) => e.form.literals.symbol(symbol));
    const values = node.values.map((value) => {
      if (value.op === "const") return e.expression(value);
      const name = e.fresh("value");
      this.declare(name, value);
      return name;
    });
    const saved = symbols.map((symbol) => {
      const name = e.fresh("saved");
      e.line(`const ${name} = ${symbol}.value;`);
      return name;
    });
    symbols.forEach((symbol, i) => {
      e.line(`${symbol}.value = ${values[i]};`);
    });
    const body = () => e.emit(node.body, to);
    this.protect("try {", body, () => {
      e.line("} catch ($error) { throw $fault($error); } finally {");
      symbols.forEach((symbol, i) => {
        e.line(`${symbol}.value = ${saved[i]};`);
      });
      e.line("}");
    });
  }

  private progv(node: NodeOf<"progv">, to: Destination): void {
    const { e } = this;
    const [symbols, values] = e.expressions([node.symbols, node.values]);
    const saved = e.fresh("saved");
    e.line(`const ${saved} = $progv(${symbols}, ${values});`);
    const body = () => e.emit(node.body, to);
    this.protect("try {", body, () => {
      e.line(
        `} catch ($error) { throw $fault($error); } finally { $unprogv(${saved}); }`,
      );
    });
  }

  private block(node: NodeOf<"block">, to: Destination): void {
    const { e } = this;
    const { info } = node;
    if (info.crossed) return this.crossedBlock(node, to);
    e.blocks.set(info, { destination: to, label: info.js });
    if (to.kind === "return") {
      e.emit(node.body, to);
      return;
    }
    const { clean } = e;
    e.nest(`${info.js}: {`, () => e.emit(node.body, to));
    e.clean = clean && !mayCall(node);
    if (wantsValues(to)) e.clean = true;
  }

  /** A block that closures return from: they throw its exit. */
  private crossedBlock(node: NodeOf<"block">, to: Destination): void {
    const { e } = this;
    const { info } = node;
    const exit = e.fresh("exit");
    e.form.exits.set(info, exit);
    e.blocks.set(info, { destination: to, label: info.js });
    e.line(`const ${exit} = new $Exit();`);
    const body = () => e.emit(node.body, to);
    this.protect(`${info.js}: try {`, body, () => {
      e.line(`} catch ($error) { if ($error !== ${exit}) throw $error;`);
      e.deliverValues(`${exit}.value`, to);
      e.line(`} finally { ${exit}.live = false; }`);
    });
    e.clean = false;
    if (wantsValues(to)) e.clean = true;
  }

  private returnFrom(node: NodeOf<"return-from">): void {
    const { e } = this;
    const target = e.blocks.get(node.info);
    if (target === undefined) return this.farReturn(node.info, node.value);
    const { destination, label } = target;
    e.emit(node.value, destination);
    if (destination.kind !== "return") e.line(`break ${label};`);
  }

  private farReturn(info: BlockInfo, value: Node): void {
    const { e } = this;
    const name = e.temporary();
    this.values1(value, name);
    e.line(`$exit(${e.form.exits.get(info)}, ${name});`);
  }

  /** Evaluates `node` for all its values: the first into `name`. */
  private values1(node: Node, name: string): void {
    const { e } = this;
    if (!e.clean) e.line("$mv.n = 1;");
    e.clean = true;
    e.emit(node, { kind: "variable", name, mv: true });
    e.clean = false;
  }

  private go(node: NodeOf<"go">): void {
    const { e } = this;
    const state = e.tagbodies.get(node.info);
    if (state !== undefined) e.line(state.jump(node.index));
    else e.line(`$exit(${e.form.exits.get(node.info)}, ${node.index});`);
  }

  private catch(node: NodeOf<"catch">, to: Destination): void {
    const { e } = this;
    const name = e.fresh("catcher");
    e.line(`const ${name} = $enterCatch(${e.expression(node.tag)});`);
    const body = () => e.emit(node.body, to);
    this.protect("try {", body, () => {
      e.line(`} catch ($error) { if ($error !== ${name}) throw $fault($error);`);
      e.deliverValues(`${name}.value`, to);
      e.line(`} finally { $leaveCatch(${name}); }`);
    });
    e.clean = wantsValues(to);
  }

  private throw(node: NodeOf<"throw">): void {
    const { e } = this;
    let tag = e.expression(node.tag);
    if (node.tag.op !== "const") {
      const name = e.temporary();
      e.line(`${name} = ${tag};`);
      tag = name;
    }
    const value = e.temporary();
    this.values1(node.value, value);
    e.line(`${e.mark(node)}$throw(${tag}, ${value});`);
  }

  private unwindProtect(node: NodeOf<"unwind-protect">, to: Destination): void {
    const { e } = this;
    const { clean } = e;
    const body = () => e.emit(node.body, to);
    this.protect("try {", body, () => {
      const after = e.clean;
      e.line("} catch ($error) { throw $fault($error); } finally {");
      const saved = mayCall(node.cleanup) ? e.fresh("values") : null;
      if (saved !== null) e.line(`const ${saved} = $saveValues();`);
      e.clean = clean && !mayCall(node);
      e.protectedDepth++;
      e.emit(node.cleanup, EFFECT);
      e.protectedDepth--;
      if (saved !== null) e.line(`$restoreValues(${saved});`);
      e.line("}");
      e.clean = after && !mayCall(node.cleanup);
      if (wantsValues(to)) e.clean = true;
    });
  }

  private labels(node: NodeOf<"labels">, to: Destination): void {
    const { e } = this;
    for (const variable of node.variables) {
      if (variable.references > 0) e.line(functionDeclaration(e, variable));
    }
    e.emit(node.body, to);
  }

  /** `(values a b)`: the rest goes to the slots, the first is the value. */
  values(node: NodeOf<"values">, to: Destination): void {
    const { e } = this;
    const { args } = node;
    if (args.length === 1) {
      const [only] = args as [Node];
      if (!wantsValues(to) || isSingleValued(only)) return e.emit(only, to);
      return e.deliver(e.place(only).name, to);
    }
    if (!wantsValues(to)) {
      if (args.length === 0) return e.deliver("$NIL", to);
      args.forEach((arg, i) => {
        e.emit(arg, i === 0 ? to : EFFECT);
      });
      return;
    }
    if (args.length === 0) {
      e.line("$mv.n = 0;");
      return e.deliverValues("$NIL", to);
    }
    const names = this.settled(args);
    names.forEach((name, i) => {
      if (i > 0) e.line(`${slot(i)} = ${name};`);
    });
    e.line(`$mv.n = ${args.length};`);
    e.deliverValues(names[0]!, to);
    e.clean = true;
  }

  /** The values of `nodes`, all evaluated: names and constants. */
  private settled(nodes: readonly Node[]): string[] {
    const { e } = this;
    return nodes.map((node) => {
      if (!isExpression(node)) return e.place(node).name;
      const code = e.expression(node);
      if (node.op === "const") return code;
      if (node.op === "local" && !node.variable.assigned) return code;
      const name = e.temporary();
      e.line(`${name} = ${code};`);
      return name;
    });
  }

  private mvLet(node: NodeOf<"mv-let">, to: Destination): void {
    const { e } = this;
    const { variables, form, body } = node;
    if (form.op === "values") return this.letValues(node, form, to);
    const [first, ...others] = variables;
    e.line(`let ${first!.js};`);
    if (isSingleValued(form)) {
      e.emit(form, { kind: "variable", name: first!.js, mv: false });
      for (const { js } of others) e.line(`let ${js} = $NIL;`);
    } else {
      this.values1(form, first!.js);
      others.forEach(({ js }, i) => {
        e.line(`let ${js} = $mv.n > ${i + 1} ? ${slot(i + 1)} : $NIL;`);
      });
    }
    e.emit(body, to);
  }

  private letValues(
    node: NodeOf<"mv-let">,
    form: NodeOf<"values">,
    to: Destination,
  ): void {
    const { e } = this;
    const { variables } = node;
    form.args.forEach((arg, i) => {
      const variable = variables[i];
      if (variable === undefined) e.emit(arg, EFFECT);
      else this.declare(variable.js, arg);
    });
    for (const { js } of variables.slice(form.args.length)) {
      e.line(`let ${js} = $NIL;`);
    }
    e.emit(node.body, to);
  }

  private mvProg1(node: NodeOf<"mv-prog1">, to: Destination): void {
    const { e } = this;
    const name = e.fresh("first");
    e.line(`let ${name};`);
    if (!wantsValues(to) || isSingleValued(node.first)) {
      e.emit(node.first, { kind: "variable", name, mv: false });
      e.emit(node.rest, EFFECT);
      return e.deliver(name, to);
    }
    const saved = e.fresh("values");
    this.values1(node.first, name);
    e.line(`const ${saved} = $saveValues();`);
    e.emit(node.rest, EFFECT);
    e.line(`$restoreValues(${saved});`);
    e.deliverValues(name, to);
    e.clean = true;
  }

  private mvCall(node: NodeOf<"mv-call">, to: Destination): void {
    const { e } = this;
    const fn = e.fresh("callee");
    const all = e.fresh("all");
    e.line(`const ${fn} = $callable(${e.expression(node.fn)}), ${all} = [];`);
    for (const arg of node.args) {
      if (isSingleValued(arg) && isExpression(arg)) {
        e.line(`${all}.push(${e.expression(arg)});`);
        continue;
      }
      const name = e.temporary();
      this.values1(arg, name);
      e.line(`$pushValues(${all}, ${name});`);
    }
    if (wantsValues(to)) e.line("$mv.n = 1;");
    e.deliverValues(`${e.mark(node)}${fn}(...${all})`, to);
    e.clean = wantsValues(to);
  }

  private default(node: NodeOf<"default">, to: Destination): void {
    const { e } = this;
    const { js } = node.variable;
    const name = e.temporary();
    e.line(`${name} = ${js};`);
    e.nest(`if (${name} === undefined) {`, () => {
      e.emit(node.init, { kind: "variable", name, mv: false });
    });
    e.deliver(name, to, mayCall(node));
  }
}

/** The slot of value number `index`, from 1. */
export function slot(index: number): string {
  return index < 4 ? `$mv.v${index}` : `$mv.more[${index}]`;
}
