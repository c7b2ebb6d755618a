/** Ordinary lambda lists (CLHS 3.4.1) and the functions they begin. */
import { Cons, type LispObject, LispSymbol, NIL } from "@astralisp/reader";
import type { Analyzer } from "./analyze.js";
import type { FunctionNode, FunctionScope, LocalVar, Node, Parameters } from "./ast.js";
import type { Environment } from "./environment.js";

interface Section {
  readonly required: LispObject[];
  readonly optional: LispObject[];
  rest: LispObject;
  readonly keys: LispObject[];
  hasKeys: boolean;
  allowOtherKeys: boolean;
  readonly aux: LispObject[];
}

const RANK: Readonly<Record<string, number>> = {
  "&OPTIONAL": 1,
  "&REST": 2,
  "&BODY": 2,
  "&KEY": 3,
  "&ALLOW-OTHER-KEYS": 4,
  "&AUX": 5,
};

/** Sorts the items of a lambda list into its sections. */
function parseLambdaList(analyzer: Analyzer, lambdaList: LispObject): Section {
  const section: Section = {
    required: [],
    optional: [],
    rest: NIL,
    keys: [],
    hasKeys: false,
    allowOtherKeys: false,
    aux: [],
  };
  let rank = 0;
  let expectRest = false;
  for (const item of analyzer.list(lambdaList, "a lambda list")) {
    const next = item instanceof LispSymbol ? RANK[item.name] : undefined;
    if (next !== undefined) {
      if (next <= rank || expectRest)
        analyzer.fail(`${analyzer.host.show(item)} is misplaced`);
      rank = next;
      if (rank === 2) expectRest = true;
      if (rank === 3) section.hasKeys = true;
      if (rank === 4) section.allowOtherKeys = true;
    } else if (expectRest) {
      section.rest = item;
      expectRest = false;
    } else if (rank === 0) section.required.push(item);
    else if (rank === 1) section.optional.push(item);
    else if (rank === 3) section.keys.push(item);
    else if (rank === 5) section.aux.push(item);
    else analyzer.fail(`${analyzer.host.show(item)} is misplaced in a lambda list`);
  }
  if (expectRest) analyzer.fail("a variable is missing after &REST");
  return section;
}

/** The layers that the body of a function is wrapped in, from the outside. */
type Layer = (body: Node) => Node;

class ParameterBinder {
  readonly analyzer: Analyzer;
  readonly specials: readonly LispSymbol[];
  env: Environment;
  readonly layers: Layer[] = [];
  /** Set once a parameter is special: later defaults must be evaluated inside its binding. */
  sawSpecial = false;

  constructor(analyzer: Analyzer, specials: readonly LispSymbol[], env: Environment) {
    this.analyzer = analyzer;
    this.specials = specials;
    this.env = env;
  }

  private isSpecial(symbol: LispSymbol): boolean {
    return this.analyzer.isSpecial(symbol) || this.specials.includes(symbol);
  }

  /** Makes `symbol` visible with the value of the parameter `variable`. */
  bind(symbol: LispSymbol, variable: LocalVar): void {
    const { analyzer, env } = this;
    if (!this.isSpecial(symbol)) {
      this.env = env.withVariable(symbol, { kind: "lexical", variable });
      return;
    }
    this.sawSpecial = true;
    const value = analyzer.local(variable, env);
    const { position } = analyzer;
    this.layers.push((body) => ({
      op: "bind",
      position,
      symbols: [symbol],
      values: [value],
      body,
    }));
    this.env = env.withVariable(symbol, { kind: "special" });
  }

  variable(item: LispObject): [LispSymbol, LocalVar] {
    const symbol = this.analyzer.checkBindable(item);
    return [symbol, this.analyzer.newVariable(symbol, this.env)];
  }

  /** A parameter with a default and perhaps a supplied-p variable. */
  optional(item: LispObject, init: LispObject, suppliedName: LispObject) {
    const { analyzer } = this;
    const [symbol, variable] = this.variable(item);
    const supplied = suppliedName === NIL ? null : this.variable(suppliedName);
    if (this.sawSpecial || this.isSpecial(symbol)) {
      return this.lateOptional(symbol, variable, init, supplied);
    }
    const node = analyzer.analyze(init, this.env);
    this.bind(symbol, variable);
    if (supplied !== null) this.bind(supplied[0], supplied[1]);
    return { variable, init: node, supplied: supplied === null ? null : supplied[1] };
  }

