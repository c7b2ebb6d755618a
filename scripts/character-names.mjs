// Writes the table of character names from the Unicode Character Database:
//   node scripts/character-names.mjs [/usr/share/unicode/UnicodeData.txt]
// (Debian: unicode-data). What is written is committed, the same on every machine;
// packages/runtime/lisp/character-names.lisp explains and reads it.
import { readFileSync, writeFileSync } from "node:fs";

const TARGET = new URL(
  "../packages/runtime/lisp/character-name-tables.lisp",
  import.meta.url,
);
/** Digits: printable ASCII without what a string or the eye takes amiss. */
const DIGITS = [...Array(92).keys()].filter((i) => i !== 57).map((i) => i + 35);
const BASE = DIGITS.length;
/** Numbers below ONE have one digit; TWO first digits are for two, the rest for three. */
const ONE = 50;
const TWO = 39;
const CHUNK = 32;
/** Kept and new words are one digit if below these; ESCAPE comes before others. */
const KEPT = 10;
const NEW = 9;
const ESCAPE = BASE - 1;
/** Names that end in the code: only their ranges are written. */
const NUMBERED =
  /^(CJK COMPATIBILITY IDEOGRAPH|KHITAN SMALL SCRIPT CHARACTER|NUSHU CHARACTER)-/;
const FIRST_TO_LAST = [
  [/^CJK Ideograph/, "CJK_UNIFIED_IDEOGRAPH-"],
  [/^Tangut Ideograph/, "TANGUT_IDEOGRAPH-"],
];

/** The names by code, and ranges [first, last, prefix] of names that end in the code. */
function readNames(text) {
  const names = new Map();
  const ranges = [];
  let first = 0;
  for (const line of text.split("\n")) {
    const [digits, name] = line.split(";");
    if (name === undefined) continue;
    const code = Number.parseInt(digits, 16);
    const numbered = NUMBERED.exec(name);
    if (numbered) {
      const prefix = numbered[0].replaceAll(" ", "_");
      const last = ranges.at(-1);
      if (last?.[2] === prefix && last[1] === code - 1) last[1] = code;
      else ranges.push([code, code, prefix]);
    } else if (name.endsWith(", First>")) {
      first = code;
    } else if (name.endsWith(", Last>")) {
      const found = FIRST_TO_LAST.find(([pattern]) => pattern.test(name.slice(1)));
      if (found) ranges.push([first, code, found[1]]);
    } else if (!name.startsWith("<")) {
      names.set(code, name.replaceAll(" ", "_"));
    }
  }
  // The standard calls another character so.
  names.set(0x1f5cf, "UNICODE_PAGE");
  return { names, ranges };
}

/** Words are between underscores; one that begins with a hyphen has none before it. */
const wordsOf = (name) => name.split(/_(?!-)|(?<!_)(?=-)/);

/** Runs of at most CHUNK names with successive codes: {code, names: [{kept, rest}]}. */
function chunksOf(names) {
  const chunks = [];
  let last = [];
  for (const code of [...names.keys()].sort((a, b) => a - b)) {
    let chunk = chunks.at(-1);
    if (
      !chunk ||
      chunk.code + chunk.names.length !== code ||
      chunk.names.length === CHUNK
    ) {
      chunk = { code, names: [] };
      chunks.push(chunk);
      last = [];
    }
    const words = wordsOf(names.get(code));
    let kept = 0;
    while (kept < words.length && words[kept] === last[kept]) kept++;
    chunk.names.push({ kept, rest: words.slice(kept) });
    last = words;
  }
  return chunks;
}

function numberDigits(n) {
  if (n < ONE) return [n];
  const two = n - ONE;
  if (two < TWO * BASE) return [ONE + Math.floor(two / BASE), two % BASE];
  const three = two - TWO * BASE;
  const high = Math.floor(three / BASE ** 2);
  if (ONE + TWO + high >= BASE) throw new Error(`the number ${n} is too large`);
  return [ONE + TWO + high, Math.floor(three / BASE) % BASE, three % BASE];
}

/** The words, the most frequent first; those whose numbers are equally long sorted. */
function sortedWords(chunks) {
  const counts = new Map();
  for (const { names } of chunks)
    for (const { rest } of names)
      for (const word of rest) counts.set(word, (counts.get(word) ?? 0) + 1);
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const words = [...counts.keys()].sort(
    (a, b) => counts.get(b) - counts.get(a) || compare(a, b),
  );
  const cuts = [0, ONE, ONE + TWO * BASE, words.length];
  return [0, 1, 2].flatMap((i) => words.slice(cuts[i], cuts[i + 1]).sort(compare));
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/** Each word: how many letters of the one before it has, then its other letters. */
function dictionaryDigits(words) {
  const digits = [];
  let last = "";
  for (const word of words) {
    let kept = 0;
    while (kept < last.length && last[kept] === word[kept]) kept++;
    digits.push(LETTERS.length + kept);
    for (const letter of word.slice(kept)) digits.push(LETTERS.indexOf(letter));
    last = word;
  }
  return digits;
}

function nameDigits(chunks, words) {
  const numbers = new Map(words.map((word, i) => [word, i]));
  const digits = [];
  let end = 0;
  for (const { code, names } of chunks) {
    const gap = code - end;
    digits.push(...numberDigits(gap >> 8), ...numberDigits(gap & 255), names.length);
    end = code + names.length;
    for (const { kept, rest } of names) {
      if (kept < KEPT && rest.length < NEW) digits.push(kept * NEW + rest.length);
      else digits.push(ESCAPE, kept, rest.length);
      for (const word of rest) digits.push(...numberDigits(numbers.get(word)));
    }
  }
  return digits;
}

/** DIGITS as a Lisp string in lines. */
function literal(digits) {
  if (digits.some((digit) => !(digit >= 0 && digit < BASE))) throw new Error("no digit");
  const text = digits.map((digit) => String.fromCharCode(DIGITS[digit])).join("");
  return `"\n${text.match(/.{1,95}/g).join("\n")}"`;
}

const source = process.argv[2] ?? "/usr/share/unicode/UnicodeData.txt";
const { names, ranges } = readNames(readFileSync(source, "latin1"));
const chunks = chunksOf(names);
const words = sortedWords(chunks);
const hex = (n) => `#x${n.toString(16).toUpperCase()}`;
writeFileSync(
  TARGET,
  `;;;; Names of characters, Unicode 15.0; a data table that scripts/character-names.mjs wrote.

(in-package #:astralisp.runtime)

;;; First and last codes, and the prefix before the code.
(defglobal **numbered-names**
  '(${ranges.map(([a, b, prefix]) => `(${hex(a)} ${hex(b)} "${prefix}")`).join("\n    ")}))

(defconstant +name-word-count+ ${words.length})
(defconstant +name-letter-count+ ${words.join("").length})
(defconstant +name-chunk-count+ ${chunks.length})

(defglobal **name-words** (digits-literal ${literal(dictionaryDigits(words))}))

(defglobal **name-chunks** (digits-literal ${literal(nameDigits(chunks, words))}))
`,
);
console.log(`${names.size} names of ${words.length} words in ${chunks.length} chunks`);
