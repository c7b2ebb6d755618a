/** The special operators: how each becomes a node. */
import {
  Cons,
  type LispObject,
  LispSymbol,
  list,
  NIL,
  SYMBOL_KIND,
} from "@astralisp/reader";
import type { Analyzer, Body } from "./analyze.js";
import type { BlockInfo, LocalVar, Node, Segment, TagbodyInfo } from "./ast.js";
import type { Environment } from "./environment.js";
import { mangle } from "./names.js";

export type SpecialForm = (a: Analyzer, form: Cons, env: Environment) => Node;

/** The handlers by symbol, and the parts of them that others build on. */
export interface SpecialForms {
  /** The symbol SETF. */
  readonly setf: LispSymbol;
  get(symbol: LispSymbol): SpecialForm | undefined;
  keyword(name: string): LispSymbol;
  bindVariables(a: Analyzer, binding: Binding): Node;
  block(
    a: Analyzer,
    name: LispSymbol,
    forms: readonly LispObject[],
    env: Environment,
  ): Node;
}

/** Variables bound in parallel to nodes, around a body with declarations. */
export interface Binding {
  readonly symbols: readonly LispSymbol[];
  readonly inits: readonly Node[];
  readonly body: LispObject;
  readonly env: Environment;
  /** Whether a string before the forms is documentation. */
  readonly documented?: boolean;
}

function need(
  a: Analyzer,
  args: LispObject[],
  least: number,
  most: number,
  name: string,
) {
  if (args.length < least || args.length > most) {
    a.fail(`${name} takes ${least} to ${most} arguments, not ${args.length}`);
  }
}

function isSpecialIn(a: Analyzer, symbol: LispSymbol, body: Body): boolean {
  return a.isSpecial(symbol) || body.specials.includes(symbol);
}

/** A LET: lexical variables first, then the special ones, bound all at once. */
function bindVariables(
  a: Analyzer,
  { symbols, inits, body, env, documented = false }: Binding,
): Node {
  const { position } = a;
  const parsed = a.parseBody(body, documented);
  let inner = a.declare(parsed, env);
  const variables: LocalVar[] = [];
  const values: Node[] = [];
  const specials: LispSymbol[] = [];
  const specialValues: Node[] = [];
  const allSpecial = symbols.every((symbol) => isSpecialIn(a, symbol, parsed));
  symbols.forEach((symbol, i) => {
    const init = inits[i]!;
    if (isSpecialIn(a, symbol, parsed)) {
      specials.push(symbol);
      inner = inner.withVariable(symbol, { kind: "special" });
      if (allSpecial || init.op === "const") {
        specialValues.push(init);
        return;
      }
      const variable = a.newVariable(symbol, env);
      variables.push(variable);
      values.push(init);
      specialValues.push(a.local(variable, env));
      return;
    }
    const variable = a.newVariable(symbol, env);
    variables.push(variable);
    values.push(init);
    inner = inner.withVariable(symbol, { kind: "lexical", variable });
  });
  let node = a.progn(parsed.forms, inner);
  if (specials.length > 0) {
    node = { op: "bind", position, symbols: specials, values: specialValues, body: node };
  }
  if (variables.length === 0) return node;
  return { op: "let", position, variables, inits: values, body: node };
}

function bindings(a: Analyzer, object: LispObject): [LispSymbol, LispObject][] {
  return a.list(object, "the bindings of LET").map((item) => {
    if (!(item instanceof Cons)) return [a.checkBindable(item), NIL];
    const [name, init = NIL, ...more] = a.list(item, "a binding");
    if (more.length > 0) return a.fail(`${a.host.show(item)} is not a binding`);
    return [a.checkBindable(name!), init];
  });
}

function bodyOf(a: Analyzer, form: Cons): [LispObject, LispObject] {
  if (!(form.cdr instanceof Cons))
    return a.fail(`${a.host.show(form.car)} lacks arguments`);
  return [form.cdr.car, form.cdr.cdr];
}

const letForm: SpecialForm = (a, form, env) => {
  const [head, body] = bodyOf(a, form);
  const pairs = bindings(a, head);
  return bindVariables(a, {
    symbols: pairs.map(([symbol]) => symbol),
    inits: pairs.map(([, init]) => a.analyze(init, env)),
    body,
    env,
  });
};

