/** What can be wrong with a text, and how it is told. */
import { countCharacters, type Place, type Source, type Span } from "./source.js";

/** The codes of `ReaderError`, with what each of them says in general. */
export const READER_ERRORS = {
  R0001: "the text ends inside a datum",
  R0002: "a closing parenthesis closes nothing",
  R0003: "a dot stands where none may",
  R0004: "data are nested too deeply",
  R0005: "a comma is not inside a backquote",
  R0006: "a splice stands where there is no list",
  R0007: "a character cannot be part of a token",
  R0008: "the denominator of a ratio is zero",
  R0009: "a float does not fit its format",
  R0010: "package markers are misplaced",
  R0011: "a package does not export the symbol",
  R0012: "no package has that name",
  R0013: "a dispatch character is not defined",
  R0014: "the number after # is missing, too large or unwanted",
  R0015: "no character has that name",
  R0016: "a #n= label is missing, doubled or refers to itself",
  R0017: "the elements of a vector or array do not fit",
  R0018: "a feature expression is malformed",
  R0019: "#. is not allowed here",
  R0025: "a structure is malformed, or there is no reader for structures",
  R0026: "an unreadable object",
  R0027: "a rational in the given radix was expected",
  R0028: "a complex number is malformed",
  R0029: "a pathname is malformed",
} as const;

export type ReaderErrorCode = keyof typeof READER_ERRORS;

/** What `ReaderError` is made from. */
export interface ReaderErrorDetails {
  readonly code: ReaderErrorCode;
  readonly message: string;
  readonly source: Source;
  readonly span: Span;
  /** What is said under the carets; shorter than the message. */
  readonly label: string;
  readonly help: string;
}

/** Text that cannot be read: what is wrong, where, and what to do. */
export class ReaderError extends Error {
  readonly code: ReaderErrorCode;
  readonly source: Source;
  readonly span: Span;
  readonly label: string;
  readonly help: string;
  constructor(details: ReaderErrorDetails) {
    super(Array.from(details.message, visible).join(""));
    this.name = "ReaderError";
    this.code = details.code;
    this.source = details.source;
    this.span = details.span;
    this.label = details.label;
    this.help = Array.from(details.help, visible).join("");
  }

  /** Whether more text could make it right: a listener asks for another line. */
  get incomplete(): boolean {
    return this.code === "R0001";
  }

  get place(): Place {
    return this.source.place(this.span.start);
  }

  get line(): number {
    return this.place.line;
  }

  get column(): number {
    return this.place.column;
  }

  /** The whole message, with the excerpt and the help line. */
  format(): string {
    const { line, column } = this.place;
    const gutter = " ".repeat(String(line).length + 1);
    const { text, carets } = this.excerpt(line, column);
    return [
      `error[${this.code}]: ${this.message}`,
      `${gutter}--> ${this.source.name}:${line}:${column}`,
      `${gutter} |`,
      ` ${line} | ${text}`.trimEnd(),
      `${gutter} | ${carets} ${this.label}`.trimEnd(),
      `${gutter} = help: ${this.help}`,
    ].join("\n");
  }

  /** The line with the carets that go below it; a long line is cut around them. */
  private excerpt(line: number, column: number): { text: string; carets: string } {
    const characters = [...this.source.line(line)];
    const length = countCharacters(
      this.source.text.slice(this.span.start, this.span.end).split("\n", 1)[0]!,
    );
    const first = column > 80 ? column - 40 : 1;
    const shown = characters.slice(first - 1, first + 89).map(visible);
    const room = Math.max(1, shown.length - (column - first));
    const carets = "^".repeat(Math.max(1, Math.min(length, room)));
    return { text: shown.join(""), carets: " ".repeat(column - first) + carets };
  }
}

/** `character`, or a space or question mark for what would upset the columns. */
function visible(character: string): string {
  if (character === "\t") return " ";
  const code = character.codePointAt(0) as number;
  return code < 32 || (code >= 127 && code < 160) ? "?" : character;
}
