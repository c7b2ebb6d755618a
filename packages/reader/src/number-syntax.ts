/** Tokens that are numbers: CLHS 2.3.1. */
import {
  DoubleFloat,
  type LispInteger,
  type LispObject,
  makeRational,
  normalizeInteger,
  SingleFloat,
} from "./data.js";
import { textToDouble, textToSingle } from "./float-text.js";

/** What `*read-default-float-format*` may be here: short is single, long is double. */
export type FloatFormat = "single-float" | "double-float";

/** Number syntax whose value cannot be made. */
export type NumberProblem = "zero-denominator" | "too-large" | "too-small";

/** What a token is as a number: null if it is none. */
export type ParsedNumber = LispObject | { readonly problem: NumberProblem } | null;

/** The value of the digit with this character code, 99 if it is no digit of any radix. */
function digitValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const upper = code & ~32;
  return upper >= 65 && upper <= 90 ? upper - 55 : 99;
}

function isSign(code: number): boolean {
  return code === 43 || code === 45;
}

/** The end of the run of digits in `radix` that begins at `at`. */
function skipDigits(text: string, at: number, radix: number): number {
  let end = at;
  while (end < text.length && digitValue(text.charCodeAt(end)) < radix) end++;
  return end;
}

/** The integer or ratio that all of `text` is in `radix`, a problem, or null. */
export function parseRational(text: string, radix: number): ParsedNumber {
  const start = isSign(text.charCodeAt(0)) ? 1 : 0;
  const middle = skipDigits(text, start, radix);
  if (middle === start) return null;
  if (middle === text.length) return parseInteger(text, radix);
  if (text.charCodeAt(middle) !== 47) return null;
  const end = skipDigits(text, middle + 1, radix);
  if (end === middle + 1 || end < text.length) return null;
  const num = parseInteger(text.slice(0, middle), radix);
  const den = parseInteger(text.slice(middle + 1), radix);
  return den === 0 ? { problem: "zero-denominator" } : makeRational(num, den);
}

/** The integer that the digits of `text` say, after an optional sign. */
export function parseInteger(text: string, radix: number): LispInteger {
  if (text.length <= 10) return Number.parseInt(text, radix) + 0;
  const negative = text.charCodeAt(0) === 45;
  const digits = isSign(text.charCodeAt(0)) ? text.slice(1) : text;
  const magnitude = radix === 10 ? BigInt(digits) : digitsToBigInt(digits, radix);
  return normalizeInteger(negative ? -magnitude : magnitude);
}

/** By halves, so that long numbers take less than quadratic time. */
function digitsToBigInt(digits: string, radix: number): bigint {
  if (digits.length <= 10) return BigInt(Number.parseInt(digits, radix));
  const low = digits.length >> 1;
  const high = digitsToBigInt(digits.slice(0, -low), radix);
  return high * BigInt(radix) ** BigInt(low) + digitsToBigInt(digits.slice(-low), radix);
}

/**
 * The number that `token` is, by the rules of CLHS 2.3.1: integer or ratio in `radix`,
 * decimal integer, float.
 */
export function parseNumber(
  token: string,
  radix: number,
  format: FloatFormat,
): ParsedNumber {
  const rational = parseRational(token, radix);
  if (rational !== null) return rational;
  const start = isSign(token.charCodeAt(0)) ? 1 : 0;
  const whole = skipDigits(token, start, 10);
  let at = whole;
  let fraction = 0;
  if (token.charCodeAt(at) === 46) {
    at = skipDigits(token, whole + 1, 10);
    fraction = at - whole - 1;
    if (at === token.length && fraction === 0) {
      return whole > start ? parseInteger(token.slice(0, -1), 10) : null;
    }
  }
  if (at === token.length) return fraction > 0 ? makeFloat(token, format) : null;
  if (whole === start && fraction === 0) return null;
  return parseExponent(token, at, format);
}

const MARKERS: Readonly<Record<string, FloatFormat | undefined>> = {
  s: "single-float",
  f: "single-float",
  d: "double-float",
  l: "double-float",
};

/** The float `token` whose exponent marker is at `at`, or null. */
function parseExponent(token: string, at: number, format: FloatFormat): ParsedNumber {
  const marker = token.charAt(at).toLowerCase();
  const chosen = marker === "e" ? format : MARKERS[marker];
  if (chosen === undefined) return null;
  const digits = at + 1 + (isSign(token.charCodeAt(at + 1)) ? 1 : 0);
  const end = skipDigits(token, digits, 10);
  if (end === digits || end < token.length) return null;
  return makeFloat(`${token.slice(0, at)}e${token.slice(at + 1)}`, chosen);
}

function makeFloat(text: string, format: FloatFormat): ParsedNumber {
  const single = format === "single-float";
  const value = single ? textToSingle(text) : textToDouble(text);
  if (!Number.isFinite(value)) return { problem: "too-large" };
  if (value === 0 && /^[^e]*[1-9]/.test(text)) return { problem: "too-small" };
  return single ? new SingleFloat(value) : new DoubleFloat(value);
}
