/** Which of the mistakes in `mistakes.lisp` a compiler reports: ours against SBCL. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needProgram } from "@astralisp/astra";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtSystem, runHosted } from "./system.ts";

const file = join(import.meta.dirname, "mistakes.lisp");
const folder = mkdtempSync(join(tmpdir(), "astra-mistakes-"));
const source = readFileSync(file, "utf8").split("\n");

/** The names of the mistakes: each has a line of its own. */
const mistakes = source.flatMap((line) => /\bm\d\d-[a-z-]+/.exec(line) ?? []);

/** What SBCL does not report, or only where the mistake is used. */
const beyondSbcl = new Set([
  "m28-slot-type",
  "m29-initform-type",
  "m31-values",
  "m43-labels-recursive",
]);

/** What nobody reports: a class may be defined later. */
const unreported = new Set(["m39-make-instance"]);

const compileForm = (fasl: string): string =>
  `(compile-file "${file}" :output-file "${join(folder, fasl)}")`;

/** The mistakes that SBCL reports: it names the definition that holds one. */
function reportedBySbcl(): ReadonlySet<string> {
  const sbcl = needProgram("sbcl", () => {});
  const args = ["--noinform", "--non-interactive", "--no-userinit", "--eval"];
  const { stdout, stderr } = spawnSync(sbcl, [...args, compileForm("sbcl.fasl")], {
    encoding: "utf8",
  });
  const names = `${stdout}${stderr}`.matchAll(/^; in: \S+ (M\d\d-\S+)/gm);
  return new Set([...names].map(([, name = ""]) => name.toLowerCase()));
}

/** The mistakes that we report: a report shows the line. */
function reports(output: string): ReadonlySet<string> {
  const lines = output.matchAll(/--> .*mistakes\.lisp:(\d+):\d+/g);
  const named = [...lines].map(([, line]) => source[Number(line) - 1] ?? "");
  return new Set(named.flatMap((line) => /\bm\d\d-[a-z-]+/.exec(line) ?? []));
}

describe("a file of mistakes", () => {
  let output = "";

  beforeAll(async () => {
    const paths = await builtSystem();
    output = runHosted(paths, ["--eval", compileForm("ours.fasl")]).output;
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  test("every mistake that SBCL reports is reported", () => {
    const theirs = reportedBySbcl();
    const expected = mistakes.filter(
      (name) => !beyondSbcl.has(name) && !unreported.has(name),
    );
    expect(expected.filter((name) => !theirs.has(name))).toEqual([]);
    const ours = reports(output);
    expect(expected.filter((name) => !ours.has(name))).toEqual([]);
  });

  test("so are some more, and none of the good definitions", () => {
    const ours = reports(output);
    expect([...beyondSbcl].filter((name) => !ours.has(name))).toEqual([]);
    const good = source.findIndex((line) => line.startsWith(";;; Good")) + 1;
    const lines = [...output.matchAll(/--> .*mistakes\.lisp:(\d+):\d+/g)];
    expect(lines.length).toBeGreaterThan(40);
    expect(lines.filter(([, line]) => Number(line) > good)).toEqual([]);
  });

  test("compilation goes on to the end, with a summary", () => {
    expect(output).toMatch(
      /^; .*: \d+ errors, \d+ warnings, \d+ style-warnings, \d+ notes$/m,
    );
  });
});
