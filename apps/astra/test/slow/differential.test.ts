import { findPaths, needProgram } from "@astralisp/astra";
import { beforeAll, describe, expect, test } from "vitest";
import {
  formatDifferential,
  type Implementation,
  implementations,
  runDifferential,
} from "../../src/differential/differential.ts";
import { builtSystem } from "./system.ts";

const paths = findPaths();
const sbcl = implementations.sbcl(needProgram("sbcl", () => {}));
const clisp = implementations.clisp(needProgram("clisp", () => {}));

const run = (
  seed: number,
  count: number,
  ours: Implementation,
  more: { kind?: string; shrink?: boolean; oracles?: readonly Implementation[] } = {},
) =>
  runDifferential(paths, {
    seed,
    count,
    ours,
    oracles: [sbcl],
    report: () => {},
    ...more,
  });

describe("random programs", () => {
  beforeAll(builtSystem, 300_000);

  test("the hosted world answers like SBCL or CLISP", async () => {
    const result = await run(20_261, 400, implementations.hosted(paths.executable), {
      oracles: [sbcl, clisp],
      shrink: false,
    });
    expect(result.programs).toBe(400);
    expect(result.counts.agreed).toBeGreaterThan(300);
    expect(result.differences, formatDifferential(result)).toEqual([]);
  });

  test("so it does to programs that define classes and methods", async () => {
    const result = await run(20_261, 150, implementations.hosted(paths.executable), {
      oracles: [sbcl, clisp],
      kind: "clos",
      shrink: false,
    });
    expect(result.counts.agreed).toBeGreaterThan(100);
    expect(result.differences, formatDifferential(result)).toEqual([]);
  });

  test("the same seed gives the same programs", async () => {
    const once = await run(7, 20, sbcl);
    expect(await run(7, 20, sbcl)).toEqual(once);
  });

  test("a wrong implementation is caught, and the program shrunk", async () => {
    const wrong = `(sb-ext:unlock-package "COMMON-LISP")
      (let ((right #'isqrt))
        (setf (fdefinition 'isqrt) (lambda (n) (1+ (funcall right n)))))`;
    const broken = { ...sbcl, prelude: `${sbcl.prelude}\n${wrong}` };
    const { differences } = await run(3, 200, broken, { kind: "number-form" });
    expect(differences.length).toBeGreaterThan(0);
    for (const { program } of differences) {
      expect(program).toContain("isqrt");
      expect(program.length).toBeLessThan(120);
    }
  });

  test("a process that dies is an answer, and the next programs are asked", async () => {
    const dying = `(sb-ext:unlock-package "COMMON-LISP")
      (setf (fdefinition 'isqrt)
            (lambda (n) (declare (ignore n)) (sb-ext:exit :code 3 :abort t)))`;
    const broken = { ...sbcl, prelude: `${sbcl.prelude}\n${dying}` };
    const { differences, programs } = await run(3, 200, broken, {
      kind: "number-form",
      shrink: false,
    });
    expect(programs).toBe(200);
    expect(differences.map(({ answers }) => answers.ours)).toContain("CRASH");
  });
});
