// How much of the Lisp is assembly, and that each routine says why it has to be.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { filesUnder } from "./files.mjs";

/** Assembly may be this share of all Lisp lines at the most, in percent. */
const LIMIT = 3;

/** Folders whose Lisp files are LAP: assembly in S-expressions. */
const ASSEMBLY = ["packages/asm-kit/lisp/lap/", "packages/kernel/lisp/x86-64/"];

/** Counts the Lisp lines at `root`; prints the share of assembly. */
export function checkAssembly(root) {
  const problems = [];
  let all = 0;
  let assembly = 0;
  for (const file of filesUnder(join(root, "packages"), [".lisp"])) {
    const path = relative(root, file);
    if (!path.includes("/lisp/") || path.includes("/test/")) continue;
    const text = readFileSync(file, "utf8");
    const lines = text.split("\n").length - 1;
    all += lines;
    if (!ASSEMBLY.some((folder) => path.startsWith(folder))) continue;
    assembly += lines;
    problems.push(
      ...undocumented(text).map((name) => `${path}: ${name} has no docstring`),
    );
  }
  const share = (100 * assembly) / Math.max(all, 1);
  console.log(`assembly: ${assembly} of ${all} Lisp lines, ${share.toFixed(2)}%`);
  if (assembly === 0) problems.push("no assembly was found: are the folders right?");
  if (share > LIMIT) problems.push(`assembly is more than ${LIMIT}% of the Lisp lines`);
  return { looked: all, problems };
}

/** The definitions in `text` without a docstring. */
export function undocumented(text) {
  return text
    .split(/^(?=\(def)/m)
    .filter((part) => /^\(def(un|parameter)/.test(part))
    .filter((part) => !/"[^"]{20,}"/.test(part))
    .map((part) => /^\(def\w+ (\S+)/.exec(part)?.[1] ?? "?");
}
