/** The files that COMPILE-FILE writes: the JavaScript of their forms, one after another. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { type LispFunction, type LispObject, LispString, NIL } from "@astralisp/reader";
import type { ObjectTarget } from "./literals.js";
import { takeMarks } from "./source-positions.js";
import { TopLevel } from "./top-level.js";
import type { World } from "./world.js";

/** The first line of such a file. */
const MAGIC = "// AstraLisp object file for JavaScript, 1\n";

/**
 * A function that compiles each form it is given, and what that does at compile time; and
 * that answers the text of the file when it is given none.
 */
export function makeObjectWriter(world: World): LispFunction {
  const forms: string[] = [];
  const target: ObjectTarget = {
    kind: "object",
    uninterned: new Map(),
    objects: new Map(),
    loadForms(instance) {
      const made = world.runtimeFunction("OBJECT-LOAD-FORMS")!(instance);
      const initialization = world.mv.n > 1 ? world.mv.v1 : NIL;
      world.mv.n = 1;
      return made === NIL ? null : [made, initialization];
    },
  };
  const keep = (code: string) => {
    forms.push(takeMarks(code).code);
  };
  const topLevel = new TopLevel(world, {
    target: () => target,
    sourceMap: null,
    mode: "compile",
    keep,
    run(code) {
      keep(code);
      return NIL;
    },
  });
  return (form?: LispObject) => {
    world.mv.n = 1;
    if (form === undefined) return LispString.from(MAGIC + JSON.stringify(forms));
    world.tolerating(true, () => topLevel.process(form));
    world.mv.n = 1;
    return NIL;
  };
}

/** A function that loads the file `path`, or NIL when that is something else. */
export function objectLoader(world: World, path: string): LispObject {
  if (!beginsWithMagic(path)) return NIL;
  return () => {
    const text = readFileSync(path, "utf8");
    // The cast holds for what `makeObjectWriter` wrote.
    const forms = JSON.parse(text.slice(MAGIC.length)) as string[];
    const uninterned = world.uninternedTable();
    const objects: unknown[] = [];
    for (const code of forms) {
      world.runForm(code, { kind: "memory", objects }, { source: null, uninterned });
    }
    world.mv.n = 1;
    return NIL;
  };
}

function beginsWithMagic(path: string): boolean {
  const start = Buffer.alloc(MAGIC.length);
  const fd = openSync(path, "r");
  try {
    readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
  return start.toString("latin1") === MAGIC;
}
