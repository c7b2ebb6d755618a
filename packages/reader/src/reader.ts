/**
 * The reader algorithm of CLHS 2.2. One Reader reads one text, form after form; what it
 * knows of its surroundings is in a ReaderContext, which may change between two forms.
 */
import { Cons, type LispObject, NIL } from "./data.js";
import type { Label } from "./labels.js";
import type { ReaderContext } from "./reader-context.js";
import { ReaderError, type ReaderErrorCode } from "./reader-error.js";
import type { Readtable } from "./readtable.js";
import { SYNTAX } from "./readtable.js";
import { Source, type Span } from "./source.js";
import { SourceMap } from "./source-map.js";
import { isDots, readToken, tokenEnd } from "./token.js";

/** A datum and the text it was read from. */
export interface ReadResult {
  readonly datum: LispObject;
  readonly span: Span;
}

/** How a Reader works. */
export interface ReaderOptions {
  /** Where to record spans: a new map by default, null for nowhere. */
  readonly sourceMap?: SourceMap | null;
  /** The first offset to read; 0 by default. */
  readonly position?: number;
  /** How deep data may be nested: 1000 by default, which any JavaScript stack bears. */
  readonly maxDepth?: number;
}

/** What an error says apart from its code and message. */
export interface FailureDetails {
  readonly start: number;
  readonly end?: number;
  readonly label?: string;
  readonly help: string;
}

/** Reads the data of one text. Macro functions get it as their stream. */
export class Reader {
  readonly source: Source;
  readonly text: string;
  readonly context: ReaderContext;
  readonly sourceMap: SourceMap | null;
  /** The offset of the next character to read. */
  position: number;
  /** `*read-suppress*`: read over the text, make nothing of it. */
  suppress = false;
  /** A number for each backquote that is open here, those closed by commas left out. */
  backquotes: number[] = [];
  /** How many backquotes were read so far, to number them. */
  backquoteCount = 0;
  /** The `#n=` labels of the form being read. */
  labels: Map<number, Label> | null = null;
  /** Where the last datum that was read starts. */
  datumStart = 0;
  /** Set by a macro function that leaves `datumStart` to the datum it read last. */
  keepStart = false;
  private depth = 0;
  private readonly maxDepth: number;
  private ascii: Uint8Array;
  private table: Readtable;

  constructor(
    source: Source | string,
    context: ReaderContext,
    options: ReaderOptions = {},
  ) {
    this.source = typeof source === "string" ? new Source(source) : source;
    this.text = this.source.text;
    this.context = context;
    const { sourceMap, position, maxDepth } = options;
    this.sourceMap = sourceMap === undefined ? new SourceMap(this.source) : sourceMap;
    this.position = position ?? 0;
    this.maxDepth = maxDepth ?? 1000;
    this.table = context.readtable;
    this.ascii = this.table.ascii;
  }

  /**
   * The next form of the text, or null at its end. Throws a ReaderError; the position is
   * then where reading stopped.
   */
  next(): ReadResult | null {
    this.refresh();
    this.depth = 0;
    this.backquotes = [];
    this.keepStart = false;
    this.labels = null;
    this.suppress = false;
    for (;;) {
      if (!this.skipWhitespace()) return null;
      const datum = this.readOne();
      if (datum === undefined) continue;
      return { datum, span: { start: this.datumStart, end: this.position } };
    }
  }

  /** Takes over a readtable that the context has been given in the middle of a form. */
  refresh(): void {
    this.table = this.context.readtable;
    this.ascii = this.table.ascii;
  }

  /** The character code at the position, -1 at the end of the text. */
  peekCode(): number {
    return this.text.codePointAt(this.position) ?? -1;
  }

  /** Likewise, and passes it. */
  nextCode(): number {
    const code = this.text.codePointAt(this.position) ?? -1;
    if (code >= 0) this.position += code > 0xffff ? 2 : 1;
    return code;
  }