const letStar: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [head, body] = bodyOf(a, form);
  const parsed = a.parseBody(body);
  const pairs = bindings(a, head);
  const layers: ((body: Node) => Node)[] = [];
  let inner = env;
  for (const [symbol, form] of pairs) {
    const init = a.analyze(form, inner);
    if (isSpecialIn(a, symbol, parsed)) {
      layers.push((body) => ({
        op: "bind",
        position,
        symbols: [symbol],
        values: [init],
        body,
      }));
      inner = inner.withVariable(symbol, { kind: "special" });
      continue;
    }
    const variable = a.newVariable(symbol, env);
    layers.push((body) => ({
      op: "let",
      position,
      variables: [variable],
      inits: [init],
      body,
    }));
    inner = inner.withVariable(symbol, { kind: "lexical", variable });
  }
  const bound = pairs.map(([symbol]) => symbol);
  const free = parsed.specials.filter((symbol) => !bound.includes(symbol));
  let node = a.progn(parsed.forms, a.declare(parsed, inner, free));
  for (let i = layers.length - 1; i >= 0; i--) node = layers[i]!(node);
  return node;
};

const setq: SpecialForm = (a, form, env) => {
  const args = a.args(form);
  if (args.length % 2 !== 0) a.fail("SETQ takes pairs of a variable and a value");
  const forms: Node[] = [];
  for (let i = 0; i < args.length; i += 2) {
    forms.push(assign(a, args[i]!, args[i + 1]!, env));
  }
  return a.sequence(forms);
};

function assign(
  a: Analyzer,
  name: LispObject,
  value: LispObject,
  env: Environment,
): Node {
  if (!(name instanceof LispSymbol)) {
    return a.fail(`${a.host.show(name)} is not a variable to assign`);
  }
  const { position } = a;
  const meaning = env.variable(name);
  if (meaning?.kind === "symbol-macro") {
    return a.analyze(list([a.host.specialForms.setf, meaning.expansion, value]), env);
  }
  if (meaning?.kind === "lexical") {
    const { variable } = meaning;
    const node = a.analyze(value, env);
    a.refer(variable, env);
    variable.assigned = true;
    return { op: "set-local", position, variable, value: node };
  }
  if (name.kind === SYMBOL_KIND.symbolMacro && meaning === undefined) {
    const expansion = a.host.info(name, "SYMBOL-MACRO");
    return a.analyze(list([a.host.specialForms.setf, expansion, value]), env);
  }
  if (name.kind === SYMBOL_KIND.constant) return a.fail(`${name.name} is a constant`);
  if (name.kind === SYMBOL_KIND.lexical && meaning === undefined) {
    a.references.variables.set(name, position);
  }
  return { op: "set-global", position, symbol: name, value: a.analyze(value, env) };
}

const quote: SpecialForm = (a, form) => {
  const args = a.args(form);
  need(a, args, 1, 1, "QUOTE");
  return a.constant(args[0]!);
};

const ifForm: SpecialForm = (a, form, env) => {
  const { position } = a;
  const args = a.args(form);
  need(a, args, 2, 3, "IF");
  const test = a.analyze(args[0]!, env);
  if (test.op === "const") {
    return a.analyze(test.value === NIL ? (args[2] ?? NIL) : args[1]!, env);
  }
  const consequent = a.analyze(args[1]!, env);
  return {
    op: "if",
    position,
    test,
    consequent,
    alternative: a.analyze(args[2] ?? NIL, env),
  };
};

const progn: SpecialForm = (a, form, env) => a.progn(a.args(form), env);

function functionForm(a: Analyzer, object: LispObject, env: Environment): Node {
  const { position } = a;
  const { lambdaSymbol, namedLambdaSymbol } = a.host;
  if (object instanceof Cons && object.car === lambdaSymbol) return a.lambda(object, env);
  if (object instanceof Cons && object.car === namedLambdaSymbol) {
    return namedLambda(a, object, env);
  }
  const name = a.requireFunctionName(object);
  const meaning = env.function(name.symbol, name.setf);
  if (meaning?.kind === "function") {
    meaning.variable.escapes = true;
    return a.local(meaning.variable, env);
  }
  if (meaning !== undefined)
    a.fail(`${name.symbol.name} is a local macro, not a function`);
  if (!name.setf && a.host.specialForms.get(name.symbol) !== undefined) {
    a.fail(`${name.symbol.name} is a special operator, not a function`);
  }
  a.mention(name);
  return { op: "function", position, name };
}

const functionSpecial: SpecialForm = (a, form, env) => {
  const args = a.args(form);
  need(a, args, 1, 1, "FUNCTION");
  return functionForm(a, args[0]!, env);
};

