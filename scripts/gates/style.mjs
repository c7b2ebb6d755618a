// The rules of style that need no judgement: first line, width, tabs, lone parentheses,
// names, lengths.
import { readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { filesUnder } from "./files.mjs";

const WIDTH = 100;
const FILE_LINES = 800;
const FUNCTION_LINES = 70;
const PLACES = ["packages", "apps", "scripts"];

/** Checks the tree at `root`: how many files were looked at, and what is wrong. */
export function checkStyle(root) {
  const problems = [];
  let looked = 0;
  for (const place of PLACES) {
    for (const file of filesUnder(join(root, place), [".lisp", ".asd", ".ts", ".mjs"])) {
      looked++;
      const text = readFileSync(file, "utf8");
      const path = relative(root, file);
      const found = /\.(lisp|asd)$/.test(file)
        ? lispProblems(path, text)
        : typeScriptProblems(path, text);
      problems.push(...found.map((problem) => `${path}${problem}`));
    }
  }
  return { looked, problems };
}

function* commonProblems(path, lines) {
  if (!/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(basename(path))) yield ": not kebab-case";
  const isTable = /table|generated|\bdata\b/i.test(lines[0]);
  if (lines.length > FILE_LINES && !isTable) yield `: ${lines.length} lines`;
  for (const [i, line] of lines.entries()) {
    const length = [...line].length;
    if (length > WIDTH && !/https?:/.test(line) && !isTable)
      yield `:${i + 1}: ${length} columns`;
    if (line.includes("\t")) yield `:${i + 1}: a tab`;
    // What a test expects to be printed may end in a blank.
    if (/[ \t\r]$/.test(line) && !path.includes("/test/lisp/"))
      yield `:${i + 1}: a blank at its end`;
    const isUnfinished = /\b(TODO|FIXME|XXX)\b(?!.*#\d)/.test(line);
    if (isUnfinished && !path.startsWith("scripts/gates/")) yield `:${i + 1}: unfinished`;
  }
}

/** The problems of one Lisp file, each beginning with `:`. */
export function lispProblems(path, text) {
  const lines = text.replace(/\n$/, "").split("\n");
  const problems = [...commonProblems(path, lines)];
  const isTest = /\/(test|bench)\//.test(path);
  if (!/^;;;; \S/.test(lines[0])) problems.push(":1: no ;;;; line about the file");
  const code = withoutText(text);
  const first = /^\s*\((\S+)/m.exec(code)?.[1] ?? "";
  const isOpening = /^(cl:|common-lisp:)?(in-package|defpackage)$/.test(first);
  if (path.endsWith(".lisp") && !isTest && !isOpening) problems.push(":1: no in-package");
  for (const [i, line] of code.split("\n").entries()) {
    if (/^\s*\)+\s*$/.test(line) && !/[";]/.test(lines[i])) {
      problems.push(`:${i + 1}: a parenthesis on its own`);
    }
    if (/(^|[\s('`,@])[a-z0-9.-]+::[^\s]/.test(line) && !isTest) {
      problems.push(`:${i + 1}: :: outside tests`);
    }
    if (/[A-Z]/.test(line)) problems.push(`:${i + 1}: upper case`);
  }
  problems.push(...longForms(code));
  return problems;
}

/**
 * The code of Lisp text: what is in strings and comments replaced by blanks, characters and
 * |symbols| by digits, so that lines and columns stay.
 */
function withoutText(text) {
  const string = /"(?:[^"\\]|\\[\s\S])*"/;
  const comment = /;[^\n]*|#\|[\s\S]*?\|#/;
  const atom = /#\\.[A-Za-z0-9_+-]*|#[xX][-+/0-9A-Fa-f]+|\|(?:[^|\\]|\\[\s\S])*\|/;
  const pattern = new RegExp([string, comment, atom].map((r) => r.source).join("|"), "g");
  return text.replace(pattern, (piece) => {
    if (/^(;|#\|)/.test(piece)) return piece.replace(/[^\n]/g, " ");
    if (!piece.startsWith('"')) return piece.replace(/[^\n]/g, "0");
    return `"${piece.slice(1, -1).replace(/[^\n]/g, " ")}"`;
  });
}

function* longForms(code) {
  const lines = code.split("\n");
  let start = -1;
  let size = 0;
  const isLong = () => start >= 0 && size > FUNCTION_LINES;
  for (const [i, line] of lines.entries()) {
    if (/^\(/.test(line)) {
      if (isLong()) yield `:${start + 1}: a definition of ${size} lines`;
      start = /^\((%?defun|defmacro|defmethod)\b/.test(line) ? i : -1;
      size = 0;
    }
    if (line.trim() !== "" && !/^\s*"\s*"?$/.test(line)) size++;
  }
  if (isLong()) yield `:${start + 1}: a definition of ${size} lines`;
}

/** The problems of one TypeScript or JavaScript file, each beginning with `:`. */
export function typeScriptProblems(path, text) {
  const lines = text.replace(/\n$/, "").split("\n");
  const problems = [...commonProblems(path, lines)];
  const isTest = path.includes("/test/");
  for (const [i, line] of lines.entries()) {
    if (/["'`].*\billegal\b/i.test(line) && !path.startsWith("scripts/")) {
      problems.push(`:${i + 1}: the word illegal`);
    }
    if (/\b(it|test|suite|describe)\.only\(/.test(line) && isTest) {
      problems.push(`:${i + 1}: a focused test`);
    }
  }
  return problems;
}
