/**
 * Tokens: numbers and symbols, CLHS 2.3. The common token, without escapes, is scanned once
 * by character code and sliced out of the text; only tokens with escapes are put together
 * piece by piece.
 */
import { type LispObject, NIL, stringFromCodes } from "./data.js";
import type { LispPackage } from "./lisp-package.js";
import { parseNumber } from "./number-syntax.js";
import type { Reader } from "./reader.js";
import { type Readtable, type ReadtableCase, SYNTAX } from "./readtable.js";

/** What is in a token, as bits. */
const LOWER = 1;
const UPPER = 2;
const DIGIT = 4;
const COLON = 8;
const OTHER_SCRIPT = 16;
const INVALID = 32;

/** The bits of an ASCII character; those of CLHS figure 2-8 that are invalid. */
function traitBits(code: number): number {
  if (code >= 97 && code <= 122) return LOWER;
  if (code >= 65 && code <= 90) return UPPER;
  if (code >= 48 && code <= 57) return DIGIT;
  if (code === 58) return COLON;
  return code === 8 || code === 127 ? INVALID : 0;
}

const TRAITS = Uint8Array.from({ length: 128 }, (_, code) => traitBits(code));

/** The offset after the token at the reader's position. */
export function tokenEnd(reader: Reader, table: Readtable, ascii: Uint8Array): number {
  const { text } = reader;
  let at = reader.position;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const syntax = code < 128 ? ascii[code]! : syntaxAt(text, at, table);
    if (syntax > SYNTAX.nonTerminatingMacro) break;
  }
  return at;
}

/** The syntax of the character at `at`; the second half of a pair goes with the first. */
function syntaxAt(text: string, at: number, table: Readtable): number {
  const code = text.codePointAt(at) as number;
  const isLow = code >= 0xdc00 && code <= 0xdfff;
  if (isLow && at > 0 && (text.codePointAt(at - 1) as number) > 0xffff) return 0;
  return table.syntax(code);
}

/** Whether `text` from `start` to `end` is all dots. */
export function isDots(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) !== 46) return false;
  return true;
}

/** Reads the token at the position: a number or a symbol; NIL when suppressed. */
export function readToken(
  reader: Reader,
  table: Readtable,
  ascii: Uint8Array,
): LispObject {
  const { text } = reader;
  const start = reader.position;
  let traits = 0;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    let syntax: number;
    if (code < 128) {
      syntax = ascii[code]!;
      if (syntax <= SYNTAX.nonTerminatingMacro) traits |= TRAITS[code]!;
    } else {
      syntax = syntaxAt(text, at, table);
      traits |= OTHER_SCRIPT;
    }
    if (syntax <= SYNTAX.nonTerminatingMacro) continue;
    if (syntax > SYNTAX.multipleEscape) break;
    return readEscapedToken(reader, table);
  }
  if (at === start) failInvalid(reader, start);
  reader.position = at;
  if (reader.suppress) return NIL;
  const token = text.slice(start, at);
  if (traits & INVALID) failInvalid(reader, start + token.search(/[\b\x7f]/));
  const { context } = reader;
  if ((traits & DIGIT || context.readBase > 10) && !(traits & COLON)) {
    const number = numberToken(reader, token, start);
    if (number !== null) return number;
  }
  if (isDots(text, start, at)) failDots(reader, start);
  if (traits & COLON) {
    return markedSymbol(reader, plainPieces(token, traits, table.case), start);
  }
  return context.package.intern(convertCase(token, traits, table.case));
}

function numberToken(reader: Reader, token: string, start: number): LispObject | null {
  const { readBase, defaultFloatFormat } = reader.context;
  const number = parseNumber(token, readBase, defaultFloatFormat);
  if (number === null || typeof number !== "object" || !("problem" in number)) {
    return number;
  }
  switch (number.problem) {
    case "zero-denominator":
      reader.fail("R0008", `the denominator of ${token} is zero`, {
        start,
        help: "write another denominator",
      });
      break;
    case "too-large":
      reader.fail("R0009", `${token} is too large for its float format`, {
        start,
        help: /[dl]/i.test(token) ? "write a rational" : "write a d exponent marker",
      });
      break;
    case "too-small":
      reader.fail("R0009", `${token} is too small for its float format`, {
        start,
        help: "write 0.0, or a d exponent marker",
      });
  }
}

