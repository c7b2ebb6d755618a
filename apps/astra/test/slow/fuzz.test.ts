import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPaths } from "@astralisp/astra";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { casesOf, type FuzzKind, fuzzKinds } from "../../src/fuzz/cases.ts";
import { type FuzzOptions, formatFuzz, runFuzz } from "../../src/fuzz/fuzz.ts";
import type { FuzzWorld } from "../../src/fuzz/worlds.ts";
import { builtSystem } from "./system.ts";

const paths = findPaths();
const folder = mkdtempSync(join(tmpdir(), "astra-test-"));

const world = (more: Partial<FuzzWorld> = {}): FuzzWorld => ({
  engine: "hosted",
  paths,
  load: [],
  seconds: 3,
  ...more,
});

const run = (kind: FuzzKind, count: number, more: Partial<FuzzOptions> = {}) =>
  runFuzz({
    seed: 20_263,
    count,
    kinds: [kind],
    world: world(),
    shrink: false,
    report: () => {},
    ...more,
  });

/** A world in which `forms` were evaluated before the cases. */
function brokenBy(name: string, forms: string): FuzzWorld {
  const file = join(folder, `${name}.lisp`);
  writeFileSync(file, forms);
  return world({ load: [file] });
}

beforeAll(builtSystem, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("bad input, made by grammars", () => {
  test.each(fuzzKinds)("%s: values and clear conditions", async (kind) => {
    const result = await run(kind, 60);
    expect(result.cases).toBe(60);
    expect(result.failures, formatFuzz(result)).toEqual([]);
  });

  test("the same seed gives the same cases", () => {
    expect(casesOf(paths, "loop", 5, 20)).toEqual(casesOf(paths, "loop", 5, 20));
    expect(casesOf(paths, "loop", 5, 20)).not.toEqual(casesOf(paths, "loop", 6, 20));
  });
});

describe("a broken world is caught", () => {
  const faults = async (broken: FuzzWorld, more: Partial<FuzzOptions> = {}) => {
    const { failures } = await run("reader", 100, { world: broken, ...more });
    return failures.map(({ fault }) => fault);
  };

  test("a function that speaks of what is inside, and the case shrunk", async () => {
    const broken = brokenBy(
      "inside",
      `(defun astralisp.runtime::read-contents (stream)
         (declare (ignore stream))
         (error 'undefined-function :name 'astralisp.runtime::%no-such-thing))`,
    );
    const { failures } = await run("reader", 100, { world: broken, shrink: true });
    expect(failures.map(({ fault }) => fault)).toEqual([
      "the report names what is inside the system",
    ]);
    for (const { text } of failures) expect(text).toMatch(/^#\d*[AS]/i);
  });

  test("a report that cannot be printed", async () => {
    const broken = brokenBy(
      "report",
      `(defun astralisp.runtime::reader-problem (stream &rest arguments)
         (declare (ignore stream arguments))
         (error 'type-error))`,
    );
    expect(await faults(broken)).toContain("the report cannot be printed");
  });

  test("a world that ends", async () => {
    const broken = brokenBy(
      "end",
      `(defun astralisp.runtime::reader-problem (stream &rest arguments)
         (declare (ignore stream arguments))
         (ext:quit 4))`,
    );
    expect(await faults(broken)).toEqual(["the world ended"]);
  });

  test("a loop that cannot be stopped", async () => {
    const broken = brokenBy(
      "loop",
      `(defun astralisp.runtime::read-contents (stream)
         (declare (ignore stream))
         (ext:without-interrupts (loop)))`,
    );
    const options = { world: { ...broken, seconds: 0.1 }, count: 25 };
    expect(await faults(broken, options)).toEqual(["it cannot be stopped"]);
  });

  test("a heap that is scribbled on", async () => {
    const broken = brokenBy(
      "scribble",
      `(defvar cl-user::*victim* (make-array 3 :initial-element 1))
       (defun astralisp.runtime::read-contents (stream)
         (declare (ignore stream))
         (ext:gc :full t)
         (astralisp.primitives:%raw-store-u64
          (astralisp.primitives:%object-address cl-user::*victim*) 16 #x23))`,
    );
    expect(await faults(broken)).toEqual(["the heap is damaged"]);
  });
});
