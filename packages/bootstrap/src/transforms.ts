/** Calls of standard functions that become simpler nodes before they are emitted. */
import { Cons, type LispObject, LispSymbol, NIL } from "@astralisp/reader";
import type { Analyzer } from "./analyze.js";
import type { Node } from "./ast.js";
import type { Environment } from "./environment.js";

/** Answers the node of a call with `args`, or null to leave it a plain call. */
export type Transform = (
  a: Analyzer,
  args: LispObject[],
  env: Environment,
) => Node | null;

export type Transforms = ReadonlyMap<LispSymbol, Transform>;

interface Symbols {
  commonLisp(name: string): LispSymbol;
  primitive(name: string): LispSymbol;
}

function isForm(object: LispObject, head: LispSymbol): object is Cons {
  return object instanceof Cons && object.car === head && object.cdr instanceof Cons;
}

/** `(funcall #'f x)` is `(f x)`. */
function funcall(symbols: Symbols): Transform {
  const functionSymbol = symbols.commonLisp("FUNCTION");
  const lambda = symbols.commonLisp("LAMBDA");
  const quote = symbols.commonLisp("QUOTE");
  return (a, args, env) => {
    const [head, ...rest] = args;
    if (head === undefined) return a.fail("FUNCALL needs a function");
    let fn = head;
    if (isForm(fn, functionSymbol)) {
      const named = (fn.cdr as Cons).car;
      const name = a.functionName(named);
      if (name !== null) {
        const meaning = env.function(name.symbol, name.setf);
        const values = a.analyzeAll(rest, env);
        if (meaning === undefined) return a.globalCall(name, values);
        if (meaning.kind === "function")
          return a.localCall(meaning.variable, values, env);
        return a.fail(`${name.symbol.name} is a local macro, not a function`);
      }
      if (isForm(named, lambda)) fn = named;
    }
    if (isForm(fn, lambda)) return a.analyzeLambdaCall(fn, rest, env);
    if (isForm(fn, quote)) {
      const symbol = (fn.cdr as Cons).car;
      if (symbol instanceof LispSymbol) {
        return a.globalCall({ symbol, setf: false }, a.analyzeAll(rest, env));
      }
    }
    const { position } = a;
    const node = a.analyze(fn, env);
    return { op: "call", position, fn: node, args: a.analyzeAll(rest, env) };
  };
}

const values: Transform = (a, args, env) => {
  const { position } = a;
  return { op: "values", position, args: a.analyzeAll(args, env) };
};

/** `(+ a b c)` is two calls of the operation of two arguments. */
function leftAssociative(operation: LispSymbol, unit: number | null): Transform {
  return (a, args, env) => {
    if (args.length === 0) return unit === null ? null : a.constant(unit);
    if (args.length === 1) return null;
    const nodes = a.analyzeAll(args, env);
    return nodes.reduce((x, y) => a.prim(operation, [x, y]));
  };
}

/** `(< a b c)`: all arguments are evaluated, then compared in pairs. */
function comparison(operation: LispSymbol, t: LispSymbol): Transform {
  return (a, args, env) => {
    if (args.length < 2) return null;
    const nodes = a.analyzeAll(args, env);
    if (nodes.length === 2) return a.prim(operation, nodes);
    const { position } = a;
    const variables = nodes.map(() => a.newVariable("compared", env));
    let body = a.constant(t);
    for (let i = variables.length - 2; i >= 0; i--) {
      const pair = [a.local(variables[i]!, env), a.local(variables[i + 1]!, env)];
      const test = a.prim(operation, pair);
      body = { op: "if", position, test, consequent: body, alternative: a.constant(NIL) };
    }
    return { op: "let", position, variables, inits: nodes, body };
  };
}

/** A call of one argument with a constant as the other: `(1+ x)`, `(plusp x)`. */
function withConstant(operation: LispSymbol, constant: number): Transform {
  return (a, args, env) =>
    args.length === 1
      ? a.prim(operation, [a.analyze(args[0]!, env), a.constant(constant)])
      : null;
}

/** `(cadr x)`: `path` is `AD`, applied from the right. */
function accessor(path: string, car: LispSymbol, cdr: LispSymbol): Transform {
  return (a, args, env) => {
    if (args.length !== 1) return null;
    let node = a.analyze(args[0]!, env);
    for (const step of [...path].reverse()) {
      node = a.prim(step === "A" ? car : cdr, [node]);
    }
    return node;
  };
}

const ACCESSORS: Readonly<Record<string, string>> = {
  FIRST: "A",
  REST: "D",
  SECOND: "AD",
  THIRD: "ADD",
  FOURTH: "ADDD",
  CAAR: "AA",
  CADR: "AD",
  CDAR: "DA",
  CDDR: "DD",
  CADDR: "ADD",
  CDDDR: "DDD",
  CADDDR: "ADDD",
  CAADR: "AAD",
  CDADR: "DAD",
  CDDAR: "DDA",
  CADAR: "ADA",
};

/** The table for the symbols of one world. */
export function makeTransforms(
  symbols: Symbols & { readonly t: LispSymbol },
): Transforms {
  const cl = symbols.commonLisp;
  const two = (name: string) => symbols.primitive(`TWO-ARG-${name}`);
  const table = new Map<LispSymbol, Transform>();
  table.set(cl("FUNCALL"), funcall(symbols));
  table.set(cl("VALUES"), values);
  table.set(cl("+"), leftAssociative(two("+"), 0));
  table.set(cl("*"), leftAssociative(two("*"), 1));
  table.set(cl("-"), leftAssociative(two("-"), null));
  table.set(cl("/"), leftAssociative(two("/"), null));
  for (const name of ["<", ">", "<=", ">=", "="]) {
    table.set(cl(name), comparison(two(name), symbols.t));
  }
  const notSymbol = cl("NOT");
  table.set(cl("/="), (a, args, env) =>
    args.length === 2
      ? a.prim(notSymbol, [a.prim(two("="), a.analyzeAll(args, env))])
      : null,
  );
  table.set(cl("1+"), withConstant(two("+"), 1));
  table.set(cl("1-"), withConstant(two("-"), 1));
  table.set(cl("ZEROP"), withConstant(two("="), 0));
  table.set(cl("PLUSP"), withConstant(two(">"), 0));
  table.set(cl("MINUSP"), withConstant(two("<"), 0));
  for (const name of ["LOGAND", "LOGIOR", "LOGXOR"]) {
    table.set(cl(name), leftAssociative(cl(name), null));
  }
  for (const [name, path] of Object.entries(ACCESSORS)) {
    table.set(cl(name), accessor(path, cl("CAR"), cl("CDR")));
  }
  return table;
}
