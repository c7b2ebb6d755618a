/** Random programs: SBCL and the bootstrap must agree on values and on cleanups. */
import { expect, test } from "vitest";
import { answer, coreWorld } from "./core-world.js";
import { ProgramMaker } from "./random-programs.js";
import { sbclAnswers } from "./sbcl.js";

const COUNT = Number(process.env.RANDOM_PROGRAMS ?? 150);

test("random programs answer as SBCL does", () => {
  const first = Number(process.env.RANDOM_SEED ?? Date.now() % 1_000_000_007);
  const seeds = Array.from({ length: COUNT }, (_, i) => first + i * 7919);
  const programs = seeds.map((seed) => new ProgramMaker(seed).program());
  const expected = sbclAnswers(programs.join("\n"));
  expect(expected.length).toBe(programs.length);
  const world = coreWorld();
  const different = programs
    .map((program, i) => ({
      seed: seeds[i],
      program,
      sbcl: expected[i],
      ours: answer(world, program),
    }))
    .filter(({ sbcl, ours }) => sbcl !== ours);
  const failed = expected.filter((line) => line === ":ERROR").length;
  expect(failed).toBeLessThan(COUNT / 2);
  expect(different.slice(0, 3)).toEqual([]);
});
