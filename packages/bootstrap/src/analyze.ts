/**
 * From forms to nodes: expands macros, resolves names, and finds out which variables are
 * assigned or captured and which blocks are left from within a closure.
 */
import {
  Cons,
  type LispFunction,
  type LispObject,
  LispSymbol,
  listToArray,
  NIL,
  SYMBOL_KIND,
} from "@astralisp/reader";
import type { FunctionName, FunctionNode, FunctionScope, LocalVar, Node } from "./ast.js";
import type { Environment } from "./environment.js";
import { CompileError } from "./errors.js";
import { analyzeFunction } from "./lambda-list.js";
import { mangle, type NameSupply } from "./names.js";
import type { Primitive } from "./open-code.js";
import type { SpecialForms } from "./special-forms.js";
import type { Transforms } from "./transforms.js";

/** What the analyser asks of the world it compiles in. */
export interface CompilerHost {
  readonly specialForms: SpecialForms;
  readonly transforms: Transforms;
  readonly setfSymbol: LispSymbol;
  readonly lambdaSymbol: LispSymbol;
  readonly namedLambdaSymbol: LispSymbol;
  readonly functionSymbol: LispSymbol;
  readonly specialSymbol: LispSymbol;
  readonly inlineSymbol: LispSymbol;
  readonly notinlineSymbol: LispSymbol;
  readonly declareSymbol: LispSymbol;
  /** The primitive that `symbol` names, or undefined. */
  primitive(symbol: LispSymbol): Primitive | undefined;
  info(symbol: LispSymbol, key: string): LispObject;
  /** The expansion of `form`. Throws a CompileError where errors are `tolerated`. */
  callMacro(expander: LispFunction, form: LispObject, env: Environment): LispObject;
  /** Whether a form that cannot be compiled is reported and fails when it is run. */
  readonly tolerant: boolean;
  reportProblem(form: LispObject, error: CompileError): void;
  /** A form that signals the error with the text `message`. */
  failureForm(message: string): LispObject;
  /** The expander that `(name lambda-list . body)` of MACROLET defines in `env`. */
  localMacro(definition: LispObject, env: Environment): LispFunction;
  show(object: LispObject): string;
}

/** What one top-level form mentions and does not define. */
export interface References {
  /** Global functions with the offset of their first call. */
  readonly functions: Map<LispSymbol, number>;
  readonly setfFunctions: Map<LispSymbol, number>;
  readonly variables: Map<LispSymbol, number>;
}

/** Analyses one top-level form. */
export class Analyzer {
  readonly host: CompilerHost;
  readonly names: NameSupply;
  readonly references: References = {
    functions: new Map(),
    setfFunctions: new Map(),
    variables: new Map(),
  };
  /** Offset of the innermost form around that was read from a source. */
  position = -1;
  private readonly positionOf: (form: Cons) => number;

  constructor(
    host: CompilerHost,
    names: NameSupply,
    positionOf: (form: Cons) => number = () => -1,
  ) {
    this.host = host;
    this.names = names;
    this.positionOf = positionOf;
  }

  fail(message: string): never {
    throw new CompileError(message, this.position);
  }

  analyze(form: LispObject, env: Environment): Node {
    if (form instanceof LispSymbol) return this.analyzeVariable(form, env);
    if (!(form instanceof Cons)) return this.constant(form);
    const outer = this.position;
    const own = this.positionOf(form);
    if (own >= 0) this.position = own;
    const node = this.analyzeCons(form, env);
    this.position = outer;
    return node;
  }

  /** Like `analyze`, but an error in `form` goes no further where that is tolerated. */
  bodyForm(form: LispObject, env: Environment): Node {
    const { host, position } = this;
    if (!host.tolerant || !(form instanceof Cons)) return this.analyze(form, env);
    try {
      return this.analyze(form, env);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      this.position = position;
      host.reportProblem(form, error);
      return this.analyze(host.failureForm(error.message), env);
    }
  }

  constant(value: LispObject): Node {
    return { op: "const", position: this.position, value };
  }

