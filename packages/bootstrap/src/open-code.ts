/**
 * Open coding: the JavaScript of a call of a primitive. `integer` marks results that are
 * plain numbers, so that arithmetic on them needs no test of its own.
 */

/** What the emitter offers to a template. */
export interface TemplateContext {
  /** The identifier under which the run-time function `name` is known. */
  helper(name: string): string;
  /** A variable for a partial result, free again after the template. */
  temporary(): string;
  /** Whether argument `index` is known to be a plain number. */
  isNumber(index: number): boolean;
  /** Whether argument `index` is a constant that `===` compares as `eql` does. */
  isIdentity(index: number): boolean;
  /** The value of argument `index` if it is a constant plain number, else null. */
  constant(index: number): number | null;
  /** The symbol of the primitive. */
  self(): string;
  /** The primitive's own Lisp function called with `args`. */
  slow(args: readonly string[]): string;
}

export interface Primitive {
  readonly name: string;
  /** Number of arguments; -1 for any. */
  readonly arity: number;
  /** `values`: it sets the multiple values itself; `boolean`: JavaScript's true and false. */
  readonly result: "value" | "integer" | "boolean" | "values";
  /** Whether arguments are mentioned more than once, and so must be names. */
  readonly atoms: boolean;
  /** It may run any Lisp code, which leaves the count of values undefined. */
  readonly calls: boolean;
  /** Stands only where one value is wanted; elsewhere the function is called. */
  readonly singleOnly: boolean;
  readonly emit: (args: readonly string[], context: TemplateContext) => string;
}

type Options = Partial<Omit<Primitive, "name" | "arity" | "emit">>;

const table = new Map<string, Primitive>();

function define(
  name: string,
  arity: number,
  emit: Primitive["emit"],
  options: Options = {},
): void {
  table.set(name, {
    name,
    arity,
    result: "value",
    atoms: false,
    calls: false,
    singleOnly: false,
    ...options,
    emit,
  });
}

/** Templates that fall back on the Lisp function of the same name. */
const FALLS_BACK =
  /^(TWO-ARG-|(LOGAND|LOGIOR|LOGXOR|REM|MOD|TRUNCATE|FLOOR|AREF|APPLY|ASH|LENGTH|CHAR)$)/;

/** Functions of the runtime itself that have a template: its expansions call them. */
export const INTERNAL_NAMES: ReadonlySet<string> = new Set(["AREF-1", "SET-AREF-1"]);

/** Whether the template of `name` can be the body of a function of that name. */
export function isSelfContained({ name, arity }: Primitive): boolean {
  return arity >= 0 && !FALLS_BACK.test(name) && !INTERNAL_NAMES.has(name);
}

/** The primitives that have a template, by name. */
export const openCoded: ReadonlyMap<string, Primitive> = table;

/** A primitive that is called as a function of the host. */
export function calledPrimitive(
  name: string,
  arity: number,
  options: Options,
): Primitive {
  return {
    name,
    arity,
    result: "value",
    atoms: false,
    calls: false,
    singleOnly: false,
    ...options,
    emit: (args, c) => `${c.helper(name)}(${args.join(", ")})`,
  };
}

const MAX = "9007199254740991";

function template(
  name: string,
  arity: number,
  text: (...args: string[]) => string,
  options: Options = {},
): void {
  define(name, arity, (args) => text(...args), options);
}

const BOOLEAN: Options = { result: "boolean" };
const BOOLEAN_ATOMS: Options = { result: "boolean", atoms: true };
const INTEGER: Options = { result: "integer" };

