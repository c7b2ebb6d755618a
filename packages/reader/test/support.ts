/** What the tests of this package share: contexts, equality, and SBCL as an oracle. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as R from "../src/index.js";

/** A context with a package ORACLE that uses COMMON-LISP, and SBCL's float format. */
export function freshContext(): R.ReaderContext {
  const registry = new R.PackageRegistry(R.COMMON_LISP_NAMES);
  const context = new R.ReaderContext(registry);
  context.package = registry.define("ORACLE", { use: [registry.commonLisp] });
  return context;
}

/** The first datum of `text`. */
export function read(text: string, context = freshContext()): R.LispObject {
  const result = R.readForm(text, 0, context);
  if (result === null) throw new Error(`nothing to read in ${text}`);
  return result.datum;
}

/** The datum of `text`, printed. */
export function reprint(text: string, options: R.PrintOptions = {}): string {
  const context = freshContext();
  return R.printToString(read(text, context), context, options);
}

/** Whether two data have the same shape, circles included. */
export function similar(a: R.LispObject, b: R.LispObject): boolean {
  const paired = new Map<R.LispObject, R.LispObject>();
  const stack: [R.LispObject, R.LispObject][] = [[a, b]];
  while (stack.length > 0) {
    const [x, y] = stack.pop() as [R.LispObject, R.LispObject];
    if (R.eql(x, y)) continue;
    if (paired.has(x)) {
      if (paired.get(x) !== y) return false;
      continue;
    }
    if (typeof x !== "object" || typeof y !== "object") return false;
    if (x.constructor !== y.constructor) return false;
    paired.set(x, y);
    const parts = partsOf(x);
    const others = partsOf(y);
    if (parts === null || others === null || parts.length !== others.length) return false;
    parts.forEach((part, i) => {
      stack.push([part, others[i] as R.LispObject]);
    });
  }
  return true;
}

function partsOf(x: R.LispObject): R.LispObject[] | null {
  if (x instanceof R.Cons) return [x.car, x.cdr];
  if (Array.isArray(x)) return x;
  if (x instanceof R.LispString) return Array.from(x.codes);
  if (x instanceof R.BitVector) return Array.from(x.bits);
  if (x instanceof R.ArrayHeader) return [...x.dimensions, x.data];
  if (x instanceof R.Instance) return x.slots;
  if (x instanceof R.Pathname) return Array.from(x.namestring, (c) => c.codePointAt(0)!);
  if (ArrayBuffer.isView(x)) {
    return Array.from(x as unknown as ArrayLike<number>, (value) =>
      typeof value === "number" ? new R.DoubleFloat(value) : value,
    );
  }
  const isUninterned = x instanceof R.LispSymbol && x.package === null;
  return isUninterned ? Array.from(x.name, (c) => c.codePointAt(0)!) : null;
}

function codes(text: string): string {
  return Array.from(text, (character) => character.codePointAt(0)).join(".");
}

function bits(x: R.SingleFloat | R.DoubleFloat): string {
  const view = new DataView(new ArrayBuffer(8));
  if (x instanceof R.SingleFloat) {
    view.setFloat32(0, x.value);
    return `s${view.getUint32(0)}`;
  }
  view.setFloat64(0, x.value);
  return `d${view.getBigUint64(0)}`;
}

/** The same words for a datum as sbcl-reader.lisp has. */
function describe(x: R.LispObject): string {
  if (R.isInteger(x)) return `i${x}`;
  if (x instanceof R.Ratio) return `r${x.num}/${x.den}`;
  if (x instanceof R.SingleFloat || x instanceof R.DoubleFloat) return bits(x);
  if (x instanceof R.Complex) return `C(${describe(x.re)} ${describe(x.im)})`;
  if (x === R.NIL) return "nil";
  if (x instanceof R.LispSymbol) return `y${x.package?.name ?? "#"}:${codes(x.name)}`;
  if (x instanceof R.Char) return `c${x.code}`;
  if (x instanceof R.LispString) return `t${Array.from(x.codes).join(".")}`;
  if (x instanceof R.Cons) return `(${describe(x.car)} . ${describe(x.cdr)})`;
  if (x instanceof R.BitVector) return `b${x.bits.join("")}`;
  if (Array.isArray(x)) return `v(${x.map(describe).join(" ")})`;
  if (x instanceof R.Pathname) return "pathname";
  if (!(x instanceof R.ArrayHeader)) return "other";
  return `a${x.dimensions.length === 0 ? "NIL" : `(${x.dimensions.join(" ")})`}`;
}

/** How this reader answers to one line, in the words of the oracle. */
export function answer(line: string): string {
  const context = freshContext();
  try {
    const result = R.readForm(line, 0, context);
    return result === null ? "incomplete" : describe(result.datum);
  } catch (error) {
    if (!(error instanceof R.ReaderError)) throw error;
    return error.incomplete ? "incomplete" : "error";
  }
}

/** Whether SBCL is installed. */
export const hasSbcl = spawnSync("sbcl", ["--version"]).status === 0;

/** How SBCL answers to each line: what it reads, or what it evaluates that to. */
export function askSbcl(lines: readonly string[], mode: "read" | "eval"): string[] {
  const directory = mkdtempSync(join(tmpdir(), "astralisp-reader-"));
  try {
    const file = join(directory, "lines");
    writeFileSync(file, `${lines.join("\n")}\n`);
    const script = fileURLToPath(new URL("sbcl-reader.lisp", import.meta.url));
    const args = ["--script", script, mode, file];
    const run = spawnSync("sbcl", args, { encoding: "utf8", timeout: 60_000 });
    if (run.status !== 0) throw new Error(`sbcl failed: ${run.stdout}${run.stderr}`);
    return run.stdout.trimEnd().split("\n");
  } finally {
    rmSync(directory, { recursive: true });
  }
}