  /** The default is evaluated by the body, since special bindings come before it. */
  private lateOptional(
    symbol: LispSymbol,
    raw: LocalVar,
    init: LispObject,
    supplied: [LispSymbol, LocalVar] | null,
  ) {
    const { analyzer } = this;
    const { position } = analyzer;
    const [, variable] = this.variable(symbol);
    const node = analyzer.analyze(init, this.env);
    this.let(variable, { op: "default", position, variable: raw, init: node });
    this.bind(symbol, variable);
    if (supplied !== null) {
      this.let(supplied[1], { op: "supplied", position, variable: raw });
      this.bind(supplied[0], supplied[1]);
    }
    // A raw parameter keeps `undefined` when missing: `init` null says so.
    return { variable: raw, init: RAW, supplied: null };
  }

  let(variable: LocalVar, init: Node): void {
    const { position } = this.analyzer;
    this.layers.push((body) => ({
      op: "let",
      position,
      variables: [variable],
      inits: [init],
      body,
    }));
  }

  wrap(body: Node): Node {
    let result = body;
    for (let i = this.layers.length - 1; i >= 0; i--) result = this.layers[i]!(result);
    return result;
  }
}

/** The `init` of a parameter that is left undefined when missing. */
export const RAW: Node = { op: "const", position: -1, value: NIL };

function parts(item: LispObject, analyzer: Analyzer): LispObject[] {
  return item instanceof Cons ? analyzer.list(item, "a parameter") : [item];
}

/** The keyword and the variable of a key parameter. */
function keyOf(analyzer: Analyzer, first: LispObject): [LispSymbol, LispObject] {
  if (first instanceof Cons) {
    const [key, variable] = analyzer.list(first, "a key parameter");
    if (key instanceof LispSymbol && variable !== undefined) return [key, variable];
  } else if (first instanceof LispSymbol) {
    return [analyzer.host.specialForms.keyword(first.name), first];
  }
  return analyzer.fail("a key parameter is malformed");
}

function bindParameters(
  analyzer: Analyzer,
  binder: ParameterBinder,
  section: Section,
): Parameters {
  const parameters: Parameters = {
    required: [],
    optional: [],
    rest: null,
    hasKeys: section.hasKeys,
    keys: [],
    allowOtherKeys: section.allowOtherKeys,
  };
  const required = section.required.map((item) => binder.variable(item));
  for (const [, variable] of required) parameters.required.push(variable);
  for (const [symbol, variable] of required) binder.bind(symbol, variable);
  for (const item of section.optional) {
    const [name, init = NIL, supplied = NIL] = parts(item, analyzer);
    parameters.optional.push(binder.optional(name!, init, supplied));
  }
  if (section.rest !== NIL) {
    const [symbol, variable] = binder.variable(section.rest);
    parameters.rest = variable;
    binder.bind(symbol, variable);
  }
  for (const item of section.keys) {
    const [first, init = NIL, supplied = NIL] = parts(item, analyzer);
    const [key, name] = keyOf(analyzer, first!);
    parameters.keys.push({ key, ...binder.optional(name, init, supplied) });
  }
  for (const item of section.aux) {
    const [name, init = NIL] = parts(item, analyzer);
    const node = analyzer.analyze(init, binder.env);
    const [symbol, variable] = binder.variable(name!);
    binder.let(variable, node);
    binder.bind(symbol, variable);
  }
  return parameters;
}

/** Analyses a function: its parameters, declarations and body. */
export function analyzeFunction(
  analyzer: Analyzer,
  options: {
    name: string;
    symbol: LispSymbol | null;
    lambdaList: LispObject;
    body: LispObject;
    env: Environment;
    block?: LispSymbol;
  },
): FunctionNode {
  const { name, symbol, lambdaList, env } = options;
  const scope: FunctionScope = { parent: env.scope };
  const { position } = analyzer;
  const section = parseLambdaList(analyzer, lambdaList);
  const parsed = analyzer.parseBody(options.body, true);
  const { specials, forms } = parsed;
  const binder = new ParameterBinder(analyzer, specials, env.inFunction(scope));
  const parameters = bindParameters(analyzer, binder, section);
  const bound = new Set<LispObject>();
  for (const item of [...section.required, ...section.optional, section.rest]) {
    bound.add(parts(item, analyzer)[0]!);
  }
  for (const item of [...section.keys, ...section.aux]) {
    const [first] = parts(item, analyzer);
    bound.add(first instanceof Cons ? keyOf(analyzer, first)[1] : first!);
  }
  const free = specials.filter((special) => !bound.has(special));
  const inner = analyzer.declare(parsed, binder.env, free);
  const body =
    options.block === undefined
      ? analyzer.progn(forms, inner)
      : analyzer.host.specialForms.block(analyzer, options.block, forms, inner);
  return {
    scope,
    name,
    symbol,
    self: null,
    parameters,
    lambdaList,
    body: binder.wrap(body),
    position,
  };
}