function failDots(reader: Reader, start: number): never {
  const length = reader.position - start;
  const message =
    length === 1 ? "a dot stands outside a list" : "a token is nothing but dots";
  reader.fail("R0003", message, { start, help: "write \\. for a symbol of dots" });
}

function failInvalid(reader: Reader, at: number): never {
  const code = reader.text.codePointAt(at) as number;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  reader.position = at + 1;
  reader.fail("R0007", `the character ${name} cannot be part of a token`, {
    start: at,
    help: "remove it, or write a backslash before it",
  });
}

/** The token's part before the package marker (null for none), its marker and its name. */
interface Pieces {
  readonly prefix: string | null;
  readonly markers: number;
  readonly name: string;
  /** Whether the markers are where they may be. */
  readonly ok: boolean;
}

function plainPieces(token: string, traits: number, mode: ReadtableCase): Pieces {
  const colon = token.indexOf(":");
  const markers = token.charCodeAt(colon + 1) === 58 ? 2 : 1;
  const rest = token.slice(colon + markers);
  const convert = (part: string) => convertCase(part, traits, mode);
  return {
    prefix: colon === 0 ? null : convert(token.slice(0, colon)),
    markers,
    name: convert(rest),
    ok: rest.length > 0 && !rest.includes(":"),
  };
}

/** The symbol of a token with package markers. */
function markedSymbol(reader: Reader, pieces: Pieces, start: number): LispObject {
  const { prefix, markers, name, ok } = pieces;
  if (!ok) {
    reader.fail("R0010", "package markers are misplaced in a token", {
      start,
      help: "write package:symbol, package::symbol or :keyword",
    });
  }
  const { registry } = reader.context;
  if (prefix === null) return registry.keyword.intern(name);
  const found = registry.find(prefix, reader.context.package);
  if (found === undefined) return failNoPackage(reader, prefix, start);
  if (markers === 2 || found.isKeyword) return found.intern(name);
  return found.external.get(name) ?? failNotExternal(reader, found, name, start);
}

function failNoPackage(reader: Reader, prefix: string, start: number): never {
  const { registry } = reader.context;
  const names = registry.all().flatMap((known) => [known.name, ...known.nicknames]);
  const near = nearest(prefix, names);
  reader.fail("R0012", `no package is named ${prefix}`, {
    start,
    end: start + Math.max(1, reader.text.slice(start, reader.position).indexOf(":")),
    help: near === null ? "define the package first" : `use ${near} instead`,
  });
}

function failNotExternal(
  reader: Reader,
  found: LispPackage,
  name: string,
  start: number,
): never {
  const exists = found.lookup(name) !== undefined;
  const near = nearest(name, found.external.keys());
  const message = exists
    ? `${name} is not external in ${found.name}`
    : `${found.name} has no symbol named ${name}`;
  const help = exists
    ? `export it, or write ${found.name}::${name}`
    : near === null
      ? "define and export it first"
      : `use ${near} instead`;
  reader.fail("R0011", message, { start, help });
}

