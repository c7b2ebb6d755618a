import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const script = fileURLToPath(new URL("run-pc.lisp", import.meta.url));

test("memory, console, devices and traps of the pc platform", {
  timeout: 120_000,
}, async () => {
  const { stdout } = await run("sbcl", ["--script", script], { timeout: 120_000 });
  for (const part of ["pc-memory-test", "pc-console-test", "pc-devices-test"]) {
    expect(stdout).toContain(`${part} passes`);
  }
});
