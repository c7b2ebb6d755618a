/** Files: modules that make the same world anew, places of errors, the cache. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LispSymbol, Source } from "@astralisp/reader";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatUndefined, LispError, Loader, loadSystem, World } from "../src/index.js";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "astralisp-files-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const LITERALS = `
(in-package #:common-lisp-user)
(defpackage #:lib (:use #:common-lisp) (:nicknames #:l) (:export #:thing))
(setq a-list '(1 (2 . 3) "four" #\\5 6.5d0 7.5f0 8/9 #C(1 2) :keyword lib:thing ()))
(setq a-vector '#(1 #(2 "x") #*101))
(setq an-array '#2A((1 2) (3 4)))
(setq big '(12345678901234567890 -98765432109876543210))
(setq minus-zero '-0d0)
(setq shared '#1=(#2=(x) #2# . #2#))
(progn (astralisp.primitives:%defun keep-1 () '#100=#:gensym)
       (astralisp.primitives:%defun keep-2 () '#100#))
(setq text "line\\nwith \\"quotes\\" and \\\\ and λ and 😀")
(setq chars '(#\\a #\\newline #\\λ #\\😀))
`;

function observe(world: World): string[] {
  const names = "a-list a-vector an-array big minus-zero text chars".split(" ");
  const values = names.map((name) => world.show(world.evalText(name)[0]!));
  const shared = "(list (eq (car shared) (car (cdr shared))) (eq (keep-1) (keep-2)))";
  return [...values, world.show(world.evalText(shared)[0]!)];
}

test("a compiled module makes similar constants in another world", async () => {
  const first = new World();
  const source = new Source(LITERALS, "literals.lisp");
  const { code } = new Loader(first).compileSource(source);
  const path = join(directory, "literals.mjs");
  writeFileSync(path, code);
  const module: { default(runTime: unknown): void } = await import(path);
  const second = new World();
  module.default(second.runTime);
  second.enterPackage("COMMON-LISP-USER");
  expect(observe(first).at(-1)).toBe("(T T)");
  expect(observe(second)).toEqual(observe(first));
});

const BROKEN = `(in-package #:astralisp.primitives)

(%defun outer (x)
  (common-lisp:list
    (inner x)))

(%defun inner (x)
  (common-lisp:car
     (common-lisp:car x)))
`;

function framesOf(world: World, text: string): string[] {
  try {
    world.evalText(text);
  } catch (error) {
    if (!(error instanceof LispError)) throw error;
    expect(error.message).toBe("5 is not of type COMMON-LISP:LIST");
    return error.frames.map(({ name, place }) =>
      place === null ? name : `${name} ${place.file}:${place.line}:${place.column}`,
    );
  }
  throw new Error("no error");
}

test("frames name Lisp functions and places, also from the cache", () => {
  const path = join(directory, "broken.lisp");
  writeFileSync(path, BROKEN);
  const options = { cacheDirectory: join(directory, "cache"), compilerVersion: "1" };
  for (let round = 0; round < 3; round++) {
    const world = new World();
    new Loader(world, options).loadFile(path, "broken.lisp");
    world.enterPackage("ASTRALISP.PRIMITIVES");
    const frames = framesOf(world, "(outer '(5))");
    expect(frames.slice(0, 2)).toEqual([
      "ASTRALISP.PRIMITIVES::INNER broken.lisp:8:3",
      "ASTRALISP.PRIMITIVES::OUTER broken.lisp:5:5",
    ]);
  }
});

test("the cache knows the files before and the compiler", () => {
  const cacheDirectory = join(directory, "cache2");
  const path = join(directory, "value.lisp");
  const run = (before: string, compilerVersion: string) => {
    writeFileSync(path, "(setq value (m))");
    const world = new World();
    const loader = new Loader(world, { cacheDirectory, compilerVersion });
    const prelude = `(astralisp.primitives:%set-macro-function 'm
      (astralisp.primitives:%named-lambda m (form env) ${before}))`;
    loader.loadSource(new Source(prelude, "prelude.lisp"));
    loader.loadFile(path, "value.lisp");
    return world.show(world.evalText("value")[0]!);
  };
  const files = () =>
    readdirSync(cacheDirectory).filter((f) => f.endsWith(".mjs")).length;
  expect(run("1", "a")).toBe("1");
  expect(run("2", "a")).toBe("2");
  expect(run("1", "a")).toBe("1");
  expect(files()).toBe(4);
  expect(run("1", "b")).toBe("1");
  expect(files()).toBe(6);
});

test("what stays undefined is reported with its place, also from the cache", () => {
  const world = new World();
  const text = `(astralisp.primitives:%defun f (x)
  (nobody x some-variable))
(astralisp.primitives:%defun g () (later))
(astralisp.primitives:%defun later () 1)`;
  const options = { cacheDirectory: join(directory, "cache3"), compilerVersion: "1" };
  new Loader(new World(), options).loadSource(new Source(text, "f.lisp"));
  new Loader(world, options).loadSource(new Source(text, "f.lisp"));
  const show = (symbol: LispSymbol) => world.show(symbol);
  expect(world.undefinedReferences.take().map((u) => formatUndefined(u, show))).toEqual([
    "f.lisp:2:3: undefined function NOBODY",
    "f.lisp:2:3: undefined variable SOME-VARIABLE",
  ]);
});

test("a form that cannot be compiled is reported with its place", () => {
  const loader = new Loader(new World());
  const load = (text: string) => loader.loadSource(new Source(text, "bad.lisp"));
  expect(() => load("1\n  (if)")).toThrow("bad.lisp:2:3: IF takes 2 to 3 arguments");
  expect(() => load("(let ((x 1))\n (go nowhere))")).toThrow(
    "bad.lisp:2:2: no tag is named NOWHERE",
  );
  expect(() => load("(let ((5 1)) 5)")).toThrow(
    "bad.lisp:1:1: 5 is not a symbol to bind",
  );
  expect(() => load("(setq :key 1)")).toThrow("KEY is a constant");
  expect(() => load("(")).toThrow("the text ends");
});

test("a system loads its files and the systems it needs, by feature", () => {
  const write = (name: string, text: string) =>
    writeFileSync(join(directory, name), text);
  write("base.lisp", "(setq loaded '(base))");
  write("js.lisp", "(setq loaded (cons 'js loaded))");
  write("native.lisp", "(setq loaded (cons 'native loaded))");
  write("base.asd", `(defsystem "base" :components ((:file "base")))`);
  write(
    "top.asd",
    `(defsystem "top" :depends-on ("base") :serial t
       :components ((:file "js" :if-feature :javascript)
                    (:file "native" :if-feature (:not :javascript))))`,
  );
  const world = new World();
  loadSystem(new Loader(world), join(directory, "top.asd"));
  expect(world.show(world.evalText("loaded")[0]!)).toBe("(JS BASE)");
});

test("worlds do not see each other", () => {
  const [a, b] = [new World(), new World()];
  a.evalText("(setq x 1) (astralisp.primitives:%defun f () 1)");
  expect(() => b.evalText("x")).toThrow("the variable X is unbound");
  expect(() => b.evalText("(f)")).toThrow("the function F is undefined");
});