// Identity, conses.
template("EQ", 2, (a, b) => `${a} === ${b}`, BOOLEAN);
define("EQL", 2, emitEql, BOOLEAN_ATOMS);
template("CONS", 2, (a, b) => `new $Cons(${a}, ${b})`);
template("%CAR", 1, (x) => `${x}.car`);
template("%CDR", 1, (x) => `${x}.cdr`);
template("%SET-CAR", 2, (x, v) => `(${x}.car = ${v})`);
template("%SET-CDR", 2, (x, v) => `(${x}.cdr = ${v})`);
for (const field of ["car", "cdr"]) {
  define(
    field.toUpperCase(),
    1,
    (args, c) => {
      const t = c.temporary();
      const fault = c.helper("notAList");
      return `((${t} = ${args[0]}.${field}) === undefined ? ${fault}(${args[0]}) : ${t})`;
    },
    { atoms: true },
  );
}
template("CONSP", 1, (x) => `${x} instanceof $Cons`, BOOLEAN);
template("ATOM", 1, (x) => `!(${x} instanceof $Cons)`, BOOLEAN);
template("LISTP", 1, (x) => `(${x} === $NIL || ${x} instanceof $Cons)`, BOOLEAN_ATOMS);
template("NULL", 1, (x) => `${x} === $NIL`, BOOLEAN);
template("NOT", 1, (x) => `${x} === $NIL`, BOOLEAN);
/** Nested conses, or a call where they would nest too deep for a parser. */
function listCode(items: readonly string[], tail: string): string {
  if (items.length > 16) return `$list([${items.join(", ")}], ${tail})`;
  return items.reduceRight((rest, item) => `new $Cons(${item}, ${rest})`, tail);
}
define("LIST", -1, (args) => listCode(args, "$NIL"));
define("LIST*", -1, (args, c) =>
  args.length === 0
    ? `${c.helper("argumentCount")}("COMMON-LISP::LIST*", 0, 1, -1)`
    : listCode(args.slice(0, -1), args.at(-1)!),
);

// Symbols, functions, characters.
template("SYMBOLP", 1, (x) => `${x} instanceof $LispSymbol`, BOOLEAN);
template("FUNCTIONP", 1, (x) => `typeof ${x} === "function"`, BOOLEAN);
template("CHARACTERP", 1, (x) => `${x} instanceof $Char`, BOOLEAN);
template("%CHAR-CODE", 1, (x) => `${x}.code`, INTEGER);
template("%CODE-CHAR", 1, (x) => `$Char.of(${x})`);
define(
  "APPLY",
  -1,
  (args, c) => {
    if (args.length < 2) {
      return `${c.helper("argumentCount")}("COMMON-LISP::APPLY", ${args.length}, 2, -1)`;
    }
    return `${c.helper(args.length === 2 ? "apply2" : "apply")}(${args.join(", ")})`;
  },
  { calls: true },
);

// Integers.
template(
  "INTEGERP",
  1,
  (x) => `(typeof ${x} === "number" || typeof ${x} === "bigint")`,
  BOOLEAN_ATOMS,
);
template("%FIXNUMP", 1, (x) => `typeof ${x} === "number"`, BOOLEAN);
template("%BIGNUMP", 1, (x) => `typeof ${x} === "bigint"`, BOOLEAN);

function bothNumbers(args: readonly string[], c: TemplateContext): string {
  const tests: string[] = [];
  if (!c.isNumber(0)) tests.push(`typeof ${args[0]} === "number"`);
  if (!c.isNumber(1)) tests.push(`typeof ${args[1]} === "number"`);
  return tests.join(" && ");
}

function guarded(test: string, fast: string, slow: string): string {
  return test === "" ? fast : `(${test} ? ${fast} : ${slow})`;
}

/** The test that `x + k` stays safe, for a constant `k`. */
function staysSafe(x: string, k: number): string {
  return k >= 0 ? `${x} <= ${Number(MAX) - k}` : `${x} >= ${-Number(MAX) - k}`;
}

function isSmall(k: number | null): k is number {
  return k !== null && Math.abs(k) < 2 ** 50;
}

