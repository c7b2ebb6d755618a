/** The errors of the bootstrap. */
import type { LispObject } from "@astralisp/reader";

/** A form that cannot be compiled. `position` is an offset in its source, or -1. */
export class CompileError extends Error {
  readonly position: number;
  /** The code of the diagnostic that tells of it (docs/diagnostics.md). */
  readonly code: string;
  constructor(message: string, position: number, code = "C0001") {
    super(message);
    this.name = "CompileError";
    this.position = position;
    this.code = code;
  }
}

/** A place in a Lisp source. */
export interface LispPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A frame of a Lisp backtrace. */
export interface LispFrame {
  readonly name: string;
  readonly place: LispPlace | null;
}

/** Says where in `frame` the program was, for people. */
export function formatFrame(frame: LispFrame): string {
  const { place } = frame;
  return place === null
    ? frame.name
    : `${frame.name} (${place.file}:${place.line}:${place.column})`;
}

/** An error of a Lisp program that no handler took. */
export class LispError extends Error {
  /** What went wrong: the kind of an engine error, or `error`. */
  readonly kind: string;
  frames: readonly LispFrame[] = [];
  /** The condition object, where Lisp had made one. */
  condition: LispObject | null = null;
  constructor(kind: string, message: string) {
    super(message);
    this.name = "LispError";
    this.kind = kind;
  }
}

/** Thrown through the program when Lisp code calls `%exit`. */
export class ExitRequest extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit with ${code}`);
    this.name = "ExitRequest";
    this.code = code;
  }
}