  local(variable: LocalVar, env: Environment): Node {
    this.refer(variable, env);
    return { op: "local", position: this.position, variable };
  }

  /** Notes a reference to `variable` from the function of `env`. */
  refer(variable: LocalVar, env: Environment): void {
    variable.references++;
    if (variable.owner === env.scope) return;
    variable.captured = true;
    this.checkReachable(variable.owner, variable.name, env);
  }

  checkReachable(owner: FunctionScope, name: string, env: Environment): void {
    let scope: FunctionScope | null = env.scope;
    while (scope !== null && scope !== owner) scope = scope.parent;
    if (scope === null) {
      this.fail(`${name} belongs to the run time and is not known at compile time`);
    }
  }

  newVariable(symbol: LispSymbol | string, env: Environment): LocalVar {
    const name = typeof symbol === "string" ? symbol : symbol.name;
    return {
      name,
      js: this.names.fresh(mangle(name)),
      owner: env.scope,
      assigned: false,
      captured: false,
      references: 0,
      fn: null,
      escapes: false,
    };
  }

  isSpecial(symbol: LispSymbol): boolean {
    return symbol.kind === SYMBOL_KIND.special;
  }

  checkBindable(symbol: LispObject): LispSymbol {
    if (!(symbol instanceof LispSymbol)) {
      return this.fail(`${this.host.show(symbol)} is not a symbol to bind`);
    }
    if (symbol.kind === SYMBOL_KIND.constant || symbol.kind === SYMBOL_KIND.global) {
      return this.fail(`${symbol.name} is a constant and cannot be bound`);
    }
    return symbol;
  }

  private analyzeVariable(symbol: LispSymbol, env: Environment): Node {
    const meaning = env.variable(symbol);
    if (meaning !== undefined) {
      switch (meaning.kind) {
        case "lexical":
          return this.local(meaning.variable, env);
        case "symbol-macro":
          return this.analyze(meaning.expansion, env);
        case "special":
          return { op: "global", position: this.position, symbol };
      }
    }
    switch (symbol.kind) {
      case SYMBOL_KIND.constant:
        return this.analyzeConstant(symbol);
      case SYMBOL_KIND.symbolMacro:
        return this.analyze(this.host.info(symbol, "SYMBOL-MACRO"), env);
      case SYMBOL_KIND.lexical:
        if (!this.references.variables.has(symbol)) {
          this.references.variables.set(symbol, this.position);
        }
    }
    return { op: "global", position: this.position, symbol };
  }

  private analyzeConstant(symbol: LispSymbol): Node {
    const { value } = symbol;
    if (value === symbol || typeof value === "number") return this.constant(value);
    return { op: "global", position: this.position, symbol };
  }

  private analyzeCons(form: Cons, env: Environment): Node {
    const head = form.car;
    if (head instanceof LispSymbol) return this.analyzeNamed(head, form, env);
    if (head instanceof Cons && head.car === this.host.lambdaSymbol) {
      return this.analyzeLambdaCall(head, this.args(form), env);
    }
    return this.fail(`${this.host.show(head)} is not a function to call`);
  }

  private analyzeNamed(head: LispSymbol, form: Cons, env: Environment): Node {
    const meaning = env.function(head);
    if (meaning !== undefined) {
      if (meaning.kind === "macro") {
        return this.analyze(this.host.callMacro(meaning.expander, form, env), env);
      }
      if (meaning.kind === "foreign") {
        return this.fail(`${head.name} is local to code of the run time`);
      }
      const args = this.analyzeAll(this.args(form), env);
      return this.localCall(meaning.variable, args, env);
    }
    const special = this.host.specialForms.get(head);
    if (special !== undefined) return special(this, form, env);
    if (head.macro !== null) {
      return this.analyze(this.host.callMacro(head.macro, form, env), env);
    }
    return this.analyzeCall(head, form, env);
  }

