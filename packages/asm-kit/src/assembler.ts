/** The assembler and disassembler, written in Lisp, for JavaScript. */
import {
  Cons,
  type LispInteger,
  type LispObject,
  LispString,
  LispSymbol,
  list,
  listToArray,
  Reader,
} from "@astralisp/reader";
import { createLisp, type Lisp, LispError } from "@astralisp/runtime";

/** The processor's mode: the size of addresses in bits. */
export type Mode = 16 | 32 | 64;

/** How code is assembled. */
export interface AssembleOptions {
  /** 64 unless given. */
  readonly mode?: Mode;
  /** The address of the first octet, 0 unless given. */
  readonly origin?: LispInteger;
}

/** How code is disassembled. */
export interface DisassembleOptions {
  /** 64 unless given. */
  readonly mode?: Mode;
  /** The address of the first octet, 0 unless given. */
  readonly address?: LispInteger;
}

/** An assembled program: its octets, and the addresses of its labels in lower case. */
export interface AssembledProgram {
  readonly octets: Uint8Array;
  readonly labels: ReadonlyMap<string, LispInteger>;
}

/** One instruction of a listing. */
export interface ListedInstruction {
  /** A number; a bigint from 2^53 on. */
  readonly address: LispInteger;
  readonly length: number;
  /** Intel syntax; `(bad)` for an octet that begins no instruction. */
  readonly text: string;
}

/** Code that cannot be assembled. `form` is the text of the form that is to blame. */
export class AssemblyError extends Error {
  readonly form: string | null;
  constructor(message: string, form: string | null, cause: LispError) {
    super(message, { cause });
    this.name = "AssemblyError";
    this.form = form;
  }
}

/** An x86-64 assembler and disassembler. Made by `createAssembler`. */
export class Assembler {
  /** The Lisp it runs in. */
  readonly lisp: Lisp;

  constructor(lisp: Lisp) {
    this.lisp = lisp;
  }

  /** The octets of the LAP program `text`. Throws AssemblyError, ReaderError. */
  assemble(text: string, options: AssembleOptions = {}): Uint8Array {
    return this.assembleProgram(text, options).octets;
  }

  /** Like `assemble`, and answers where the labels are. */
  assembleProgram(
    text: string,
    { mode = 64, origin = 0 }: AssembleOptions = {},
  ): AssembledProgram {
    const forms = this.read(text);
    const name = "astralisp.asm:assemble-lap";
    const [octets, labels] = this.guard(() =>
      this.lisp.callValues(name, mode, origin, forms),
    );
    return { octets: octetsOf(octets), labels: labelsOf(labels) };
  }

  /** The instructions of `octets`. Never fails: what is no instruction reads `(bad)`. */
  disassemble(
    octets: Uint8Array,
    { mode = 64, address = 0 }: DisassembleOptions = {},
  ): ListedInstruction[] {
    const { lisp } = this;
    const name = "astralisp.asm:disassemble-octets";
    const lines = lisp.call(name, octets, 0, octets.length, address, mode);
    return listToArray(lines).map((line) => {
      const [at, length, text] = listToArray(line);
      // The casts hold by the contract of DISASSEMBLE-OCTETS.
      return { address: at as LispInteger, length: length as number, text: String(text) };
    });
  }

  private read(text: string): LispObject {
    const reader = new Reader(text, this.lisp.world.readerContext(), { sourceMap: null });
    const forms: LispObject[] = [];
    for (let read = reader.next(); read !== null; read = reader.next()) {
      forms.push(read.datum);
    }
    return list(forms);
  }

  private guard<R>(body: () => R): R {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof LispError) || error.condition === null) throw error;
      const { condition } = error;
      const { lisp } = this;
      const type = lisp.symbol("astralisp.asm:assembly-error");
      if (lisp.call("cl:type-of", condition) !== type) throw error;
      const form = lisp.call("astralisp.asm:assembly-error-form", condition);
      const message = lisp.call("astralisp.asm:assembly-error-message", condition);
      const isKnown = lisp.call("cl:not", form) === lisp.call("cl:not", true);
      throw new AssemblyError(String(message), isKnown ? lisp.print(form) : null, error);
    }
  }
}

function octetsOf(object: LispObject | undefined): Uint8Array {
  if (object instanceof Uint8Array) return object;
  throw new TypeError("the assembler answered no octets");
}

function labelsOf(alist: LispObject | undefined): ReadonlyMap<string, LispInteger> {
  const labels = new Map<string, LispInteger>();
  for (const entry of listToArray(alist ?? list([]))) {
    if (!(entry instanceof Cons)) continue;
    const { car, cdr } = entry;
    if (typeof cdr !== "number" && typeof cdr !== "bigint") continue;
    if (car instanceof LispSymbol) labels.set(car.name.toLowerCase(), cdr);
    else if (car instanceof LispString) labels.set(car.toString(), cdr);
  }
  return labels;
}

/** Loads the Lisp package ASTRALISP.ASM into `lisp`, once. */
export function loadAssembler(lisp: Lisp): void {
  if (lisp.world.registry.find("ASTRALISP.ASM") !== undefined) return;
  lisp.load(new URL("../dist/lisp/", import.meta.url));
}

/** Makes an assembler, in a Lisp of its own unless one is given. */
export function createAssembler(lisp: Lisp = createLisp()): Assembler {
  loadAssembler(lisp);
  return new Assembler(lisp);
}
