/** A text with a name, and offsets in it as lines and columns. */

/** A piece of a text: from `start` up to but not including `end`, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people count: line and column from 1, columns in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A text to read, with the name that messages call it by. */
export class Source {
  readonly name: string;
  readonly text: string;
  private lineStarts: number[] | null = null;
  constructor(text: string, name = "input") {
    this.text = text;
    this.name = name;
  }

  private starts(): readonly number[] {
    if (this.lineStarts !== null) return this.lineStarts;
    const starts = [0];
    let at = this.text.indexOf("\n");
    while (at >= 0) {
      starts.push(at + 1);
      at = this.text.indexOf("\n", at + 1);
    }
    this.lineStarts = starts;
    return starts;
  }

  /** The line (from 0) that holds `offset`. */
  private lineIndex(offset: number): number {
    const starts = this.starts();
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The line and column of `offset`. */
  place(offset: number): Place {
    const line = this.lineIndex(offset);
    const before = this.text.slice(this.starts()[line], offset);
    return { line: line + 1, column: countCharacters(before) + 1 };
  }

  /** The text of line `line`, counted from 1, without its end. */
  line(line: number): string {
    const starts = this.starts();
    const end = starts[line] ?? this.text.length + 1;
    return this.text.slice(starts[line - 1], end - 1).replace(/\r$/, "");
  }
}

/** The number of code points in `text`. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