/** Addition and subtraction; the sum is looked at only if no argument is constant. */
function additive(sign: "+" | "-", helper: string): Primitive["emit"] {
  return (args, c) => {
    const [a, b] = args as [string, string];
    const slow = `${c.helper(helper)}(${a}, ${b})`;
    const numbers = bothNumbers(args, c);
    const [k0, k1] = [c.constant(0), c.constant(1)];
    if (isSmall(k1) || (isSmall(k0) && sign === "+")) {
      const [x, k] = isSmall(k1) ? [a, sign === "+" ? k1 : -k1] : [b, k0!];
      const test = [numbers, staysSafe(x, k)].filter((t) => t !== "").join(" && ");
      return `(${test} ? ${a} ${sign} ${b} : ${slow})`;
    }
    const t = c.temporary();
    const sum = `(${t} = ${a} ${sign} ${b}) <= ${MAX} && ${t} >= -${MAX}`;
    const test = numbers === "" ? sum : `${numbers} && ${sum}`;
    return `(${test} ? ${t} : ${slow})`;
  };
}

function multiply(helper: string): Primitive["emit"] {
  return (args, c) => {
    const [a, b] = args as [string, string];
    const t = c.temporary();
    const numbers = bothNumbers(args, c);
    // Adding 0 turns -0 into 0.
    const product = `(${t} = ${a} * ${b}) <= ${MAX} && ${t} >= -${MAX}`;
    const test = numbers === "" ? product : `${numbers} && ${product}`;
    return `(${test} ? ${t} + 0 : ${c.helper(helper)}(${a}, ${b}))`;
  };
}

function compare(operator: string, helper: string): Primitive["emit"] {
  return (args, c) => {
    const [a, b] = args as [string, string];
    const slow = `${c.helper(helper)}(${a}, ${b})`;
    return guarded(bothNumbers(args, c), `${a} ${operator} ${b}`, slow);
  };
}

const ATOMS: Options = { atoms: true };
define("TWO-ARG-+", 2, additive("+", "add"), ATOMS);
define("TWO-ARG--", 2, additive("-", "subtract"), ATOMS);
define("TWO-ARG-*", 2, multiply("multiply"), ATOMS);
define("TWO-ARG-/", 2, (args, c) => `${c.helper("divide")}(${args.join(", ")})`);
define("TWO-ARG-<", 2, compare("<", "less"), BOOLEAN_ATOMS);
define("TWO-ARG->", 2, compare(">", "greater"), BOOLEAN_ATOMS);
define("TWO-ARG-<=", 2, compare("<=", "lessEqual"), BOOLEAN_ATOMS);
define("TWO-ARG->=", 2, compare(">=", "greaterEqual"), BOOLEAN_ATOMS);
define("TWO-ARG-=", 2, compare("===", "equal"), BOOLEAN_ATOMS);
define("%INTEGER+", 2, additive("+", "integerAdd"), ATOMS);
define("%INTEGER-", 2, additive("-", "integerSubtract"), ATOMS);
define("%INTEGER*", 2, multiply("integerMultiply"), ATOMS);
template("%INTEGER-COMPARE", 2, (a, b) => `(${a} < ${b} ? -1 : ${a} > ${b} ? 1 : 0)`, {
  result: "integer",
  atoms: true,
});

for (const [name, operator] of [
  ["%FX<", "<"],
  ["%FX>", ">"],
  ["%FX<=", "<="],
  ["%FX>=", ">="],
  ["%FX=", "==="],
] as const) {
  template(name, 2, (a, b) => `${a} ${operator} ${b}`, BOOLEAN);
}

const INTEGER_ATOMS: Options = { result: "integer", atoms: true };

function fixnumAdditive(sign: "+" | "-", helper: string): Primitive["emit"] {
  return (args, c) => {
    const [a, b] = args as [string, string];
    const slow = `${c.helper(helper)}(${a}, ${b})`;
    const [k0, k1] = [c.constant(0), c.constant(1)];
    if (isSmall(k1) || (isSmall(k0) && sign === "+")) {
      const [x, k] = isSmall(k1) ? [a, sign === "+" ? k1 : -k1] : [b, k0!];
      return `(${staysSafe(x, k)} ? ${a} ${sign} ${b} : ${slow})`;
    }
    const t = c.temporary();
    return `((${t} = ${a} ${sign} ${b}) <= ${MAX} && ${t} >= -${MAX} ? ${t} : ${slow})`;
  };
}

