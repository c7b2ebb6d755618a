/** The command `astra-js`, run as users run it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("../bin/astra-js.mjs", import.meta.url));

const run = (...args: string[]) => runWithRuntime("--no-runtime", ...args);

function runWithRuntime(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

test("forms are evaluated in order and their values printed", () => {
  const { status, stdout } = run("--eval", "(setq x 5)", "--eval", '(values x \'y "z")');
  expect({ status, stdout }).toEqual({ status: 0, stdout: '5\n5\nY\n"z"\n' });
});

test("an error names the place and sets the exit code", () => {
  const { status, stderr } = run("--eval", "(list (car 5))", "--eval", "'not-reached");
  expect(status).toBe(1);
  expect(stderr).toContain("5 is not of type LIST");
  expect(stderr).toContain("eval:1:1");
});

test("unreadable text is shown with an excerpt", () => {
  const { status, stderr } = run("--eval", "(list 1");
  expect(status).toBe(1);
  expect(stderr).toContain("error[R0001]");
});

test("%exit sets the exit code and cleanups run before", () => {
  const exit = "(unwind-protect (astralisp.primitives:%exit 7) (setq x 1))";
  expect(run("--eval", exit).status).toBe(7);
});

test("recursion goes a million frames deep", () => {
  const deep = "(labels ((f (n) (if (< n 1) 0 (1+ (f (1- n)))))) (f 1000000))";
  expect(run("--eval", deep).stdout).toBe("1000000\n");
});

test("a form is shown as JavaScript", () => {
  const { stdout } = run("--show", "(astralisp.primitives:%defun f (x) (+ x 1))");
  expect(stdout).toContain('"COMMON-LISP-USER::F": function (x)');
});

test("what a loaded file prints is written out at the end", () => {
  const directory = mkdtempSync(join(tmpdir(), "astra-js-"));
  const file = join(directory, "prints.lisp");
  writeFileSync(file, '(print 1) (princ "two")');
  try {
    expect(runWithRuntime(file).stdout).toBe("\n1 two");
    expect(runWithRuntime(file, "-e", "(ext:quit)").stdout).toBe("\n1 two");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
