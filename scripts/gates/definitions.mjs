// One package of Lisp has each definition once: a second one of the same name would win
// without a word. Engines have files of their own, in folders with their names.
import { readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { filesUnder } from "./files.mjs";

const DEFINITION = new RegExp(
  [
    "^\\((?:%?defun|defmacro|defgeneric|defvar|defparameter|defglobal|defconstant)",
    "(\\(setf [^)]*\\)|[^\\s()]+)(?=\\s)",
  ].join(" "),
  "gm",
);
/** Folders whose files are alternatives of each other, and those that are no part. */
const ENGINES = ["js", "native"];
const APART = ["overlays"];
/** Defined for the first files of the runtime, and again in its place. */
const TWICE = ["append"];

/** The names that the Lisp `texts` (path → text) define, each with the paths. */
export function repeatedDefinitions(texts) {
  const places = new Map();
  for (const [path, text] of texts) {
    const engine = ENGINES.find((name) => path.split(sep).includes(name)) ?? "";
    for (const [, name = ""] of text.matchAll(DEFINITION)) {
      const known = places.get(name) ?? [];
      places.set(name, [...known, { path, engine }]);
    }
  }
  return [...places].flatMap(([name, all]) => {
    const engines = new Set(all.map(({ engine }) => engine));
    const isPerEngine = engines.size === all.length && !engines.has("");
    if (all.length === 1 || isPerEngine || TWICE.includes(name)) return [];
    return [`${name} is defined in ${all.map(({ path }) => path).join(" and ")}`];
  });
}

/** Checks the runtime, whose files share one package. */
export function checkDefinitions(root) {
  const folder = join(root, "packages/runtime/lisp");
  const files = [...filesUnder(folder, [".lisp"])]
    .map((file) => relative(folder, file))
    .filter((path) => !APART.includes(path.split(sep)[0] ?? ""));
  const texts = files.map((path) => [path, readFileSync(join(folder, path), "utf8")]);
  return { looked: texts.length, problems: repeatedDefinitions(texts) };
}
