/** Readtables: the syntax of each character, CLHS 2.1 and 23.2. */
import type { LispObject } from "./data.js";
import type { Reader } from "./reader.js";

/** Syntax types (CLHS 2.1.4), as numbers for speed. */
export const SYNTAX = {
  constituent: 0,
  nonTerminatingMacro: 1,
  singleEscape: 2,
  multipleEscape: 3,
  whitespace: 4,
  terminatingMacro: 5,
  invalid: 6,
} as const;

export type Syntax = (typeof SYNTAX)[keyof typeof SYNTAX];

export type ReadtableCase = "upcase" | "downcase" | "preserve" | "invert";

/**
 * Reads what follows a macro character. `code` is that character, `start` its offset; the
 * reader stands after it. Returns the datum, or undefined for none (a comment).
 */
export type MacroFunction = (
  reader: Reader,
  code: number,
  start: number,
) => LispObject | undefined;

/** Likewise for a dispatching pair; `argument` is the number between the two, or null. */
export type DispatchFunction = (
  reader: Reader,
  code: number,
  argument: number | null,
  start: number,
) => LispObject | undefined;

/** The syntax of every character; changing one readtable changes no other. */
export class Readtable {
  case: ReadtableCase = "upcase";
  /** The syntax of codes below 128; read only. */
  readonly ascii = new Uint8Array(128);
  private readonly others = new Map<number, Syntax>();
  private readonly macros = new Map<number, MacroFunction>();
  private readonly dispatch = new Map<number, Map<number, DispatchFunction>>();

  /** CLHS `copy-readtable`. */
  copy(): Readtable {
    const copy = new Readtable();
    copy.case = this.case;
    copy.ascii.set(this.ascii);
    for (const [code, syntax] of this.others) copy.others.set(code, syntax);
    for (const [code, macro] of this.macros) copy.macros.set(code, macro);
    for (const [code, table] of this.dispatch) copy.dispatch.set(code, new Map(table));
    return copy;
  }

  /** The syntax type of the character `code`. */
  syntax(code: number): Syntax {
    if (code < 128) return this.ascii[code] as Syntax;
    return this.others.get(code) ?? SYNTAX.constituent;
  }

  /** Sets the syntax type alone; a character that is no macro loses its function. */
  setSyntax(code: number, syntax: Syntax): void {
    if (code < 128) this.ascii[code] = syntax;
    else this.others.set(code, syntax);
    if (syntax !== SYNTAX.terminatingMacro && syntax !== SYNTAX.nonTerminatingMacro) {
      this.macros.delete(code);
      this.dispatch.delete(code);
    }
  }

  /** CLHS `get-macro-character`: the function, or undefined. */
  macro(code: number): MacroFunction | undefined {
    return this.macros.get(code);
  }

  /** CLHS `set-macro-character`. */
  setMacro(code: number, macro: MacroFunction, nonTerminating = false): void {
    this.dispatch.delete(code);
    const { nonTerminatingMacro, terminatingMacro } = SYNTAX;
    this.setSyntax(code, nonTerminating ? nonTerminatingMacro : terminatingMacro);
    this.macros.set(code, macro);
  }

  /** CLHS `make-dispatch-macro-character`; `macro` reads the number and dispatches. */
  makeDispatch(code: number, macro: MacroFunction, nonTerminating = false): void {
    this.setMacro(code, macro, nonTerminating);
    this.dispatch.set(code, new Map());
  }

  /** Whether `code` is a dispatching macro character. */
  isDispatch(code: number): boolean {
    return this.dispatch.has(code);
  }

  /** CLHS `get-dispatch-macro-character`; sub-characters have no case. */
  dispatchMacro(code: number, subCode: number): DispatchFunction | undefined {
    return this.dispatch.get(code)?.get(upperCode(subCode));
  }

  /**
   * CLHS `set-dispatch-macro-character`; null removes. Throws a RangeError if `code` does
   * not dispatch, or if `subCode` is a decimal digit.
   */
  setDispatchMacro(code: number, subCode: number, macro: DispatchFunction | null): void {
    const table = this.dispatch.get(code);
    if (table === undefined) {
      throw new RangeError(`${String.fromCodePoint(code)} is no dispatching character`);
    }
    if (subCode >= 48 && subCode <= 57) {
      throw new RangeError("a digit cannot be a dispatch sub-character");
    }
    if (macro === null) table.delete(upperCode(subCode));
    else table.set(upperCode(subCode), macro);
  }

  /** CLHS `set-syntax-from-char`: `code` becomes what `fromCode` is in `from`. */
  setSyntaxFrom(code: number, fromCode: number, from: Readtable): void {
    const macro = from.macros.get(fromCode);
    const dispatch = from.dispatch.get(fromCode);
    const copied = dispatch === undefined ? undefined : new Map(dispatch);
    this.setSyntax(code, from.syntax(fromCode));
    if (macro === undefined) this.macros.delete(code);
    else this.macros.set(code, macro);
    if (copied === undefined) this.dispatch.delete(code);
    else this.dispatch.set(code, copied);
  }
}

/** The upper case of an ASCII letter, other codes unchanged. */
function upperCode(code: number): number {
  return code >= 97 && code <= 122 ? code - 32 : code;
}