define("%FX+", 2, fixnumAdditive("+", "fixnumAdd"), INTEGER_ATOMS);
define("%FX-", 2, fixnumAdditive("-", "fixnumSubtract"), INTEGER_ATOMS);
define(
  "%FX*",
  2,
  ([a, b], c) => {
    const t = c.temporary();
    const slow = `${c.helper("fixnumMultiply")}(${a}, ${b})`;
    return `((${t} = ${a} * ${b}) <= ${MAX} && ${t} >= -${MAX} ? ${t} + 0 : ${slow})`;
  },
  INTEGER_ATOMS,
);
template("%FX-TRUNCATE", 2, (a, b) => `(${a} - ${a} % ${b}) / ${b} + 0`, INTEGER_ATOMS);
template("%FX-REM", 2, (a, b) => `${a} % ${b} + 0`, INTEGER);
template("%FX-NOT", 1, (a) => `-1 - ${a}`, INTEGER);

function isInt32(k: number | null): k is number {
  return k !== null && (k | 0) === k;
}

/** A test that the arguments fit in 32 bits, leaving out constants that do. */
function fitTest(args: readonly string[], c: TemplateContext): string {
  const tests: string[] = [];
  args.forEach((arg, i) => {
    if (!isInt32(c.constant(i))) tests.push(`(${arg} | 0) === ${arg}`);
  });
  return tests.join(" && ");
}

/** The constant argument that masks the other to at most 31 bits, if any. */
function mask(c: TemplateContext): boolean {
  return [0, 1].some((i) => {
    const k = c.constant(i);
    return isInt32(k) && k >= 0;
  });
}

for (const [name, operator, helper] of [
  ["AND", "&", "fixnumAnd"],
  ["OR", "|", "fixnumOr"],
  ["XOR", "^", "fixnumXor"],
] as const) {
  define(
    `%FX-${name}`,
    2,
    (args, c) => {
      const fast = `${args[0]} ${operator} ${args[1]}`;
      if (operator === "&" && mask(c)) return `(${fast})`;
      const slow = `${c.helper(helper)}(${args[0]}, ${args[1]})`;
      return guarded(fitTest(args, c), fast, slow);
    },
    INTEGER_ATOMS,
  );
}

for (const [name, operator, helper] of [
  ["AND", "&", "integerAnd"],
  ["IOR", "|", "integerOr"],
  ["XOR", "^", "integerXor"],
] as const) {
  const logical = (args: readonly string[], c: TemplateContext, slow: string) => {
    const fits = operator === "&" && mask(c) ? "" : fitTest(args, c);
    const tests = [bothNumbers(args, c), fits].filter((test) => test !== "");
    return guarded(tests.join(" && "), `(${args[0]} ${operator} ${args[1]})`, slow);
  };
  const slow = (args: readonly string[], c: TemplateContext) =>
    `${c.helper(helper)}(${args.join(", ")})`;
  define(`%LOG${name}`, 2, (args, c) => logical(args, c, slow(args, c)), ATOMS);
  define(`LOG${name}`, 2, (args, c) => logical(args, c, c.slow(args)), ATOMS);
}

define(
  "%FX-SHIFT-LEFT",
  2,
  (args, c) => `${c.helper("fixnumShiftLeft")}(${args.join(", ")})`,
  INTEGER,
);
define(
  "%FX-SHIFT-RIGHT",
  2,
  ([x, n], c) => {
    const k = c.constant(1);
    if (k !== null && k >= 0 && k < 32) {
      const slow = `Math.floor(${x} / ${2 ** k})`;
      return `((${x} | 0) === ${x} ? ${x} >> ${k} : ${slow})`;
    }
    return `${c.helper("fixnumShiftRight")}(${x}, ${n})`;
  },
  INTEGER_ATOMS,
);

const SINGLE: Options = { atoms: true, singleOnly: true };
function division(fast: (a: string, b: string, t: string) => string): Primitive["emit"] {
  return (args, c) => {
    const [a, b] = args as [string, string];
    const k = c.constant(1);
    const tests = [bothNumbers(args, c)];
    if (k === null) tests.push(`${b} !== 0`);
    const test = tests.filter((t) => t !== "").join(" && ");
    return k === 0
      ? c.slow(args)
      : guarded(test, fast(a, b, c.temporary()), c.slow(args));
  };
}

