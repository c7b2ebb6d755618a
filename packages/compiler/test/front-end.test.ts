import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** Runs a Lisp script of this folder under SBCL; returns its counts. */
async function counts(script: string): Promise<readonly [number, number]> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await run(
    "sbcl",
    ["--noinform", "--non-interactive", "--load", path],
    {
      timeout: 110_000,
      maxBuffer: 1 << 26,
    },
  );
  const result = /(\d+) (?:programs|cases), (\d+) failures/.exec(stdout);
  return [Number(result?.[1]), Number(result?.[2])];
}

test("programs through the front end do what SBCL does", {
  timeout: 120_000,
}, async () => {
  const [programs, failures] = await counts("front-end.lisp");
  expect(programs).toBeGreaterThan(90);
  expect(failures).toBe(0);
});

test("broken effect promises are found with their paths", {
  timeout: 120_000,
}, async () => {
  const [cases, failures] = await counts("effects-test.lisp");
  expect(cases).toBeGreaterThan(5);
  expect(failures).toBe(0);
});

test("low SSA of a few functions is as the golden text", {
  timeout: 120_000,
}, async () => {
  const [cases, failures] = await counts("golden.lisp");
  expect(cases).toBeGreaterThan(5);
  expect(failures).toBe(0);
});