/** The candidate at most a third of its letters away from `name`, or null. */
function nearest(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Reads a token with escapes from the position on. */
function readEscapedToken(reader: Reader, table: Readtable): LispObject {
  const start = reader.position;
  const parts = scanEscaped(reader, table, start);
  if (reader.suppress) return NIL;
  const [first, ...rest] = parts.map((part) => part.convert(table.case));
  if (rest.length === 0) return reader.context.package.intern(first as string);
  const markers = rest.length;
  const isWell = markers === 1 || (markers === 2 && rest[0] === "" && parts[1]!.isEmpty);
  const name = rest.at(-1) as string;
  const prefix = first === "" && parts[0]!.isEmpty ? null : (first as string);
  const pieces = { prefix, markers, name, ok: isWell && !parts.at(-1)!.isEmpty };
  return markedSymbol(reader, pieces, start);
}

/** Text between package markers: characters, and which of them were escaped. */
class EscapedPart {
  private readonly codes: number[] = [];
  private readonly plain: boolean[] = [];
  private touched = false;

  add(code: number, isPlain: boolean): void {
    this.codes.push(code);
    this.plain.push(isPlain);
  }

  /** Notes an escape character: `||` is not nothing. */
  touch(): void {
    this.touched = true;
  }

  get isEmpty(): boolean {
    return !this.touched && this.codes.length === 0;
  }

  convert(mode: ReadtableCase): string {
    const codes = this.codes.filter((_, i) => this.plain[i]);
    const plain = stringFromCodes(codes, 0, codes.length);
    const converted = [...convertCase(plain, LOWER | UPPER | OTHER_SCRIPT, mode)];
    let text = "";
    let at = 0;
    this.codes.forEach((code, i) => {
      text += this.plain[i] ? converted[at++] : String.fromCodePoint(code);
    });
    return text;
  }
}

function scanEscaped(reader: Reader, table: Readtable, start: number): EscapedPart[] {
  let part = new EscapedPart();
  const parts = [part];
  let bar = -1;
  for (;;) {
    const at = reader.position;
    const code = reader.peekCode();
    if (code < 0) {
      if (bar >= 0) reader.failAtEnd("a symbol", bar);
      return parts;
    }
    const syntax = table.syntax(code);
    if (bar < 0 && syntax > SYNTAX.multipleEscape) return parts;
    reader.nextCode();
    if (syntax === SYNTAX.singleEscape) {
      const escaped = reader.nextCode();
      if (escaped < 0) reader.failAtEnd("a symbol", bar < 0 ? start : bar);
      part.touch();
      part.add(escaped, false);
    } else if (syntax === SYNTAX.multipleEscape) {
      part.touch();
      bar = bar < 0 ? at : -1;
    } else if (code === 58 && bar < 0) {
      part = new EscapedPart();
      parts.push(part);
    } else {
      if (bar < 0 && code < 128 && TRAITS[code]! & INVALID && !reader.suppress) {
        failInvalid(reader, at);
      }
      part.add(code, bar < 0);
    }
  }
}

/** `text` as the readtable case has it; `traits` says which letters it may contain. */
export function convertCase(text: string, traits: number, mode: ReadtableCase): string {
  if (!(traits & (LOWER | UPPER | OTHER_SCRIPT))) return text;
  switch (mode) {
    case "upcase":
      if (traits & OTHER_SCRIPT) return mapLetters(text, upperLetter);
      return traits & LOWER ? text.toUpperCase() : text;
    case "downcase":
      if (traits & OTHER_SCRIPT) return mapLetters(text, lowerLetter);
      return traits & UPPER ? text.toLowerCase() : text;
    case "preserve":
      return text;
    case "invert":
      return invertCase(text);
  }
}

function mapLetters(text: string, map: (letter: string) => string): string {
  let result = "";
  for (const letter of text) result += map(letter);
  return result;
}

/** The upper case of a letter that has both cases (CLHS 13.1.4.3), else the letter. */
export function upperLetter(letter: string): string {
  const upper = letter.toUpperCase();
  return upper !== letter && upper.toLowerCase() === letter && isOne(upper)
    ? upper
    : letter;
}

/** The lower case of a letter that has both cases, else the letter. */
export function lowerLetter(letter: string): string {
  const lower = letter.toLowerCase();
  return lower !== letter && lower.toUpperCase() === letter && isOne(lower)
    ? lower
    : letter;
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff);
}

/** Other case for all letters, if all have the same case. */
function invertCase(text: string): string {
  let lower = false;
  let upper = false;
  for (const letter of text) {
    if (upperLetter(letter) !== letter) lower = true;
    else if (lowerLetter(letter) !== letter) upper = true;
  }
  if (lower === upper) return text;
  return mapLetters(text, lower ? upperLetter : lowerLetter);
}

/** Reads a token as `#:` and `#\\` do: what it names, and its package markers. */
export function readName(
  reader: Reader,
  table: Readtable,
  mode: ReadtableCase,
): { name: string; markers: number } {
  const parts = scanEscaped(reader, table, reader.position);
  const name = parts.map((part) => part.convert(mode)).join(":");
  return { name, markers: parts.length - 1 };
}
