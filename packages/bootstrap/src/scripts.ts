/** Compiled scripts: running them, and finding the Lisp places of JavaScript frames. */
import { Script } from "node:vm";
import type { Source } from "@astralisp/reader";
import type { LispFrame, LispPlace } from "./errors.js";
import {
  type DecodedMapping,
  decodeSourceMap,
  type Mapping,
  offsetAt,
  type SourceMapV3,
} from "./source-positions.js";

/** Finds the Lisp place of a place (line and column from 0) in a script. */
export type Locate = (line: number, column: number) => LispPlace | null;

/** Places in code that was compiled here. */
export function locateInSource(mappings: readonly Mapping[], source: Source): Locate {
  return (line, column) => {
    const offset = offsetAt(mappings, line, column);
    return offset < 0 ? null : { file: source.name, ...source.place(offset) };
  };
}

/** Places in code that was read from a cache; `map` is not read before it is needed. */
export function locateByMap(map: () => SourceMapV3): Locate {
  let decoded: { file: string; mappings: DecodedMapping[] } | null = null;
  return (line, column) => {
    if (decoded === null) {
      const read = map();
      decoded = { file: read.sources[0] ?? "", mappings: decodeSourceMap(read) };
    }
    const { file, mappings } = decoded;
    const found = mappings.findLast(
      (m) => m.line < line || (m.line === line && m.column <= column),
    );
    if (found === undefined) return null;
    return { file, line: found.sourceLine + 1, column: found.sourceColumn + 1 };
  };
}

/** The scripts of one world. */
export class Scripts {
  private readonly locators = new Map<string, Locate>();
  private readonly prefix: string;
  private count = 0;

  constructor(world: number) {
    this.prefix = `astralisp:${world}:`;
  }

  /**
   * A name for a new script whose places `locate` finds. Code from V8's cache keeps the
   * name it was first compiled under, so a cached script must bring its own.
   */
  register(locate: Locate, name = `${this.prefix}${++this.count}`): string {
    this.locators.set(name, locate);
    return name;
  }

  /** The value of the expression `code`, a script called `name`. */
  run(
    code: string,
    name: string,
    cachedData?: Buffer,
  ): { value: unknown; script: Script } {
    const script =
      cachedData === undefined
        ? new Script(code, { filename: name })
        : new Script(code, { filename: name, cachedData });
    return { value: script.runInThisContext(), script };
  }

  /** The Lisp frames among the frames of `error`, innermost first. */
  frames(error: Error): LispFrame[] {
    const frames: LispFrame[] = [];
    for (const site of callSites(error)) {
      const file = site.getFileName();
      const locate = file === null ? undefined : this.locators.get(file ?? "");
      if (locate === undefined) continue;
      const name = site.getFunctionName();
      if (name === null) {
        frames.push({ name: "LAMBDA", place: this.place(locate, site) });
      } else {
        frames.push({ name: displayName(name), place: this.place(locate, site) });
      }
    }
    return frames;
  }

  private place(locate: Locate, site: NodeJS.CallSite): LispPlace | null {
    return locate((site.getLineNumber() ?? 1) - 1, (site.getColumnNumber() ?? 1) - 1);
  }
}

/** `PACKAGE::NAME` stays as it is; the identifier of a local function is turned back. */
function displayName(name: string): string {
  if (/[A-Z:(]/.test(name)) return name;
  return name
    .replace(/\$\d+$/, "")
    .replaceAll("_", "-")
    .toUpperCase();
}

/** The structured stack of `error`, if nobody has formatted it before. */
function callSites(error: Error): NodeJS.CallSite[] {
  const outer = Error.prepareStackTrace;
  let found: NodeJS.CallSite[] = [];
  Error.prepareStackTrace = (thrown, sites) => {
    found = sites;
    return [String(thrown), ...sites.map((site) => `    at ${site}`)].join("\n");
  };
  try {
    // The first look at the stack formats it.
    return error.stack === undefined ? [] : found;
  } finally {
    Error.prepareStackTrace = outer;
  }
}

/** The frames of the place this is called from. */
export function captureError(limit = 1000): Error {
  const outer = Error.stackTraceLimit;
  Error.stackTraceLimit = limit;
  const error = new Error("backtrace");
  Error.stackTraceLimit = outer;
  return error;
}
