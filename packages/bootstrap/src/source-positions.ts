/** Places in generated code and the offsets in Lisp source they come from; source maps. */
import type { Source } from "@astralisp/reader";

/** Line and column, from 0, in generated code, with an offset in the source. */
export interface Mapping {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Generated code and its mappings, in the order of the code. */
export interface MappedCode {
  readonly code: string;
  readonly mappings: readonly Mapping[];
}

/** Takes the marks of the emitter out of `text`. */
export function takeMarks(text: string): MappedCode {
  const mappings: Mapping[] = [];
  let code = "";
  let line = 0;
  let column = 0;
  let from = 0;
  for (let at = text.indexOf("\x01"); at >= 0; at = text.indexOf("\x01", from)) {
    const piece = text.slice(from, at);
    code += piece;
    const lines = piece.split("\n");
    line += lines.length - 1;
    column = lines.length > 1 ? lines.at(-1)!.length : column + piece.length;
    const end = text.indexOf("\x02", at);
    mappings.push({ line, column, offset: Number(text.slice(at + 1, end)) });
    from = end + 1;
  }
  return { code: code + text.slice(from), mappings };
}

/** The offset of the last mapping at or before a place in the code, or -1. */
export function offsetAt(
  mappings: readonly Mapping[],
  line: number,
  column: number,
): number {
  let low = 0;
  let high = mappings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const m = mappings[middle]!;
    if (m.line < line || (m.line === line && m.column <= column)) low = middle + 1;
    else high = middle;
  }
  const found = mappings[low - 1];
  return found === undefined ? -1 : found.offset;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += BASE64[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

/** A source map, version 3. */
export interface SourceMapV3 {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** The source map of `mappings`, whose offsets are in `source`. */
export function encodeSourceMap(
  mappings: readonly Mapping[],
  source: Source,
  name: string,
): SourceMapV3 {
  let text = "";
  let [line, column, sourceLine, sourceColumn] = [0, 0, 0, 0];
  let first = true;
  for (const mapping of mappings) {
    if (mapping.line > line) {
      text += ";".repeat(mapping.line - line);
      [line, column, first] = [mapping.line, 0, true];
    }
    const place = source.place(mapping.offset);
    if (!first) text += ",";
    text += vlq(mapping.column - column) + vlq(0);
    text += vlq(place.line - 1 - sourceLine) + vlq(place.column - 1 - sourceColumn);
    [column, sourceLine, sourceColumn] = [
      mapping.column,
      place.line - 1,
      place.column - 1,
    ];
    first = false;
  }
  return { version: 3, sources: [name], names: [], mappings: text };
}

/** A place of a decoded source map: all from 0. */
export interface DecodedMapping {
  readonly line: number;
  readonly column: number;
  readonly sourceLine: number;
  readonly sourceColumn: number;
}

/** The mappings of a source map that `encodeSourceMap` made. */
export function decodeSourceMap(map: SourceMapV3): DecodedMapping[] {
  const result: DecodedMapping[] = [];
  let [sourceLine, sourceColumn] = [0, 0];
  map.mappings.split(";").forEach((text, line) => {
    let column = 0;
    if (text === "") return;
    for (const segment of text.split(",")) {
      const [c, , l, s] = decodeSegment(segment);
      column += c!;
      sourceLine += l!;
      sourceColumn += s!;
      result.push({ line, column, sourceLine, sourceColumn });
    }
  });
  return result;
}

function decodeSegment(segment: string): number[] {
  const values: number[] = [];
  let shift = 0;
  let value = 0;
  for (const character of segment) {
    const digit = BASE64.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    values.push(value & 1 ? -(value >>> 1) : value >>> 1);
    [shift, value] = [0, 0];
  }
  return values;
}
