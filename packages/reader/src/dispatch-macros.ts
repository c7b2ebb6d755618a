/** The standard `#` macros: CLHS 2.4.8. Arrays and numbers have files of their own. */
import { readArray, readBitVector, readVector } from "./array-syntax.js";
import { characterCode } from "./character-names.js";
import { readComplex, readRational } from "./complex-syntax.js";
import {
  Char,
  Cons,
  type LispObject,
  LispString,
  LispSymbol,
  listToArray,
  NIL,
} from "./data.js";
import { featureHolds } from "./features.js";
import { Placeholder, replacePlaceholder } from "./labels.js";
import { readQuoting } from "./macro-characters.js";
import type { Reader } from "./reader.js";
import type { DispatchFunction, Readtable } from "./readtable.js";
import { readName } from "./token.js";

/** Gives `table`, in which `#` dispatches, the standard sub-characters. */
export function installDispatchMacros(table: Readtable): void {
  const macros: Record<string, DispatchFunction> = {
    "'": (reader, _code, _argument, start) => readQuoting(reader, "FUNCTION", start),
    "(": readVector,
    "*": readBitVector,
    "#": readReference,
    "=": readLabel,
    ":": readUninterned,
    "\\": readCharacter,
    "|": readBlockComment,
    ".": readEvaluated,
    "+": readConditional,
    "-": readConditional,
    a: readArray,
    b: (reader, _code, argument, start) => readRational(reader, 2, argument, start),
    c: readComplex,
    o: (reader, _code, argument, start) => readRational(reader, 8, argument, start),
    p: readPathname,
    r: (reader, _code, argument, start) => readRational(reader, null, argument, start),
    s: readStructure,
    x: (reader, _code, argument, start) => readRational(reader, 16, argument, start),
    "<": readUnreadable,
    ")": readMisplaced,
    " ": readMisplaced,
    "\t": readMisplaced,
    "\n": readMisplaced,
    "\f": readMisplaced,
    "\r": readMisplaced,
  };
  for (const [character, macro] of Object.entries(macros)) {
    table.setDispatchMacro(35, character.charCodeAt(0), macro);
  }
}

function readUnreadable(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): never {
  reader.fail("R0026", "an object that was printed unreadably cannot be read", {
    start,
    help: "write an expression that makes the object",
  });
}

function readMisplaced(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): LispObject {
  reader.fail("R0013", "whitespace or a closing parenthesis follows #", {
    start,
    help: "write \\# for the symbol",
  });
}

function readUninterned(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): LispObject {
  const { readtable } = reader.context;
  const { name, markers } = readName(reader, readtable, readtable.case);
  if (reader.suppress) return NIL;
  if (markers > 0) {
    reader.fail("R0010", "an uninterned symbol has no package", {
      start,
      help: "write \\: for a colon in its name",
    });
  }
  return new LispSymbol(name, null);
}

function readCharacter(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): LispObject {
  const first = reader.nextCode();
  if (first < 0) reader.failAtEnd("a character", start);
  const rest = readName(reader, reader.context.readtable, "preserve").name;
  if (reader.suppress) return NIL;
  if (rest === "") return Char.of(first);
  const name = String.fromCodePoint(first) + rest;
  const known = characterCode(name);
  const code = known >= 0 ? known : reader.context.characterCode(name);
  if (code >= 0) return Char.of(code);
  reader.fail("R0015", `no character is named ${name}`, {
    start,
    help: "write U+ and its code in hexadecimal",
  });
}

function readBlockComment(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): undefined {
  const { text } = reader;
  let depth = 1;
  for (let at = reader.position; at + 1 < text.length; at++) {
    const code = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (code === 124 && next === 35) {
      depth--;
      at++;
    } else if (code === 35 && next === 124) {
      depth++;
      at++;
    }
    if (depth === 0) {
      reader.position = at + 1;
      return;
    }
  }
  reader.failAtEnd("a comment", start);
}

function readEvaluated(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): LispObject {
  const form = reader.readOutsideBackquote("a #. form", start);
  if (reader.suppress) return NIL;
  const { evaluate } = reader.context;
  if (evaluate === null) {
    reader.fail("R0019", "#. is not allowed here", {
      start,
      help: "write the value, or allow evaluation while reading",
    });
  }
  const value = evaluate(form);
  reader.refresh();
  return value;
}