  private analyzeCall(head: LispSymbol, form: Cons, env: Environment): Node {
    const open = this.host.primitive(head)?.arity;
    const expander = this.host.info(head, "COMPILER-MACRO");
    const may = typeof expander === "function" && open !== countArguments(form);
    if (may && !this.isNotinline(head, env)) {
      const expansion = this.host.callMacro(expander as LispFunction, form, env);
      if (expansion !== form) return this.analyze(expansion, env);
    }
    const args = this.args(form);
    const transform = this.host.transforms.get(head);
    if (transform !== undefined) {
      const node = transform(this, args, env);
      if (node !== null) return node;
    }
    return this.globalCall({ symbol: head, setf: false }, this.analyzeAll(args, env));
  }

  /** A call of a global function, as a primitive where there is one. */
  globalCall(name: FunctionName, args: Node[]): Node {
    const { position } = this;
    if (!name.setf) {
      const primitive = this.host.primitive(name.symbol);
      if (primitive !== undefined) {
        const { arity } = primitive;
        if (arity < 0 || arity === args.length) {
          return { op: "prim", position, primitive, symbol: name.symbol, args };
        }
      }
    }
    this.mention(name);
    return { op: "global-call", position, name, args };
  }

  mention(name: FunctionName): void {
    const { functions, setfFunctions } = this.references;
    const table = name.setf ? setfFunctions : functions;
    if (!table.has(name.symbol)) table.set(name.symbol, this.position);
  }

  /** A call of the primitive that `symbol` names. */
  prim(symbol: LispSymbol, args: Node[]): Node {
    const primitive = this.host.primitive(symbol);
    if (primitive === undefined) throw new Error(`${symbol.name} is no primitive`);
    return { op: "prim", position: this.position, primitive, symbol, args };
  }

  localCall(variable: LocalVar, args: Node[], env: Environment): Node {
    this.refer(variable, env);
    return { op: "local-call", position: this.position, variable, args };
  }

  /** `((lambda …) arg…)`: a LET when the lambda list has required parameters only. */
  analyzeLambdaCall(lambda: Cons, args: LispObject[], env: Environment): Node {
    const { position } = this;
    const rest = lambda.cdr;
    if (!(rest instanceof Cons)) return this.fail("a lambda needs a lambda list");
    const parameters = this.list(rest.car, "a lambda list");
    const plain = parameters.every(
      (p) => p instanceof LispSymbol && !p.name.startsWith("&"),
    );
    if (plain && parameters.length === args.length) {
      return this.host.specialForms.bindVariables(this, {
        symbols: parameters.map((p) => this.checkBindable(p)),
        inits: this.analyzeAll(args, env),
        body: rest.cdr,
        env,
        documented: true,
      });
    }
    const fn = this.lambda(lambda, env);
    return { op: "call", position, fn, args: this.analyzeAll(args, env) };
  }

  /** The node of the function written `(lambda lambda-list . body)`. */
  lambda(form: Cons, env: Environment): Node {
    const { position } = this;
    if (!(form.cdr instanceof Cons)) return this.fail("a lambda needs a lambda list");
    const fn = this.function({
      name: "LAMBDA",
      symbol: null,
      lambdaList: form.cdr.car,
      body: form.cdr.cdr,
      env,
    });
    return { op: "lambda", position, fn };
  }

  function(options: {
    name: string;
    symbol: LispSymbol | null;
    lambdaList: LispObject;
    body: LispObject;
    env: Environment;
    /** The name of the block around the body. */
    block?: LispSymbol;
  }): FunctionNode {
    return analyzeFunction(this, options);
  }

  analyzeAll(forms: readonly LispObject[], env: Environment): Node[] {
    return forms.map((form) => this.analyze(form, env));
  }

  progn(forms: readonly LispObject[], env: Environment): Node {
    return this.sequence(forms.map((form) => this.bodyForm(form, env)));
  }

  sequence(forms: Node[]): Node {
    if (forms.length === 0) return this.constant(NIL);
    if (forms.length === 1) return forms[0]!;
    return { op: "progn", position: this.position, forms };
  }

