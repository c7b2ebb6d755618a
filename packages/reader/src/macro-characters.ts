/** The standard macro characters: CLHS 2.4.1 to 2.4.7, and the dispatch of 2.4.8. */
import { BackquoteError, BackquoteExpander, Comma } from "./backquote.js";
import { Cons, type LispObject, LispString, NIL } from "./data.js";
import type { Reader } from "./reader.js";
import { type MacroFunction, type Readtable, SYNTAX } from "./readtable.js";

const CLOSE_PAREN = 41;

/** Gives `table` the standard macro characters. */
export function installMacroCharacters(table: Readtable): void {
  const macros: Record<string, MacroFunction> = {
    "(": (reader, _code, start) => reader.readList(CLOSE_PAREN, start),
    ")": readUnmatched,
    "'": (reader, _code, start) => readQuoting(reader, "QUOTE", start),
    ";": readComment,
    '"': readString,
    "`": readBackquote,
    ",": readComma,
  };
  for (const [character, macro] of Object.entries(macros)) {
    table.setMacro(character.charCodeAt(0), macro);
  }
  table.makeDispatch(35, readDispatch, true);
}

function readUnmatched(reader: Reader, _code: number, start: number): never {
  reader.fail("R0002", "a closing parenthesis closes nothing", {
    start,
    label: "this one",
    help: "remove it, or open a list before it",
  });
}

/** `(NAME datum)` for the next datum, as `'` and `#'` read. */
export function readQuoting(reader: Reader, name: string, start: number): LispObject {
  const prefixEnd = reader.position;
  const datum = reader.read(`a ${name.toLowerCase()} form`, start);
  const rest = new Cons(datum, NIL);
  const form = new Cons(reader.context.registry.commonLisp.intern(name), rest);
  if (!reader.suppress && reader.sourceMap !== null) {
    const at = reader.sourceMap.recordElement(form, start, prefixEnd);
    reader.sourceMap.recordList(at, start, reader.position);
    reader.sourceMap.recordElement(rest, reader.datumStart, reader.position);
  }
  return form;
}

function readComment(reader: Reader): undefined {
  const end = reader.text.indexOf("\n", reader.position);
  reader.position = end < 0 ? reader.text.length : end + 1;
}

function readString(reader: Reader, close: number, start: number): LispObject {
  const { text } = reader;
  const { readtable } = reader.context;
  let pieces = "";
  let from = reader.position;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === close) {
      reader.position = at + 1;
      return LispString.from(pieces + text.slice(from, at));
    }
    if (readtable.syntax(code) === SYNTAX.singleEscape) {
      pieces += text.slice(from, at);
      at++;
      from = at;
    }
  }
  reader.failAtEnd("a string", start);
}

function readBackquote(reader: Reader, _code: number, start: number): LispObject {
  reader.backquotes.push(++reader.backquoteCount);
  const template = reader.read("a backquote", start);
  reader.backquotes.pop();
  if (reader.suppress) return NIL;
  const span = { start, end: reader.position };
  const map = reader.sourceMap;
  const expander = new BackquoteExpander(
    reader.context.registry.commonLisp,
    (cons, part) => {
      if (map === null) return;
      const at = (part instanceof Cons && part !== template && map.spanOf(part)) || span;
      map.recordDerived(cons, at.start, at.end);
    },
  );
  try {
    return expander.expand(template);
  } catch (error) {
    if (!(error instanceof BackquoteError)) throw error;
    if (error.kind === "circular") {
      reader.fail("R0016", "a circular list is computed in a backquote", {
        start,
        help: "build the circle with code",
      });
    }
    reader.fail("R0006", "a splice stands where there is no list to splice into", {
      start,
      help: "write a comma without @, or splice inside parentheses",
    });
  }
}

function readComma(reader: Reader, _code: number, start: number): LispObject {
  const mark = reader.peekCode();
  const splice = mark === 64 || mark === 46;
  if (splice) reader.position++;
  const backquote = reader.backquotes.pop();
  if (backquote === undefined && !reader.suppress) {
    reader.fail("R0005", "a comma is not inside a backquote", {
      start,
      help: "remove it, or write a backquote before the template",
    });
  }
  const form = reader.read("a comma", start);
  if (backquote === undefined) return NIL;
  reader.backquotes.push(backquote);
  return reader.suppress ? NIL : new Comma(form, splice);
}

/** `#`, an optional number, and a sub-character that says what follows. */
function readDispatch(
  reader: Reader,
  code: number,
  start: number,
): LispObject | undefined {
  const { text, context } = reader;
  let end = reader.position;
  while (text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
  const digits = text.slice(reader.position, end);
  reader.position = end;
  const subCode = reader.nextCode();
  if (subCode < 0) reader.failAtEnd("a dispatch macro", start);
  const macro = context.readtable.dispatchMacro(code, subCode);
  const argument = digits === "" ? null : Number(digits);
  if (macro !== undefined) return macro(reader, subCode, argument, start);
  if (reader.suppress) return NIL;
  const pair = text.slice(start, start + 1) + String.fromCodePoint(subCode);
  reader.fail("R0013", `the dispatch character ${pair} is not defined`, {
    start,
    help: "write another, or define it with set-dispatch-macro-character",
  });
}