/** `#+feature datum` and `#-feature datum`: the datum, or nothing. */
function readConditional(
  reader: Reader,
  code: number,
  _argument: number | null,
  start: number,
): LispObject | undefined {
  const what = code === 43 ? "a #+ form" : "a #- form";
  const holds = readFeature(reader, what, start);
  if (holds === (code === 43)) {
    const datum = reader.read(what, start);
    reader.keepStart = true;
    return datum;
  }
  const outer = reader.suppress;
  reader.suppress = true;
  reader.read(what, start);
  reader.suppress = outer;
  return undefined;
}

/** Whether the feature expression at the position holds. */
function readFeature(reader: Reader, what: string, start: number): boolean {
  const { context } = reader;
  const outer = context.package;
  context.package = context.registry.keyword;
  let feature: LispObject;
  try {
    feature = reader.readOutsideBackquote(what, start);
  } finally {
    context.package = outer;
  }
  if (reader.suppress) return false;
  const holds = featureHolds(feature, context.hasFeature);
  if (holds !== null) return holds;
  return reader.fail("R0018", "a feature expression is malformed", {
    start,
    help: "write a symbol, or and, or, not of feature expressions",
  });
}

function readLabel(
  reader: Reader,
  _code: number,
  argument: number | null,
  start: number,
): LispObject {
  if (reader.suppress) return reader.read("a labelled datum", start);
  if (argument === null) failNumber(reader, "#= needs a number before the =", start);
  reader.labels ??= new Map();
  if (reader.labels.has(argument)) {
    reader.fail("R0016", `the label #${argument}= is used twice`, {
      start,
      help: "use another number",
    });
  }
  const placeholder = new Placeholder();
  const backquote = reader.backquotes.at(-1) ?? 0;
  const label = { datum: placeholder as LispObject, backquote };
  reader.labels.set(argument, label);
  const datum = reader.read("a labelled datum", start);
  if (datum === placeholder) {
    reader.fail("R0016", `the label #${argument}= is nothing but itself`, {
      start,
      help: "write a datum after it",
    });
  }
  label.datum = datum;
  if (placeholder.used) replacePlaceholder(datum, placeholder, datum);
  return datum;
}

function readReference(
  reader: Reader,
  _code: number,
  argument: number | null,
  start: number,
): LispObject {
  if (reader.suppress) return NIL;
  if (argument === null) failNumber(reader, "## needs a number in between", start);
  const label = reader.labels?.get(argument);
  if (label === undefined) {
    reader.fail("R0016", `there is no label #${argument}=`, {
      start,
      help: "label a datum of the same form before this place",
    });
  }
  const here = reader.backquotes.at(-1) ?? 0;
  if (label.backquote !== 0 && label.backquote !== here) {
    reader.fail("R0016", `the label #${argument}= is in the template of a backquote`, {
      start,
      help: "refer to it in the same template only",
    });
  }
  if (label.datum instanceof Placeholder) label.datum.used = true;
  return label.datum;
}

function failNumber(reader: Reader, message: string, start: number): never {
  reader.fail("R0014", message, { start, help: "write a number after the #" });
}

function readPathname(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): LispObject {
  const name = reader.readOutsideBackquote("a pathname", start);
  if (reader.suppress) return NIL;
  if (name instanceof LispString) return reader.context.makePathname(name);
  return reader.fail("R0029", "a pathname is not given as a string", {
    start,
    help: 'write #P"…"',
  });
}

function readStructure(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): LispObject {
  const form = reader.readOutsideBackquote("a structure", start);
  if (reader.suppress) return NIL;
  const { makeStructure } = reader.context;
  if (makeStructure === null) {
    reader.fail("R0025", "structures cannot be read here", {
      start,
      help: "make the structure with its constructor",
    });
  }
  const parts = form instanceof Cons ? structureParts(form) : null;
  if (parts === null) {
    reader.fail("R0025", "a structure is malformed", {
      start,
      help: "write #S(name slot value …)",
    });
  }
  return makeStructure(parts.name, parts.slots);
}

function structureParts(form: Cons): { name: LispSymbol; slots: LispObject[] } | null {
  const name = form.car;
  if (!(name instanceof LispSymbol)) return null;
  let slots: LispObject[];
  try {
    slots = listToArray(form.cdr);
  } catch {
    return null;
  }
  const isSlot = (x: LispObject, i: number) =>
    i % 2 === 1 || x instanceof LispSymbol || x instanceof LispString;
  return slots.length % 2 === 0 && slots.every(isSlot) ? { name, slots } : null;
}
