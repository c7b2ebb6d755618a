/** The text of symbols: CLHS 22.1.3.3. */
import type { LispSymbol } from "./data.js";
import { parseNumber } from "./number-syntax.js";
import type { ReaderContext } from "./reader-context.js";
import { type Readtable, SYNTAX } from "./readtable.js";
import { convertCase, isDots, lowerLetter, upperLetter } from "./token.js";

const ANY_LETTER = ~0;

/** The text of `symbol`; without `withEscapes`, its name in the case it would be typed in. */
export function printSymbol(
  symbol: LispSymbol,
  context: ReaderContext,
  withEscapes: boolean,
): string {
  if (!withEscapes) return caseForPrinting(symbol.name, context.readtable);
  return prefixOf(symbol, context) + escapeName(symbol.name, context);
}

function prefixOf(symbol: LispSymbol, context: ReaderContext): string {
  const home = symbol.package;
  if (home?.isKeyword) return ":";
  if (context.package.isAccessible(symbol)) return "";
  if (home === null) return "#:";
  const markers = home.external.get(symbol.name) === symbol ? ":" : "::";
  return escapeName(home.name, context) + markers;
}

/** `name` as a token that reads as a symbol with this name. */
function escapeName(name: string, context: ReaderContext): string {
  const table = context.readtable;
  const token = caseForPrinting(name, table);
  if (readsAsItself(token, name, context)) return token;
  if (table.syntax(124) === SYNTAX.multipleEscape) {
    return `|${name.replace(/[|\\]/g, "\\$&")}|`;
  }
  return Array.from(name, (letter) => `\\${letter}`).join("");
}

/** What to type for `name`, escapes aside. */
function caseForPrinting(name: string, table: Readtable): string {
  return table.case === "invert" ? convertCase(name, ANY_LETTER, "invert") : name;
}

/** Whether `token`, without escapes, reads as a symbol called `name`. */
function readsAsItself(token: string, name: string, context: ReaderContext): boolean {
  const table = context.readtable;
  if (token === "" || isDots(token, 0, token.length)) return false;
  if (convertCase(token, ANY_LETTER, table.case) !== name) return false;
  let isFirst = true;
  for (const character of token) {
    const code = character.codePointAt(0) as number;
    const syntax = table.syntax(code);
    if (code === 58 || code === 8 || code === 127) return false;
    const isMacro = syntax === SYNTAX.nonTerminatingMacro && !isFirst;
    if (syntax !== SYNTAX.constituent && !isMacro) return false;
    isFirst = false;
  }
  return !isPotentialNumber(token, context.readBase);
}

/** Whether `token` is a potential number (CLHS 2.3.1.1) in `radix`, or a number. */
export function isPotentialNumber(token: string, radix: number): boolean {
  if (parseNumber(token, radix, "double-float") !== null) return true;
  if (!/^[\d+\-.^_]/.test(token) && !isDigit(token.charAt(0), radix)) return false;
  if (/[+-]$/.test(token)) return false;
  let hasDigit = false;
  for (let i = 0; i < token.length; i++) {
    const character = token.charAt(i);
    if (isDigit(character, radix)) hasDigit = true;
    else if (/[a-zA-Z]/.test(character)) {
      if (isLetter(token.charAt(i - 1), radix) || isLetter(token.charAt(i + 1), radix)) {
        return false;
      }
    } else if (!/[\d+\-/.^_]/.test(character)) return false;
  }
  return hasDigit;
}

function isDigit(character: string, radix: number): boolean {
  return character !== "" && !Number.isNaN(Number.parseInt(character, radix));
}

function isLetter(character: string, radix: number): boolean {
  if (character === "" || isDigit(character, radix)) return false;
  return upperLetter(character) !== character || lowerLetter(character) !== character;
}