  args(form: Cons): LispObject[] {
    let tail = form.cdr;
    while (tail instanceof Cons) tail = tail.cdr;
    if (tail !== NIL) this.fail(`${this.host.show(form)} is not a proper list`);
    return listToArray(form.cdr);
  }

  list(object: LispObject, what: string): LispObject[] {
    let tail = object;
    while (tail instanceof Cons) tail = tail.cdr;
    if (tail !== NIL) return this.fail(`${what} is not a proper list`);
    return listToArray(object);
  }

  /** The function name that `object` is, or null. */
  functionName(object: LispObject): FunctionName | null {
    if (object instanceof LispSymbol) return { symbol: object, setf: false };
    if (
      object instanceof Cons &&
      object.car === this.host.setfSymbol &&
      object.cdr instanceof Cons &&
      object.cdr.car instanceof LispSymbol &&
      object.cdr.cdr === NIL
    ) {
      return { symbol: object.cdr.car, setf: true };
    }
    return null;
  }

  requireFunctionName(object: LispObject): FunctionName {
    const name = this.functionName(object);
    return name ?? this.fail(`${this.host.show(object)} is not the name of a function`);
  }

  /** Takes the declarations off `body`; `documented` says whether it may have a docstring. */
  parseBody(body: LispObject, documented = false): Body {
    const forms = this.list(body, "a body");
    const declared: Declared = { specials: [], inlining: new Map() };
    let at = 0;
    let documentation: LispObject = NIL;
    for (; at < forms.length; at++) {
      const form = forms[at]!;
      if (form instanceof Cons && form.car === this.host.declareSymbol) {
        this.collectDeclarations(form.cdr, declared);
      } else if (
        documented &&
        documentation === NIL &&
        at + 1 < forms.length &&
        isString(form)
      ) {
        documentation = form;
      } else break;
    }
    return { ...declared, forms: forms.slice(at) };
  }

  private collectDeclarations(declarations: LispObject, into: Declared): void {
    const { specialSymbol, inlineSymbol, notinlineSymbol } = this.host;
    for (const declaration of this.list(declarations, "a declaration")) {
      if (!(declaration instanceof Cons)) continue;
      const { car: kind, cdr: names } = declaration;
      if (kind === specialSymbol) {
        for (const name of this.list(names, "a declaration")) {
          into.specials.push(this.checkBindable(name));
        }
      } else if (kind === inlineSymbol || kind === notinlineSymbol) {
        for (const name of this.list(names, "a declaration")) {
          if (name instanceof LispSymbol) into.inlining.set(name, kind === inlineSymbol);
        }
      }
    }
  }

  /** `env` with free declarations of `specials`, and the others of `declared`. */
  declare(
    declared: Declared,
    env: Environment,
    specials: readonly LispSymbol[] = declared.specials,
  ): Environment {
    let result = env;
    for (const symbol of specials) {
      result = result.withVariable(symbol, { kind: "special" });
    }
    for (const [symbol, inline] of declared.inlining) {
      result = result.withInlining(symbol, inline);
    }
    return result;
  }

  /** Whether calls of the global function `name` must stay calls. */
  private isNotinline(name: LispSymbol, env: Environment): boolean {
    const inline = env.inlining(name);
    if (inline !== undefined) return !inline;
    const proclaimed = this.host.info(name, "INLINE");
    return proclaimed instanceof LispSymbol && proclaimed.name === "NOTINLINE";
  }
}

function countArguments(form: Cons): number {
  let count = 0;
  for (let rest = form.cdr; rest instanceof Cons; rest = rest.cdr) count++;
  return count;
}

/** What is declared of names. */
interface Declared {
  readonly specials: LispSymbol[];
  /** Functions declared INLINE, true, or NOTINLINE. */
  readonly inlining: Map<LispSymbol, boolean>;
}

/** A body without its declarations. */
export interface Body extends Declared {
  readonly forms: readonly LispObject[];
}

function isString(object: LispObject): boolean {
  return typeof object === "object" && "codes" in object;
}