const modulus = (a: string, b: string, t: string): string =>
  `((${t} = ${a} % ${b}) !== 0 && ${t} < 0 !== ${b} < 0 ? ${t} + ${b} : ${t} + 0)`;
define(
  "REM",
  2,
  division((a, b) => `${a} % ${b} + 0`),
  ATOMS,
);
define("MOD", 2, division(modulus), ATOMS);
define(
  "TRUNCATE",
  2,
  division((a, b) => `(${a} - ${a} % ${b}) / ${b} + 0`),
  SINGLE,
);
define(
  "FLOOR",
  2,
  division((a, b, t) => `(${a} - ${modulus(a, b, t)}) / ${b} + 0`),
  SINGLE,
);

// Floats.
template("%DOUBLE-FLOAT-P", 1, (x) => `${x} instanceof $DoubleFloat`, BOOLEAN);
template("%SINGLE-FLOAT-P", 1, (x) => `${x} instanceof $SingleFloat`, BOOLEAN);
template("%RATIOP", 1, (x) => `${x} instanceof $Ratio`, BOOLEAN);
template("%COMPLEXP", 1, (x) => `${x} instanceof $Complex`, BOOLEAN);
for (const format of ["DOUBLE", "SINGLE"]) {
  const make = format === "DOUBLE" ? "new $DoubleFloat" : "new $SingleFloat";
  // Their results may be errors: float-traps.ts.
  const helper = `$${format.toLowerCase()}`;
  for (const [operator, name] of [
    ["+", "Plus"],
    ["-", "Minus"],
    ["*", "Times"],
    ["/", "Over"],
  ] as const) {
    template(`%${format}${operator}`, 2, (a, b) => `${helper}${name}(${a}, ${b})`);
  }
  for (const [name, operator] of [
    ["<", "<"],
    ["<=", "<="],
    ["=", "==="],
  ] as const) {
    template(
      `%${format}${name}`,
      2,
      (a, b) => `${a}.value ${operator} ${b}.value`,
      BOOLEAN,
    );
  }
  template(`%${format}-SQRT`, 1, (a) => `${helper}Root(${a})`);
  template(`%${format}-NEGATE`, 1, (a) => `${make}(-${a}.value)`);
}

