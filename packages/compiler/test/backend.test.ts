import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const script = fileURLToPath(new URL("backend/run.lisp", import.meta.url));

test("machine code of random low SSA does what an interpreter does", {
  timeout: 120_000,
}, async () => {
  const { stdout } = await run("sbcl", ["--script", script, "1", "40"], {
    timeout: 110_000,
  });
  const result = /(\d+) random cases, (\d+) failures/.exec(stdout);
  expect(Number(result?.[1])).toBeGreaterThan(200);
  expect(Number(result?.[2])).toBe(0);
});
