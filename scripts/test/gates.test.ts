import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, suite, test } from "vitest";
import { checkAssembly } from "../gates/assembly.mjs";
import { repeatedDefinitions } from "../gates/definitions.mjs";
import { checkLayers, LAYERS } from "../gates/layers.mjs";
import { lispProblems, typeScriptProblems } from "../gates/style.mjs";
import { checkTarballs } from "../gates/tarball.mjs";
import { countsOf } from "../suites.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

/** A tree with these files, below a fresh directory. */
function tree(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), "astralisp-gate-"));
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return directory;
}

/** All packages without dependencies or files, and then `files`. */
function workspace(files: Readonly<Record<string, string>>): string {
  const manifests = LAYERS.map(({ directory }) => [`${directory}/package.json`, "{}"]);
  return tree({ ...Object.fromEntries(manifests), ...files });
}

suite("the gate of definitions", () => {
  test("finds what is defined twice, but not what each engine has", () => {
    const texts = [
      ["a.lisp", "(defun one () 1)\n(defun two () 2)\n"],
      ["b.lisp", "(defmacro one () 1)\n(defun (setf two) (x) x)\n"],
      ["js/c.lisp", "(defun three () 3)\n"],
      ["native/c.lisp", "(defun three () 3)\n"],
    ];
    expect(repeatedDefinitions(texts)).toEqual(["one is defined in a.lisp and b.lisp"]);
  });
});

suite("the gate of layers", () => {
  test("passes a workspace that is in order", () => {
    const needs = JSON.stringify({
      dependencies: { "@astralisp/reader": "workspace:*" },
    });
    const directory = workspace({
      "packages/bootstrap/package.json": needs,
      "packages/bootstrap/src/a.ts": 'import { x } from "@astralisp/reader";\n',
      "packages/bootstrap/src/b.ts": 'import type { C } from "./c.js";\n',
      "packages/bootstrap/src/c.ts": 'import { b } from "./b.js";\n',
      "packages/compiler/lisp/a.lisp": "(astralisp.asm:emit) ; astralisp.kernel:boot\n",
    });
    const { looked, problems } = checkLayers(directory);
    expect(problems).toEqual([]);
    expect(looked).toBe(LAYERS.length + 4);
  });

  const BAD: readonly (readonly [string, string, string, string])[] = [
    [
      "an upward dependency",
      "packages/reader/package.json",
      '{"dependencies":{"@astralisp/kernel":"workspace:*"}}',
      "depends on @astralisp/kernel, which is not below",
    ],
    [
      "an upward import",
      "packages/reader/src/a.ts",
      'import { x } from "@astralisp/compiler";',
      "imports @astralisp/compiler, which is not below",
    ],
    [
      "a deep import",
      "packages/kernel/test/a.test.ts",
      'import { x } from "@astralisp/reader/src/data.js";',
      "inside another package",
    ],
    [
      "an import across directories",
      "packages/kernel/src/a.ts",
      'export * from "../../reader/src/data.js";',
      "outside its package",
    ],
    [
      "an import that is not declared",
      "packages/kernel/src/a.ts",
      'import "@astralisp/reader";',
      "which package.json does not name",
    ],
    [
      "an upward system",
      "packages/runtime/lisp/astralisp-runtime.asd",
      '(defsystem "astralisp-runtime" :depends-on ("astralisp-kernel"))',
      "uses kernel, which is not below",
    ],
    [
      "an upward symbol",
      "packages/runtime/lisp/a.lisp",
      "(defun f () (astralisp.kernel:boot))",
      "uses kernel, which is not below",
    ],
  ];

  test.each(BAD)("refuses %s", (_name, path, text, message) => {
    const { problems } = checkLayers(workspace({ [path]: text }));
    expect(problems.join("\n")).toContain(`${path}: `);
    expect(problems.join("\n")).toContain(message);
  });

  test("refuses a circle of files", () => {
    const directory = workspace({
      "packages/reader/src/a.ts": 'import { b } from "./b.js";\n',
      "packages/reader/src/b.ts": 'import { a } from "./a.js";\n',
    });
    expect(checkLayers(directory).problems).toHaveLength(1);
  });
});

