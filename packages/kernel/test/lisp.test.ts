import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));

/** Runs a Lisp test script under SBCL; rejects when it does not exit with 0. */
async function script(name: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run("sbcl", ["--script", `${here}${name}`, ...args], {
    timeout: 120_000,
  });
  return stdout;
}

test("the collector keeps random object graphs intact", {
  timeout: 120_000,
}, async () => {
  const output = await script("run-collector.lisp", "0", "10", "4000");
  const verified = /(\d+) collections verified/.exec(output);
  expect(Number(verified?.[1])).toBeGreaterThan(500);
});
