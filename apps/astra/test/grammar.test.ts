import { join } from "node:path";
import { default as fc } from "fast-check";
import { expect, suite, test } from "vitest";
import { GrammarError, readGrammar, termsOf } from "../src/differential/grammar.ts";
import { programs, readGrammars } from "../src/differential/program.ts";
import { seededRandom } from "../src/differential/random.ts";
import { findPaths } from "../src/paths.ts";

const small = readGrammar(`; numbers
sum
  0
  (+ $sum $sum)
  (wrong {:key $sum} $sum* $(1 (2 3)))
text
  "~{~a~}"
  (a
      b)
`);

function samples(kind: string, count: number): readonly string[] {
  const random = seededRandom(1);
  const arbitrary = termsOf(small, kind, 4);
  return Array.from(
    { length: count },
    () => arbitrary.generate(random, undefined).value.text,
  );
}

suite("grammars", () => {
  test("templates become text", () => {
    expect(new Set(samples("text", 50))).toEqual(new Set(['"~{~a~}"', "(a b)"]));
    const sums = samples("sum", 300);
    expect(sums).toContain("(+ 0 0)");
    expect(sums.some((text) => /^\(wrong :key .* \(2 3\)\)$/.test(text))).toBe(true);
    expect(sums).toContain("(wrong 1)");
  });

  test("a kind that is not there is named", () => {
    const broken = readGrammar("a\n  $b\n");
    expect(() => termsOf(broken, "a", 2)).toThrow(GrammarError);
    expect(() => termsOf(small, "b", 2)).toThrow("no kind is called b");
  });

  test("a program shrinks to the part that matters", () => {
    const isWrong = fc.property(
      termsOf(small, "sum", 6),
      ({ text }) => !text.includes("wrong"),
    );
    const { counterexample } = fc.check(isWrong, { seed: 3, numRuns: 1000 });
    expect(counterexample?.[0].text).toBe("(wrong 1)");
  });

  test("the grammar of the standard library is whole", () => {
    const grammar = readGrammars(join(findPaths().root, "apps/astra/grammar"));
    const kinds = Object.keys(grammar);
    expect(kinds.length).toBeGreaterThan(80);
    const random = seededRandom(2);
    for (const kind of kinds) {
      expect(termsOf(grammar, kind, 3).generate(random, undefined).value.kind).toBe(kind);
    }
    const arbitrary = programs(grammar);
    for (let i = 0; i < 200; i++) arbitrary.generate(random, undefined);
  });
});