suite("the gate of style", () => {
  const GOOD = `;;;; Numbers of frames.

(in-package #:astralisp.kernel)

(defun size (x)
  "The SIZE (of X)
)"
  #| ) Block |# (if x #\\A (list "Aa" #xFF '|Aa|))) ; Aa
`;

  test("passes a file that is in order", () => {
    expect(lispProblems("packages/kernel/lisp/size.lisp", GOOD)).toEqual([]);
  });

  const lines = Array.from({ length: 75 }, (_, i) => `  (f ${i})`).join("\n");
  const BAD: readonly (readonly [string, string, string])[] = [
    ["a missing first line", GOOD.replace(";;;; ", ";; "), "no ;;;; line"],
    [
      "a missing package",
      GOOD.replace(/\(in-package.*/, "(defvar *x* 1)"),
      "no in-package",
    ],
    ["a long line", `${GOOD};; ${"x".repeat(100)}\n`, ":9: 103 columns"],
    ["a tab", `${GOOD}\t(f)\n`, ":9: a tab"],
    ["a lone parenthesis", `${GOOD}(f\n)\n`, ":10: a parenthesis on its own"],
    ["upper case", `${GOOD}(Foo)\n`, ":9: upper case"],
    ["an internal symbol", `${GOOD}(a.b::c)\n`, ":9: :: outside tests"],
    ["unfinished work", `${GOOD};; ${"TO"}${"DO"} more\n`, ":9: unfinished"],
    [
      "a long function",
      `${GOOD}(defun f ()\n${lines})\n`,
      ":9: a definition of 76 lines",
    ],
    ["a long file", `${GOOD}${"(f)\n".repeat(800)}`, ": 808 lines"],
  ];

  test.each(BAD)("refuses %s", (_name, text, problem) => {
    const problems = lispProblems("packages/kernel/lisp/size.lisp", text);
    expect(problems.join("\n")).toContain(problem);
    expect(problems).toHaveLength(1);
  });

  test("refuses names and words in TypeScript", () => {
    const problems = typeScriptProblems(
      "packages/kernel/src/badName.ts",
      'throw new Error("illegal");\n',
    );
    expect(problems).toEqual([": not kebab-case", ":1: the word illegal"]);
    const focused = typeScriptProblems(
      "packages/a/test/a.test.ts",
      `test${".only"}("x")\n`,
    );
    expect(focused).toEqual([":1: a focused test"]);
  });
});

suite("the gate of tarballs", () => {
  test("refuses a package that does not publish what it exports", async () => {
    const manifest = {
      name: "@astralisp/broken",
      version: "1.0.0",
      type: "module",
      exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
      files: ["src"],
    };
    const directory = tree({ "package.json": JSON.stringify(manifest), "src/a.ts": "" });
    const { looked, problems } = await checkTarballs(root, [directory]);
    expect(looked).toBe(1);
    const said = problems.map((problem: string) => problem.split("\n", 1)[0]);
    expect(said).toContain("@astralisp/broken: publint");
    expect(said).toContain("@astralisp/broken: attw");
    expect(said).toContain("@astralisp/broken: import");
    expect(said).toContain("@astralisp/broken: LICENSE");
  });
});

suite("the counts of a suite", () => {
  test.each([
    ["ok\n3 passed, 0 failed\n", 0, { passed: 3, failed: 0 }],
    ["3 passed, 2 failed\n", 1, { passed: 3, failed: 2 }],
    ["3 passed, 0 failed\n", 1, { passed: 3, failed: 1 }],
    ["0 passed, 0 failed\n", 0, { passed: 0, failed: 1 }],
    ["3 passed, 0 failed\nthen it crashed\n", 0, { passed: 0, failed: 1 }],
    ["", null, { passed: 0, failed: 1 }],
  ])("%j with status %s", (output, status, counts) => {
    expect(countsOf(output, status)).toMatchObject(counts);
  });
});

suite("the gate of assembly", () => {
  const routine = '(defun f ()\n  "Justified: only this can do it."\n  1)\n';

  test("counts the share and passes below the limit", () => {
    const directory = tree({
      "packages/kernel/lisp/x86-64/a.lisp": routine,
      "packages/kernel/lisp/b.lisp": ";\n".repeat(200),
    });
    expect(checkAssembly(directory)).toEqual({ looked: 203, problems: [] });
  });

  test("refuses too much, none at all, and what does not say why", () => {
    const much = tree({ "packages/kernel/lisp/x86-64/a.lisp": routine });
    expect(checkAssembly(much).problems).toEqual([
      "assembly is more than 3% of the Lisp lines",
    ]);
    const none = tree({ "packages/kernel/lisp/b.lisp": routine });
    expect(checkAssembly(none).problems).toHaveLength(1);
    const bare = tree({
      "packages/kernel/lisp/x86-64/a.lisp": "(defun g ()\n  1)\n",
      "packages/kernel/lisp/b.lisp": ";\n".repeat(200),
    });
    expect(checkAssembly(bare).problems).toEqual([
      "packages/kernel/lisp/x86-64/a.lisp: g has no docstring",
    ]);
  });
});
