/** Environments as macros see them, and as other compilers hand them to `%eval`. */
import { type LispFunction, NIL } from "@astralisp/reader";
import { beforeAll, expect, test } from "vitest";
import type { World } from "../src/index.js";
import { coreWorld } from "./core-world.js";

let world: World;
beforeAll(() => {
  world = coreWorld();
  world.evalText(`
    (defmacro kind (what name &environment env)
      (if (null env)
          ''global
          (multiple-value-bind (kind value) (funcall env what name)
            (list 'quote (list kind (if (eq kind :symbol-macro) value nil))))))
    (defvar *special* 1)`);
});

const show = (text: string) => world.show(world.evalText(text)[0]!);

test("macros see what names mean", () => {
  expect(show("(kind :variable x)")).toBe("GLOBAL");
  expect(show("(let ((x 1)) x (kind :variable x))")).toBe("(:LEXICAL NIL)");
  expect(show("(let ((x 1)) x (kind :variable y))")).toBe("(NIL NIL)");
  expect(show("(let ((*special* 1)) (kind :variable *special*))")).toBe("(:SPECIAL NIL)");
  expect(show("(symbol-macrolet ((x (f 1))) (kind :variable x))")).toBe(
    "(:SYMBOL-MACRO (F 1))",
  );
  expect(show("(flet ((f () 1)) (f) (kind :function f))")).toBe("(:FUNCTION NIL)");
  expect(show("(macrolet ((f () 1)) (kind :function f))")).toBe("(:MACRO NIL)");
  expect(show("(flet ((car (x) x)) (macrolet ((car () 1)) (kind :function car)))")).toBe(
    "(:MACRO NIL)",
  );
});

test("%eval evaluates in the environment of a macro", () => {
  world.evalText(`(defmacro now (form &environment env)
    (list 'quote (astralisp.primitives:%eval form env)))`);
  expect(show("(macrolet ((m (x) (list 'quote (list x x)))) (now (m 5)))")).toBe("(5 5)");
  expect(show("(symbol-macrolet ((s '(1 2))) (now (cdr s)))")).toBe("(2)");
  expect(() => show("(let ((x 1)) (now x))")).toThrow("X");
});

test("%eval takes the environment functions of others", () => {
  const { mv } = world;
  const expander: LispFunction = () => 42;
  const foreign: LispFunction = (kind, name) => {
    const asked = `${world.show(kind!)} ${world.show(name!)}`;
    if (asked === ":FUNCTION THE-ANSWER") {
      return mv.two(world.keyword("MACRO"), expander);
    }
    if (asked === ":VARIABLE TWICE") {
      return mv.two(world.keyword("SYMBOL-MACRO"), world.evalText("'(+ 21 21)")[0]!);
    }
    mv.n = 1;
    return NIL;
  };
  const evaluate = world.primitiveSymbol("%EVAL").fn;
  const form = world.evalText("'(let ((x (the-answer))) (list x twice))")[0]!;
  expect(world.show(evaluate(form, foreign))).toBe("(42 42)");
});

test("a macro of a file is known to the forms after it, also inside PROGN", () => {
  const text = `(progn (defmacro later-used (x) (list '+ x 1)) (later-used 4))`;
  expect(show(text)).toBe("5");
  expect(
    show("(macrolet ((d (n v) (list 'defvar n v))) (d *from-macro* 9) *from-macro*)"),
  ).toBe("9");
});