  /** Passes whitespace; whether there is anything after it. */
  skipWhitespace(): boolean {
    const { text, ascii } = this;
    let at = this.position;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const syntax = code < 128 ? ascii[code] : this.table.syntax(code);
      if (syntax !== SYNTAX.whitespace) break;
    }
    this.position = at;
    return at < text.length;
  }

  /**
   * The next datum, which must exist: `what` says for whom it is read, from `opener` on.
   */
  read(what: string, opener: number): LispObject {
    for (;;) {
      if (!this.skipWhitespace()) this.failAtEnd(what, opener);
      const datum = this.readOne();
      if (datum !== undefined) return datum;
    }
  }

  /** Reads from a position that is not at whitespace: a datum, or undefined for none. */
  readOne(): LispObject | undefined {
    const start = this.position;
    const code = this.peekCode();
    const syntax = code < 128 ? this.ascii[code] : this.table.syntax(code);
    if (syntax !== SYNTAX.terminatingMacro && syntax !== SYNTAX.nonTerminatingMacro) {
      const token = readToken(this, this.table, this.ascii);
      this.datumStart = start;
      return token;
    }
    const macro = this.table.macro(code);
    if (macro === undefined) {
      const help = "give it one with set-macro-character";
      this.fail("R0013", "a macro character has no function", { start, help });
    }
    this.nextCode();
    if (++this.depth > this.maxDepth) this.failTooDeep(start);
    const datum = macro(this, code, start);
    this.depth--;
    if (this.keepStart) this.keepStart = false;
    else this.datumStart = start;
    return datum;
  }

  /** Whether the token `.` stands at the position. */
  private atDot(): boolean {
    if (this.text.charCodeAt(this.position) !== 46) return false;
    return (
      isDots(this.text, this.position, this.position + 1) &&
      tokenEnd(this, this.table, this.ascii) === this.position + 1
    );
  }

  /**
   * The elements up to the character `close`, as a list; `start` is where it was opened.
   */
  readList(close: number, start: number): LispObject {
    const map = this.suppress ? null : this.sourceMap;
    let head: LispObject = NIL;
    let last: Cons | null = null;
    let first = -1;
    for (;;) {
      if (!this.skipWhitespace()) this.failAtEnd("a list", start);
      if (this.peekCode() === close) break;
      if (this.atDot()) {
        this.readTail(last, close, start);
        break;
      }
      const datum = this.readOne();
      if (datum === undefined) continue;
      const cons = new Cons(datum, NIL);
      const at = map?.recordElement(cons, this.datumStart, this.position) ?? -1;
      if (last === null) {
        head = cons;
        first = at;
      } else {
        last.cdr = cons;
      }
      last = cons;
    }
    this.nextCode();
    if (first >= 0) map?.recordList(first, start, this.position);
    return head;
  }

  /** The elements up to `close`, with their spans; no dots. */
  readElements(close: number, start: number): { items: LispObject[]; spans: Span[] } {
    const items: LispObject[] = [];
    const spans: Span[] = [];
    for (;;) {
      if (!this.skipWhitespace()) this.failAtEnd("a vector", start);
      if (this.peekCode() === close) break;
      const datum = this.readOne();
      if (datum === undefined) continue;
      items.push(datum);
      spans.push({ start: this.datumStart, end: this.position });
    }
    this.nextCode();
    return { items, spans };
  }

  /** What follows a dot: one datum and the closing character. */
  private readTail(last: Cons | null, close: number, start: number): void {
    const dot = this.position;
    if (dot + 1 >= this.text.length) this.failAtEnd("a list", start);
    if (last === null && !this.suppress) {
      const help = "put a datum before the dot";
      this.fail("R0003", "nothing stands before the dot in a list", { start: dot, help });
    }
    this.position++;
    const at = () => this.skipWhitespace() && this.peekCode() === close;
    let datum: LispObject | undefined;
    for (;;) {
      if (at()) {
        const help = "put one datum after the dot";
        const message = "nothing stands after the dot in a list";
        this.fail("R0003", message, { start: dot, help });
      }
      if (this.position >= this.text.length) this.failAtEnd("a list", start);
      datum = this.readOne();
      if (datum !== undefined) break;
    }
    if (last !== null) {
      last.cdr = datum;
      this.sourceMap?.recordTail(last, this.datumStart, this.position);
    }
    while (!at()) {
      const extra = this.position;
      if (extra >= this.text.length) this.failAtEnd("a list", start);
      if (this.readOne() === undefined || this.suppress) continue;
      const help = "put one datum after the dot";
      this.fail("R0003", "more than one datum follows the dot in a list", {
        start: extra,
        end: this.position,
        help,
      });
    }
  }

  /** Reads a datum in which commas have no backquote to belong to. */
  readOutsideBackquote(what: string, opener: number): LispObject {
    const outer = this.backquotes;
    this.backquotes = [];
    const datum = this.read(what, opener);
    this.backquotes = outer;
    return datum;
  }

  /** Throws a ReaderError for the text from `details.start` on. */
  fail(code: ReaderErrorCode, message: string, details: FailureDetails): never {
    const { start, help } = details;
    const end = Math.max(details.end ?? this.position, start);
    const label = details.label ?? "read here";
    const span = { start, end };
    throw new ReaderError({ code, message, source: this.source, span, label, help });
  }

  /** Throws R0001: `what`, which begins at `opener`, has no end. */
  failAtEnd(what: string, opener: number): never {
    this.position = this.text.length;
    this.fail("R0001", `the text ends inside ${what}`, {
      start: opener,
      end: opener + 1,
      label: "opened here",
      help: "finish it before the end of the text",
    });
  }

  private failTooDeep(start: number): never {
    const help = "nest less deeply, or raise maxDepth";
    this.fail("R0004", `data are nested more than ${this.maxDepth} deep`, {
      start,
      help,
    });
  }
}

/** All forms of `source`, and where everything in them is. */
export function readAll(
  source: Source | string,
  context: ReaderContext,
  options: ReaderOptions = {},
): { forms: ReadResult[]; sourceMap: SourceMap | null } {
  const reader = new Reader(source, context, options);
  const forms: ReadResult[] = [];
  for (let form = reader.next(); form !== null; form = reader.next()) forms.push(form);
  return { forms, sourceMap: reader.sourceMap };
}

/** The first form of `source` from `position` on, or null: `span.end` is where to go on. */
export function readForm(
  source: Source | string,
  position: number,
  context: ReaderContext,
  options: Omit<ReaderOptions, "position"> = {},
): ReadResult | null {
  return new Reader(source, context, { ...options, position }).next();
}
