/** Loading files: form by form from source, or all at once from the cache. */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { Script } from "node:vm";
import {
  type LispObject,
  type LispPackage,
  LispSymbol,
  Reader,
  ReaderError,
  Source,
} from "@astralisp/reader";
import { moduleText } from "./compile-form.js";
import { CompileError, type LispPlace } from "./errors.js";
import type { LiteralTarget } from "./literals.js";
import { type Locate, locateByMap } from "./scripts.js";
import { encodeSourceMap, type SourceMapV3, takeMarks } from "./source-positions.js";
import { TopLevel } from "./top-level.js";
import type { Undefined } from "./undefined.js";
import type { World } from "./world.js";

/** A compiled file: an ES module whose default export loads it into a run time. */
export interface CompiledFile {
  readonly code: string;
  readonly map: SourceMapV3;
}

/** A module of compiled Lisp that is to be loaded. */
export interface ModuleOptions {
  /** The name of the script. */
  readonly name: string;
  /** Finds the Lisp places of its JavaScript. */
  readonly locate: Locate;
  /** What V8 made of the same text before. */
  readonly cached?: Buffer;
}

/** How a world loads files. */
export interface LoaderOptions {
  /** Where compiled files are kept; without it nothing is. */
  readonly cacheDirectory?: string;
  /** Identifies the compiler: what another one compiled is not used. */
  readonly compilerVersion?: string;
}

/** Loads files into one world, and knows what has gone into it so far. */
export class Loader {
  readonly world: World;
  private readonly cacheDirectory: string | undefined;
  /** Hash of all that was loaded: macros may depend on any of it. */
  private state: string;

  constructor(world: World, options: LoaderOptions = {}) {
    this.world = world;
    this.cacheDirectory =
      options.compilerVersion === undefined ? undefined : options.cacheDirectory;
    this.state = options.compilerVersion ?? "";
    world.readForms = (name) => readForms(world, name);
  }

  /** Identifies all that was loaded, and the compiler. */
  get fingerprint(): string {
    return this.state;
  }

  /** Notes that the world was changed by `text`. */
  noteChange(text: string): void {
    this.state = hash(this.state, text);
  }

  /** Loads the file `path`; messages call it `name`. */
  loadFile(path: string, name = path): void {
    this.loadSource(new Source(readFileSync(path, "utf8"), name));
  }

  loadSource(source: Source): void {
    this.noteChange(`${source.name}\n${source.text}`);
    if (this.cacheDirectory === undefined) {
      this.compileSource(source);
      return;
    }
    const label = cacheLabel(source.name);
    const key = join(this.cacheDirectory, label + this.state);
    const cached = readIfThere(`${key}.mjs`);
    if (cached !== null) return this.loadCompiled(key, cached);
    this.world.undefinedReferences.record();
    const compiled = this.compileSource(source);
    mkdirSync(this.cacheDirectory, { recursive: true });
    const missing = this.world.undefinedReferences.takeRecorded();
    writeAtomically(`${key}.undefined`, JSON.stringify(missing.map(mentionOf)));
    writeAtomically(`${key}.mjs.map`, JSON.stringify(compiled.map));
    const code = `${compiled.code}//# sourceMappingURL=${basename(key)}.mjs.map\n`;
    writeAtomically(`${key}.mjs`, code);
    prune(this.cacheDirectory, label);
  }

  /** Compiles and loads the file `path`, form by form. */
  compileFile(path: string, name = path): CompiledFile {
    return this.compileSource(new Source(readFileSync(path, "utf8"), name));
  }

  /** Compiles and loads `source`, form by form. */
  compileSource(source: Source): CompiledFile {
    const { world } = this;
    const forms: string[] = [];
    const uninterned = world.uninternedTable();
    const target: LiteralTarget = { kind: "file", uninterned: new Map() };
    const reader = new Reader(source, world.readerContext());
    const topLevel = new TopLevel(world, {
      target: () => target,
      sourceMap: reader.sourceMap,
      mode: "file",
      keep: (code) => forms.push(code),
      run: (code) => {
        forms.push(code);
        return world.runForm(code, target, { source, uninterned });
      },
    });
    const next = () => nextForm(world, reader);
    const process = (form: LispObject) => located(source, () => topLevel.process(form));
    this.keepPackage(() =>
      world.tolerating(false, () => {
        for (let form = next(); form !== undefined; form = next()) process(form);
      }),
    );
    const module = takeMarks(moduleText(forms, source.name, world.runTime));
    const map = encodeSourceMap(module.mappings, source, source.name);
    return { code: module.code, map };
  }

  private keepPackage(body: () => void): void {
    const { world } = this;
    const outer: LispPackage = world.currentPackage;
    try {
      body();
    } finally {
      world.currentPackage = outer;
    }
  }

