/** The native compiler, written in Lisp, for JavaScript. */
import { loadAssembler } from "@astralisp/asm-kit";
import { type LispObject, list, listToArray, Reader } from "@astralisp/reader";
import { createLisp, type Lisp, toLisp } from "@astralisp/runtime";

/** The passes whose output can be shown, in the order they run. */
export const PASSES = ["build", "optimize", "lower", "clean-up"] as const;

/** A pass of the compiler (docs/compiler.md). */
export type Pass = (typeof PASSES)[number];

/** A function compiled for x86-64. */
export interface CompiledFunction {
  /** Its name as text, `LAMBDA` for one without. */
  readonly name: string;
  /** Its machine code, not linked: addresses of cells and objects are 0. */
  readonly octets: Uint8Array;
  /** Address, instruction and what it refers to, line by line. */
  readonly listing: string;
  /** What each pass asked for made of it. */
  readonly passes: ReadonlyMap<Pass, string>;
  readonly warnings: readonly string[];
}

/** A compiled file: what the world linker and LOAD in the system read. */
export interface ObjectFile {
  readonly octets: Uint8Array;
  readonly warnings: readonly string[];
}

/** The native compiler. Made by `createCompiler`. */
export class Compiler {
  /** The Lisp it runs in; macros and types defined there are known to it. */
  readonly lisp: Lisp;

  constructor(lisp: Lisp) {
    this.lisp = lisp;
  }

  /**
   * Compiles the LAMBDA expression or DEFUN form in `text` to machine code. An error in
   * the form is among the warnings, and the code signals it when it runs.
   */
  compile(text: string, passes: readonly Pass[] = []): CompiledFunction {
    const { lisp } = this;
    const form = this.readForm(text);
    const names = passes.map((pass) => lisp.symbol(`:${pass}`));
    const call = "astralisp.compiler::compile-definition";
    const [name, octets, listing, shown, warnings] = listToArray(
      lisp.call(call, form, list(names)),
    );
    return {
      name: String(name),
      octets: octetsOf(octets),
      listing: String(listing),
      passes: splitPasses(String(shown)),
      warnings: texts(warnings),
    };
  }

  /**
   * Compiles the source `text` of a file called `name`. What its forms ask for at compile
   * time (macros, types, packages) is done in `lisp`.
   */
  objectFile(text: string, name = "file.lisp"): ObjectFile {
    const call = "astralisp.compiler::compile-text";
    const [octets, warnings] = listToArray(this.lisp.call(call, text, name));
    return { octets: octetsOf(octets), warnings: texts(warnings) };
  }

  private readForm(text: string): LispObject {
    const { world } = this.lisp;
    const read = new Reader(text, world.readerContext(), { sourceMap: null }).next();
    if (read === null) throw new TypeError("a form was expected, not nothing");
    return read.datum;
  }
}

function octetsOf(object: LispObject | undefined): Uint8Array {
  if (object instanceof Uint8Array) return object;
  throw new TypeError("the compiler answered no octets");
}

function texts(object: LispObject | undefined): string[] {
  return listToArray(object ?? toLisp(null)).map(String);
}

/** What a pass made begins with a line `;;; name`. */
function splitPasses(text: string): ReadonlyMap<Pass, string> {
  const passes = new Map<Pass, string>();
  let pass: Pass | undefined;
  for (const line of text.split("\n")) {
    const named = PASSES.find((name) => line === `;;; ${name}`);
    if (named !== undefined) {
      pass = named;
      passes.set(pass, passes.get(pass) ?? "");
    } else if (pass !== undefined && line !== "") {
      passes.set(pass, `${passes.get(pass)}${line}\n`);
    }
  }
  return passes;
}

/** Loads the Lisp packages of the compiler into `lisp`, once. */
export function loadCompiler(lisp: Lisp): void {
  if (lisp.world.registry.find("ASTRALISP.COMPILER") !== undefined) return;
  loadAssembler(lisp);
  lisp.load(new URL("../dist/lisp/", import.meta.url));
}

/** Makes a compiler, in a Lisp of its own unless one is given. */
export function createCompiler(lisp: Lisp = createLisp()): Compiler {
  loadCompiler(lisp);
  return new Compiler(lisp);
}