function functionLabel(a: Analyzer, name: LispObject): string {
  return name instanceof LispSymbol ? qualified(name) : a.host.show(name);
}

function qualified(symbol: LispSymbol): string {
  return symbol.package === null
    ? `#:${symbol.name}`
    : `${symbol.package.name}::${symbol.name}`;
}

const namedLambda: SpecialForm = (a, form, env) => {
  const { position } = a;
  const args = a.args(form);
  if (args.length < 2) a.fail("%NAMED-LAMBDA needs a name and a lambda list");
  const fn = a.function({
    name: functionLabel(a, args[0]!),
    symbol: null,
    lambdaList: args[1]!,
    body: list(args.slice(2)),
    env,
  });
  return { op: "lambda", position, fn };
};

const defun: SpecialForm = (a, form, env) => {
  const { position } = a;
  const args = a.args(form);
  if (args.length < 2) a.fail("%DEFUN needs a name and a lambda list");
  const name = a.requireFunctionName(args[0]!);
  const fn = a.function({
    name: functionLabel(a, args[0]!),
    symbol: name.setf ? null : name.symbol,
    lambdaList: args[1]!,
    body: list(args.slice(2)),
    env,
  });
  return { op: "defun", position, name, fn };
};

function block(
  a: Analyzer,
  name: LispSymbol,
  forms: readonly LispObject[],
  env: Environment,
): Node {
  const { position } = a;
  const info: BlockInfo = {
    name: name.name,
    js: a.names.fresh(`b_${mangle(name.name)}`),
    owner: env.scope,
    crossed: false,
    used: false,
  };
  const body = a.progn(forms, env.withBlock(name, info));
  return info.used ? { op: "block", position, info, body } : body;
}

const blockForm: SpecialForm = (a, form, env) => {
  const [name, body] = bodyOf(a, form);
  if (!(name instanceof LispSymbol)) return a.fail("the name of a BLOCK is a symbol");
  return block(a, name, a.list(body, "a body"), env);
};

const returnFrom: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [name, value = NIL] = a.args(form);
  const info = name instanceof LispSymbol ? env.block(name) : undefined;
  if (info === undefined) return a.fail(`no block is named ${a.host.show(name ?? NIL)}`);
  info.used = true;
  const node = a.analyze(value, env);
  if (info.owner !== env.scope) {
    info.crossed = true;
    a.checkReachable(info.owner, `block ${info.name}`, env);
  }
  return { op: "return-from", position, info, value: node };
};

const tagbody: SpecialForm = (a, form, env) => {
  const { position } = a;
  const statements = a.args(form);
  const info: TagbodyInfo = {
    js: a.names.fresh("t_go"),
    owner: env.scope,
    crossed: false,
  };
  let inner = env;
  let count = 0;
  const isTag = (x: LispObject) => !(x instanceof Cons);
  for (const tag of statements.filter(isTag)) inner = inner.withTag(tag, info, ++count);
  const segments: Segment[] = [{ index: 0, forms: [] }];
  for (const statement of statements) {
    if (isTag(statement)) segments.push({ index: segments.length, forms: [] });
    else segments.at(-1)!.forms.push(a.analyze(statement, inner));
  }
  if (count === 0) {
    return a.sequence([...segments[0]!.forms, a.constant(NIL)]);
  }
  return { op: "tagbody", position, info, segments };
};

const go: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [tag] = a.args(form);
  const target = tag === undefined ? undefined : env.tag(tag);
  if (target === undefined) return a.fail(`no tag is named ${a.host.show(tag ?? NIL)}`);
  const { info, index } = target;
  if (info.owner !== env.scope) {
    info.crossed = true;
    a.checkReachable(info.owner, "the tag", env);
  }
  return { op: "go", position, info, index };
};

const catchForm: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [tag, ...body] = a.args(form);
  if (tag === undefined) return a.fail("CATCH needs a tag");
  return { op: "catch", position, tag: a.analyze(tag, env), body: a.progn(body, env) };
};

const throwForm: SpecialForm = (a, form, env) => {
  const { position } = a;
  const args = a.args(form);
  need(a, args, 2, 2, "THROW");
  const [tag, value] = a.analyzeAll(args, env);
  return { op: "throw", position, tag: tag!, value: value! };
};

const unwindProtect: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [body, ...cleanup] = a.args(form);
  if (body === undefined) return a.fail("UNWIND-PROTECT needs a form");
  const node = a.analyze(body, env);
  if (cleanup.length === 0) return node;
  return { op: "unwind-protect", position, body: node, cleanup: a.progn(cleanup, env) };
};