  /** Loads `code`, a module that `compileSource` made, into the world. */
  loadModule(code: string, { name, locate, cached }: ModuleOptions): Script {
    const { world } = this;
    world.scripts.register(locate, name);
    const text = code.replace("export default function load", "(function load");
    const script = `"use strict";${text.slice(0, text.lastIndexOf("}"))}})`;
    const run = world.scripts.run(script, name, cached);
    this.keepPackage(() => {
      world.mv.n = 1;
      (run.value as (runTime: unknown) => void)(world.runTime);
    });
    return run.script;
  }

  private loadCompiled(key: string, code: string): void {
    const { world } = this;
    const locate = locateByMap(() =>
      JSON.parse(readIfThere(`${key}.mjs.map`) ?? '{"sources": [], "mappings": ""}'),
    );
    const cached = readOctetsIfThere(`${key}.v8`);
    const script = this.loadModule(code, {
      name: `astralisp:${basename(key)}`,
      locate,
      ...(cached === undefined ? {} : { cached }),
    });
    for (const { kind, symbol, place } of readMentions(`${key}.undefined`)) {
      const mentioned = world.registry.find(symbol[0])?.lookup(symbol[1]);
      if (mentioned !== undefined) {
        world.undefinedReferences.note(kind, mentioned, () => place);
      }
    }
    if (cached === undefined || script.cachedDataRejected) {
      writeAtomically(`${key}.v8`, script.createCachedData());
    }
  }
}

/** An undefined reference as the cache keeps it. */
interface Mention {
  readonly kind: Undefined["kind"];
  readonly symbol: readonly [string, string];
  readonly place: LispPlace | null;
}

function mentionOf({ kind, symbol, place }: Undefined): Mention {
  return { kind, symbol: [symbol.package?.name ?? "", symbol.name], place };
}

function readMentions(path: string): readonly Mention[] {
  return JSON.parse(readIfThere(path) ?? "[]");
}

/** How many compiled versions of a file are kept. */
const KEPT_VERSIONS = 6;

/** Removes all but the newest entries of the cache whose names begin with `prefix`. */
function prune(directory: string, prefix: string): void {
  const keys = readdirSync(directory)
    .filter((name) => name.startsWith(prefix) && name.endsWith(".mjs"))
    .map((name) => join(directory, name.slice(0, -".mjs".length)));
  if (keys.length <= KEPT_VERSIONS) return;
  const age = (key: string) => statSync(`${key}.mjs`, { throwIfNoEntry: false })?.mtimeMs;
  const old = keys.sort((a, b) => (age(b) ?? 0) - (age(a) ?? 0)).slice(KEPT_VERSIONS);
  for (const key of old) {
    for (const suffix of [".mjs", ".mjs.map", ".undefined", ".v8"]) {
      rmSync(key + suffix, { force: true });
    }
  }
}

/** The last parts of a path, to begin the names of its compiled versions with. */
function cacheLabel(path: string): string {
  return `${path.split("/").slice(-3).join("-")}-`;
}

function readOctetsIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** The text of a file, or null: another process may have removed it. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function hash(...parts: string[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part).update("\0");
  return digest.digest("hex").slice(0, 32);
}

export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

/** The next form, read in the current package, or undefined at the end. */
function nextForm(world: World, reader: Reader): LispObject | undefined {
  reader.context.package = world.currentPackage;
  return reader.next()?.datum;
}

/** Adds the place to a CompileError that `body` throws. */
function located<R>(source: Source, body: () => R): R {
  try {
    return body();
  } catch (error) {
    if (error instanceof CompileError && error.position >= 0) {
      const { line, column } = source.place(error.position);
      throw new CompileError(`${source.name}:${line}:${column}: ${error.message}`, -1);
    }
    throw error;
  }
}

/** All forms of a file, as `%js-read-forms` answers them; IN-PACKAGE forms are obeyed. */
function readForms(world: World, name: string): LispObject[] {
  const reader = new Reader(
    new Source(readFileSync(name, "utf8"), name),
    world.readerContext(),
    { sourceMap: null },
  );
  const forms: LispObject[] = [];
  for (;;) {
    const read = reader.next();
    if (read === null) return forms;
    forms.push(read.datum);
    const { datum } = read;
    if (typeof datum !== "object" || !("car" in datum)) continue;
    if (!(datum.car instanceof LispSymbol) || datum.car.name !== "IN-PACKAGE") continue;
    const designator = (datum.cdr as { car: LispObject }).car;
    const text =
      designator instanceof LispSymbol ? designator.name : world.textOf(designator);
    reader.context.package = world.requirePackage(text ?? "");
  }
}

/** The message of an error of loading, as people read it. */
export function formatLoadError(error: unknown): string {
  if (error instanceof ReaderError) return error.format();
  return error instanceof Error ? error.message : String(error);
}
