/** Integer arithmetic against BigInt, on the edges of what a number holds. */

import {
  type LispFunction,
  type LispObject,
  normalizeInteger,
  T,
} from "@astralisp/reader";
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { World } from "../src/index.js";

const world = new World();
world.enterPackage("ASTRALISP.PRIMITIVES");

function compile(parameters: string, body: string): LispFunction {
  const text = `(%named-lambda cl::test (${parameters}) ${body})`;
  return world.evalText(text.replace("cl::test", "common-lisp::test"))[0] as LispFunction;
}

function binary(name: string): LispFunction {
  return compile(
    "common-lisp::a common-lisp::b",
    `(${name} common-lisp::a common-lisp::b)`,
  );
}

const edge = fc
  .tuple(
    fc.constantFrom(
      0n,
      1n,
      2n ** 31n,
      2n ** 32n,
      2n ** 52n,
      2n ** 53n,
      2n ** 64n,
      2n ** 90n,
    ),
    fc.bigInt(-3n, 3n),
    fc.boolean(),
  )
  .map(([base, delta, negative]) => (negative ? -base : base) + delta);
const integer = fc.oneof(
  edge,
  fc.bigInt(-(2n ** 100n), 2n ** 100n),
  fc.bigInt(-100n, 100n),
);

const operations: readonly [string, (a: bigint, b: bigint) => bigint][] = [
  ["common-lisp:+", (a, b) => a + b],
  ["common-lisp:-", (a, b) => a - b],
  ["common-lisp:*", (a, b) => a * b],
  ["%integer+", (a, b) => a + b],
  ["%integer-", (a, b) => a - b],
  ["%integer*", (a, b) => a * b],
  ["%logand", (a, b) => a & b],
  ["%logior", (a, b) => a | b],
  ["%logxor", (a, b) => a ^ b],
  ["%integer-compare", (a, b) => (a < b ? -1n : a > b ? 1n : 0n)],
];

for (const [name, reference] of operations) {
  const fn = binary(name);
  test.prop([integer, integer])(`${name} is exact`, (a, b) => {
    const result = fn(normalizeInteger(a), normalizeInteger(b));
    expect(result).toBe(normalizeInteger(reference(a, b)));
  });
}

for (const constant of [1n, -1n, 7n, 2n ** 31n, -(2n ** 53n) + 1n, 2n ** 70n]) {
  for (const [name, reference] of operations.slice(0, 9)) {
    const fn = compile("common-lisp::a", `(${name} common-lisp::a ${constant})`);
    test.prop([integer])(`${name} with the constant ${constant}`, (a) => {
      const result = fn(normalizeInteger(a));
      expect(result).toBe(normalizeInteger(reference(a, constant)));
    });
  }
}

const comparisons: readonly [string, (a: bigint, b: bigint) => boolean][] = [
  ["common-lisp:<", (a, b) => a < b],
  ["common-lisp:>", (a, b) => a > b],
  ["common-lisp:<=", (a, b) => a <= b],
  ["common-lisp:>=", (a, b) => a >= b],
  ["common-lisp:=", (a, b) => a === b],
  ["common-lisp:eql", (a, b) => a === b],
];

for (const [name, reference] of comparisons) {
  const fn = binary(name);
  test.prop([integer, integer])(`${name} compares`, (a, b) => {
    const answer = fn(normalizeInteger(a), normalizeInteger(b));
    expect(answer === T).toBe(reference(a, b));
    expect(fn(normalizeInteger(a), normalizeInteger(a)) === T).toBe(reference(a, a));
  });
}

const truncate = compile(
  "common-lisp::a common-lisp::b",
  "(%mv-let (common-lisp::q common-lisp::r) (%integer-truncate common-lisp::a common-lisp::b)" +
    " (common-lisp:cons common-lisp::q common-lisp::r))",
);
test.prop([integer, integer.filter((n) => n !== 0n)])("%integer-truncate", (a, b) => {
  const { car, cdr } = truncate(normalizeInteger(a), normalizeInteger(b)) as {
    car: LispObject;
    cdr: LispObject;
  };
  expect(car).toBe(normalizeInteger(a / b));
  expect(cdr).toBe(normalizeInteger(a % b));
});

test.prop([integer, fc.integer({ min: -120, max: 120 })])("%ash", (x, n) => {
  const expected = n < 0 ? x >> BigInt(-n) : x << BigInt(n);
  expect(binaryAsh(normalizeInteger(x), n)).toBe(normalizeInteger(expected));
});
const binaryAsh = binary("%ash");

const fixnum = fc.maxSafeInteger();
const length = compile("common-lisp::x", "(common-lisp:integer-length common-lisp::x)");
const count = compile("common-lisp::x", "(common-lisp:logcount common-lisp::x)");
test.prop([integer])("integer-length and logcount", (x) => {
  const magnitude = x < 0n ? -1n - x : x;
  const digits = magnitude === 0n ? "" : magnitude.toString(2);
  expect(length(normalizeInteger(x))).toBe(digits.length);
  expect(count(normalizeInteger(x))).toBe(digits.replaceAll("0", "").length);
});

const fixnumOperations: readonly [string, (a: bigint, b: bigint) => bigint][] = [
  ["%fx+", (a, b) => a + b],
  ["%fx-", (a, b) => a - b],
  ["%fx*", (a, b) => a * b],
  ["%fx-and", (a, b) => a & b],
  ["%fx-or", (a, b) => a | b],
  ["%fx-xor", (a, b) => a ^ b],
];
for (const [name, reference] of fixnumOperations) {
  const fn = binary(name);
  test.prop([fixnum, fixnum])(`${name} is exact modulo the width`, (a, b) => {
    const wrapped = BigInt.asIntN(54, reference(BigInt(a), BigInt(b)));
    expect(BigInt(fn(a, b) as number)).toBe(wrapped);
    expect(Object.is(fn(a, b), -0)).toBe(false);
  });
}

for (const n of [0, 1, 5, 31, 32, 40]) {
  const right = compile("common-lisp::x", `(%fx-shift-right common-lisp::x ${n})`);
  test.prop([fixnum])(`%fx-shift-right by ${n}`, (x) => {
    expect(right(x)).toBe(Number(BigInt(x) >> BigInt(n)));
  });
}

test.prop([fixnum, fixnum.filter((n) => n !== 0)])("%fx-truncate, %fx-rem", (a, b) => {
  expect(binary("%fx-truncate")(a, b)).toBe(Number(BigInt(a) / BigInt(b)));
  expect(binary("%fx-rem")(a, b)).toBe(Number(BigInt(a) % BigInt(b)));
});