const progv: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [symbols, values, ...body] = a.args(form);
  if (symbols === undefined || values === undefined)
    return a.fail("PROGV needs two lists");
  return {
    op: "progv",
    position,
    symbols: a.analyze(symbols, env),
    values: a.analyze(values, env),
    body: a.progn(body, env),
  };
};

const the: SpecialForm = (a, form, env) => {
  const args = a.args(form);
  need(a, args, 2, 2, "THE");
  return a.analyze(args[1]!, env);
};

function localDefinitions(a: Analyzer, object: LispObject) {
  return a.list(object, "local definitions").map((definition) => {
    if (!(definition instanceof Cons && definition.cdr instanceof Cons)) {
      return a.fail("a local definition needs a name and a lambda list");
    }
    const name = a.requireFunctionName(definition.car);
    return { name, lambdaList: definition.cdr.car, body: definition.cdr.cdr };
  });
}

function localFunctions(recursive: boolean): SpecialForm {
  return (a, form, env) => {
    const { position } = a;
    const [head, body] = bodyOf(a, form);
    const definitions = localDefinitions(a, head);
    const variables = definitions.map(({ name }) => a.newVariable(name.symbol, env));
    let inner = env;
    definitions.forEach(({ name }, i) => {
      const variable = variables[i]!;
      inner = inner.withFunction(name.symbol, name.setf, { kind: "function", variable });
    });
    definitions.forEach(({ name, lambdaList, body }, i) => {
      const variable = variables[i]!;
      variable.fn = a.function({
        name: name.setf ? `(SETF ${name.symbol.name})` : name.symbol.name,
        symbol: null,
        lambdaList,
        body,
        env: recursive ? inner : env,
        block: name.symbol,
      });
      variable.fn.self = variable;
    });
    const parsed = a.parseBody(body);
    const node = a.progn(parsed.forms, a.declare(parsed, inner));
    if (variables.length === 0) return node;
    return { op: "labels", position, variables, body: node };
  };
}

const macrolet: SpecialForm = (a, form, env) => {
  const [head, body] = bodyOf(a, form);
  return locallyIn(a, body, macroletEnvironment(a, head, env));
};

/** `env` with the macros that MACROLET's `definitions` define. */
export function macroletEnvironment(
  a: Analyzer,
  definitions: LispObject,
  env: Environment,
): Environment {
  let inner = env;
  for (const definition of a.list(definitions, "the definitions of MACROLET")) {
    if (!(definition instanceof Cons && definition.car instanceof LispSymbol)) {
      return a.fail("a MACROLET definition needs a name and a lambda list");
    }
    const expander = a.host.localMacro(definition, env);
    inner = inner.withFunction(definition.car, false, { kind: "macro", expander });
  }
  return inner;
}

/** `env` with the symbol macros of SYMBOL-MACROLET. */
export function symbolMacroletEnvironment(
  a: Analyzer,
  definitions: LispObject,
  env: Environment,
  body: LispObject,
): Environment {
  let inner = env;
  const parsed = a.parseBody(body);
  for (const item of a.list(definitions, "the definitions of SYMBOL-MACROLET")) {
    const [name, expansion] = a.list(item, "a symbol macro");
    if (!(name instanceof LispSymbol) || expansion === undefined) {
      return a.fail("a SYMBOL-MACROLET definition needs a name and an expansion");
    }
    if (a.isSpecial(name)) a.fail(`${name.name} is special and no symbol macro`);
    a.checkBindable(name);
    if (parsed.specials.includes(name)) {
      a.fail(`the symbol macro ${name.name} cannot be declared special`);
    }
    inner = inner.withVariable(name, { kind: "symbol-macro", expansion });
  }
  return inner;
}

const symbolMacrolet: SpecialForm = (a, form, env) => {
  const [head, body] = bodyOf(a, form);
  return locallyIn(a, body, symbolMacroletEnvironment(a, head, env, body));
};

function locallyIn(a: Analyzer, body: LispObject, env: Environment): Node {
  const parsed = a.parseBody(body);
  return a.progn(parsed.forms, a.declare(parsed, env));
}

const locally: SpecialForm = (a, form, env) => locallyIn(a, form.cdr, env);

const evalWhen: SpecialForm = (a, form, env) => {
  const [situations, body] = bodyOf(a, form);
  const execute = a
    .list(situations, "the situations of EVAL-WHEN")
    .some((s) => s instanceof LispSymbol && (s.name === "EXECUTE" || s.name === "EVAL"));
  return execute ? a.progn(a.list(body, "a body"), env) : a.constant(NIL);
};

