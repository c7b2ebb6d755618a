/** A world with the first files of the runtime: macros, SETF, lists. */
import { fileURLToPath } from "node:url";
import { printToString } from "@astralisp/reader";
import { LispError, Loader, World } from "../src/index.js";

const RUNTIME = fileURLToPath(new URL("../../runtime/lisp/", import.meta.url));
const FILES = [
  "package",
  "boot",
  "macros-control",
  "macros-iteration",
  "macros-definition",
  "setf",
  "list-parts",
];

/** Functions that the programs use and that later files of the runtime define. */
const REST = `
(in-package #:astralisp.runtime)
(%defun identity (x) x)
(%defun equal (a b)
  (if (consp a)
      (if (consp b) (if (equal (car a) (car b)) (equal (cdr a) (cdr b)) nil) nil)
      (eql a b)))
(%defun eval (form) (%eval form nil))
(%defun vector (&rest items)
  (let ((v (%make-vector #x20 (list-length items))) (i 0))
    (dolist (item items v) (%set-svref v i item) (setq i (%fx+ i 1)))))
(%defun length (x) (if (listp x) (list-length x) (%vector-length x)))
(%defun oddp (x) (= (logand x 1) 1))
(%defun floor (a b)
  (%mv-let (q r) (%integer-truncate a b)
    (if (if (= r 0) t (eq (< r 0) (< b 0)))
        (values q r)
        (values (- q 1) (+ r b)))))
(%defun truncate (a b) (%integer-truncate a b))
(%defun logand (&rest integers)
  (let ((result -1))
    (dolist (x integers result) (setq result (%logand result x)))))
(%defun logior (a b) (%logior a b))
(%defun logxor (a b) (%logxor a b))
(%defun lognot (a) (%lognot a))
(%defun ash (x n) (%ash x n))
(%defun + (&rest numbers)
  (let ((sum 0)) (dolist (x numbers sum) (setq sum (%integer+ sum x)))))
(%defun - (x &rest numbers)
  (if numbers
      (dolist (y numbers x) (setq x (%integer- x y)))
      (%integer- 0 x)))
(%defun mapcar (f list)
  (let ((result nil))
    (dolist (x list (nreverse-onto result nil))
      (setq result (cons (funcall f x) result)))))
(%defun mapc (f list) (dolist (x list list) (funcall f x)))
(%defun reverse (list) (reverse-onto list nil))
`;

/** A fresh world with a small language. */
export function coreWorld(): World {
  const world = new World();
  const loader = new Loader(world);
  for (const file of FILES) loader.loadFile(`${RUNTIME}${file}.lisp`);
  world.enterPackage("ASTRALISP.RUNTIME");
  world.evalText(REST);
  world.enterPackage("COMMON-LISP-USER");
  return world;
}

/** The printed values of the form `text`, or `:ERROR`. */
export function answer(world: World, text: string): string {
  try {
    return world
      .evalText(text)
      .map((value) => printToString(value, world.readerContext(), { abbreviate: false }))
      .join(" ; ");
  } catch (error) {
    if (error instanceof LispError || error instanceof Error) {
      if (process.env.ORACLE_DEBUG) console.error(text, error);
      return ":ERROR";
    }
    throw error;
  }
}