// Vectors.
template("SIMPLE-VECTOR-P", 1, (x) => `Array.isArray(${x})`, BOOLEAN);
template("%SIMPLE-STRING-P", 1, (x) => `${x} instanceof $LispString`, BOOLEAN);
template("%ARRAY-HEADER-P", 1, (x) => `${x} instanceof $ArrayHeader`, BOOLEAN);
template("%VECTOR-LENGTH", 1, (x) => `${x}.length`, INTEGER);
template("%SVREF", 2, (v, i) => `${v}[${i}]`);
template("%SET-SVREF", 3, (v, i, x) => `(${v}[${i}] = ${x})`);
for (const type of ["U8", "U16", "U32", "S8", "S16", "S32"]) {
  template(`%${type}REF`, 2, (v, i) => `${v}[${i}]`, INTEGER);
  template(`%SET-${type}REF`, 3, (v, i, x) => `(${v}[${i}] = ${x})`);
}
template("%STRING-REF", 2, (v, i) => `$Char.of(${v}.codes[${i}])`);
template("%BIT-REF", 2, (v, i) => `${v}.bits[${i}]`, INTEGER);
template("%SET-BIT-REF", 3, (v, i, x) => `(${v}.bits[${i}] = ${x})`);
template("%DOUBLE-REF", 2, (v, i) => `new $DoubleFloat(${v}[${i}])`);
define(
  "SVREF",
  2,
  ([v, i], c) => {
    const t = c.temporary();
    const slow = `${c.helper("SVREF")}(${v}, ${i})`;
    return `(Array.isArray(${v}) && (${t} = ${v}[${i}]) !== undefined ? ${t} : ${slow})`;
  },
  ATOMS,
);
define(
  "SCHAR",
  2,
  ([v, i], c) => {
    const t = c.temporary();
    const test = `${v} instanceof $LispString && (${t} = ${v}.codes[${i}]) !== undefined`;
    return `(${test} ? $Char.of(${t}) : ${c.helper("SCHAR")}(${v}, ${i}))`;
  },
  ATOMS,
);
for (const name of ["AREF", "AREF-1"]) {
  define(
    name,
    2,
    ([v, i], c) => {
      const t = c.temporary();
      const test = `Array.isArray(${v}) && (${t} = ${v}[${i}]) !== undefined`;
      return `(${test} ? ${t} : ${c.helper("aref")}(${v}, ${i}, ${c.self()}))`;
    },
    ATOMS,
  );
}
define(
  "SET-AREF-1",
  3,
  ([v, i, x], c) => {
    const test = `Array.isArray(${v}) && ${v}[${i}] !== undefined`;
    const slow = `${c.helper("setAref")}(${v}, ${i}, ${x}, ${c.self()})`;
    return `(${test} ? (${v}[${i}] = ${x}) : ${slow})`;
  },
  ATOMS,
);
define(
  "CHAR",
  2,
  ([v, i], c) => {
    const t = c.temporary();
    const test = `${v} instanceof $LispString && (${t} = ${v}.codes[${i}]) !== undefined`;
    return `(${test} ? $Char.of(${t}) : ${c.slow([v!, i!])})`;
  },
  ATOMS,
);
define(
  "LENGTH",
  1,
  ([x], c) => {
    const test = `Array.isArray(${x}) || ${x} instanceof $LispString`;
    return `(${test} ? ${x}.length : ${c.slow([x!])})`;
  },
  ATOMS,
);
define(
  "ASH",
  2,
  (args, c) => {
    const [x, n] = args as [string, string];
    const k = c.constant(1);
    const slow = `${c.helper("ash")}(${x}, ${n}, ${c.self()})`;
    if (k === null || Math.abs(k) > 40) return slow;
    if (k < 0) {
      const shifted = `(${x} >> ${Math.min(-k, 31)})`;
      return `(typeof ${x} === "number" && (${x} | 0) === ${x} ? ${shifted} : ${slow})`;
    }
    const t = c.temporary();
    const product = `(${t} = ${x} * ${2 ** k}) <= ${MAX} && ${t} >= -${MAX}`;
    return `(typeof ${x} === "number" && ${product} ? ${t} : ${slow})`;
  },
  ATOMS,
);

// Instances, cells, symbols.
template("%INSTANCEP", 1, (x) => `${x} instanceof $Instance`, BOOLEAN);
template("%INSTANCE-REF", 2, (x, i) => `${x}.slots[${i}]`);
template("%SET-INSTANCE-REF", 3, (x, i, v) => `(${x}.slots[${i}] = ${v})`);
template("%INSTANCE-LAYOUT", 1, (x) => `${x}.layout`);
define(
  "%INSTANCE-OF-P",
  2,
  ([x, layout], c) =>
    `(${x} instanceof $Instance && (${x}.layout === ${layout} || ` +
    `${c.helper("hasAncestor")}(${x}.layout, ${layout})))`,
  BOOLEAN_ATOMS,
);
template("%UNBOUND-MARKER", 0, () => "$UNBOUND");
template("%UNBOUND-MARKER-P", 1, (x) => `${x} === $UNBOUND`, BOOLEAN);
template("%VALUE-CELL-REF", 1, (x) => `${x}.value`);
template("%SET-VALUE-CELL", 2, (x, v) => `(${x}.value = ${v})`);

/** `===` where one side is a constant that is no boxed number, else the full test. */
function emitEql(args: readonly string[], c: TemplateContext): string {
  const [a, b] = args as [string, string];
  if (c.isIdentity(0) || c.isIdentity(1)) return `${a} === ${b}`;
  return `(${a} === ${b} || ${c.helper("eqlBoxed")}(${a}, ${b}))`;
}