const loadTimeValue: SpecialForm = (a, form, env) => {
  const { position } = a;
  const args = a.args(form);
  need(a, args, 1, 2, "LOAD-TIME-VALUE");
  const scope = { parent: null };
  const node = a.analyze(args[0]!, env.forCompileTime(scope).inFunction(scope));
  return { op: "load-time-value", position, form: node, key: form };
};

const mvCall: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [fn, ...args] = a.args(form);
  if (fn === undefined) return a.fail("MULTIPLE-VALUE-CALL needs a function");
  return {
    op: "mv-call",
    position,
    fn: a.analyze(fn, env),
    args: a.analyzeAll(args, env),
  };
};

const mvProg1: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [first, ...rest] = a.args(form);
  if (first === undefined) return a.fail("MULTIPLE-VALUE-PROG1 needs a form");
  const node = a.analyze(first, env);
  if (rest.length === 0) return node;
  return { op: "mv-prog1", position, first: node, rest: a.progn(rest, env) };
};

const mvLet: SpecialForm = (a, form, env) => {
  const { position } = a;
  const [head, rest] = bodyOf(a, form);
  if (!(rest instanceof Cons)) return a.fail("%MV-LET needs a form");
  const symbols = a.list(head, "the variables of %MV-LET").map((s) => a.checkBindable(s));
  const node = a.analyze(rest.car, env);
  const parsed = a.parseBody(rest.cdr);
  const variables = symbols.map((symbol) => a.newVariable(symbol, env));
  const specials = symbols.filter((symbol) => isSpecialIn(a, symbol, parsed));
  let inner = a.declare(parsed, env);
  const values: Node[] = [];
  symbols.forEach((symbol, i) => {
    const variable = variables[i]!;
    if (specials.includes(symbol)) {
      values.push(a.local(variable, env));
      inner = inner.withVariable(symbol, { kind: "special" });
    } else inner = inner.withVariable(symbol, { kind: "lexical", variable });
  });
  let body = a.progn(parsed.forms, inner);
  if (specials.length > 0) {
    body = { op: "bind", position, symbols: specials, values, body };
  }
  if (variables.length === 0) return a.sequence([node, body]);
  return { op: "mv-let", position, variables, form: node, body };
};

const layout: SpecialForm = (a, form) => {
  const { position } = a;
  const [name] = a.args(form);
  if (!(name instanceof LispSymbol)) return a.fail("%LAYOUT takes a symbol");
  return { op: "layout", position, symbol: name };
};

const COMMON: Readonly<Record<string, SpecialForm>> = {
  BLOCK: blockForm,
  CATCH: catchForm,
  "EVAL-WHEN": evalWhen,
  FLET: localFunctions(false),
  FUNCTION: functionSpecial,
  GO: go,
  IF: ifForm,
  LABELS: localFunctions(true),
  LET: letForm,
  "LET*": letStar,
  "LOAD-TIME-VALUE": loadTimeValue,
  LOCALLY: locally,
  MACROLET: macrolet,
  "MULTIPLE-VALUE-CALL": mvCall,
  "MULTIPLE-VALUE-PROG1": mvProg1,
  PROGN: progn,
  PROGV: progv,
  QUOTE: quote,
  "RETURN-FROM": returnFrom,
  SETQ: setq,
  "SYMBOL-MACROLET": symbolMacrolet,
  TAGBODY: tagbody,
  THE: the,
  THROW: throwForm,
  "UNWIND-PROTECT": unwindProtect,
};

const OWN: Readonly<Record<string, SpecialForm>> = {
  "%MV-LET": mvLet,
  "%NAMED-LAMBDA": namedLambda,
  "%DEFUN": defun,
  "%LAYOUT": layout,
};

/** The table of special operators for the symbols of one world. */
export function makeSpecialForms(options: {
  commonLisp(name: string): LispSymbol;
  primitive(name: string): LispSymbol;
  keyword(name: string): LispSymbol;
}): SpecialForms {
  const table = new Map<LispSymbol, SpecialForm>();
  for (const [name, handler] of Object.entries(COMMON)) {
    table.set(options.commonLisp(name), handler);
  }
  for (const [name, handler] of Object.entries(OWN)) {
    table.set(options.primitive(name), handler);
  }
  return {
    get: (symbol) => table.get(symbol),
    keyword: options.keyword,
    bindVariables,
    block,
    setf: options.commonLisp("SETF"),
  };
}
