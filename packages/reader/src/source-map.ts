/**
 * Where each cons was read. The reader appends to flat arrays, which costs nothing to speak
 * of; the index by cons is made by the first question asked.
 */
import type { Cons, LispObject } from "./data.js";
import type { Source, Span } from "./source.js";

/** A cons as it was recorded, in `SourceMap.entries`. */
export interface SourceMapEntry {
  readonly cons: Cons;
  /** The whole list, if the cons begins one. */
  readonly list: Span | null;
  /** The datum in its car. */
  readonly element: Span;
  /** Made by backquote: the spans are those of the template it came from. */
  readonly derived: boolean;
}

const FIELDS = 5;

/** The spans of all conses, list elements and vector elements read from one source. */
export class SourceMap {
  readonly source: Source;
  private readonly conses: Cons[] = [];
  /** For each cons: start and end of its car, start and end of its list or -1, derived. */
  private readonly fields: number[] = [];
  private readonly tails = new Map<Cons, Span>();
  private readonly vectors = new Map<LispObject, readonly Span[]>();
  private readonly index = new Map<Cons, number>();
  private indexed = 0;
  constructor(source: Source) {
    this.source = source;
  }

  /** Notes that the datum in the car of `cons` is the text from `start` to `end`. */
  recordElement(cons: Cons, start: number, end: number): number {
    const at = this.conses.push(cons) - 1;
    this.fields.push(start, end, -1, -1, 0);
    return at;
  }

  /** Notes that the cons recorded as number `at` begins a list from `start` to `end`. */
  recordList(at: number, start: number, end: number): void {
    this.fields[at * FIELDS + 2] = start;
    this.fields[at * FIELDS + 3] = end;
  }

  /** Notes that `cons` was made for the template from `start` to `end`. */
  recordDerived(cons: Cons, start: number, end: number): void {
    this.conses.push(cons);
    this.fields.push(start, end, start, end, 1);
  }

  /** Notes where the atom after the dot is, whose cons is `cons`. */
  recordTail(cons: Cons, start: number, end: number): void {
    this.tails.set(cons, { start, end });
  }

  /** Notes where the elements of `vector` are. */
  recordVector(vector: LispObject, elements: readonly Span[]): void {
    this.vectors.set(vector, elements);
  }

  private at(cons: Cons): number | undefined {
    for (; this.indexed < this.conses.length; this.indexed++) {
      const known = this.conses[this.indexed]!;
      const exact = this.fields[this.indexed * FIELDS + 4] === 0;
      if (exact || !this.index.has(known)) this.index.set(known, this.indexed);
    }
    return this.index.get(cons);
  }

  private field(at: number, field: number): number {
    return this.fields[at * FIELDS + field]!;
  }

  /** The list that begins with `cons`; for a cons further on in a list, its element. */
  spanOf(cons: Cons): Span | null {
    const at = this.at(cons);
    if (at === undefined) return null;
    return this.listSpan(at) ?? this.elementSpan(at);
  }

  /** The datum in the car of `cons`: also that of an atom, which has no span of its own. */
  spanOfElement(cons: Cons): Span | null {
    const at = this.at(cons);
    return at === undefined ? null : this.elementSpan(at);
  }

  /** The atom in the cdr of `cons`, read after a dot. */
  spanOfTail(cons: Cons): Span | null {
    return this.tails.get(cons) ?? null;
  }

  /** Element `index` of a vector or array read from the source. */
  spanOfVectorElement(vector: LispObject, index: number): Span | null {
    return this.vectors.get(vector)?.[index] ?? null;
  }

  private elementSpan(at: number): Span {
    return { start: this.field(at, 0), end: this.field(at, 1) };
  }

  private listSpan(at: number): Span | null {
    const start = this.field(at, 2);
    return start < 0 ? null : { start, end: this.field(at, 3) };
  }

  /** Everything recorded, in the order of reading. */
  *entries(): Generator<SourceMapEntry> {
    for (let at = 0; at < this.conses.length; at++) {
      yield {
        cons: this.conses[at]!,
        list: this.listSpan(at),
        element: this.elementSpan(at),
        derived: this.field(at, 4) === 1,
      };
    }
  }
}
