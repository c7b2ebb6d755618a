/** Compiled systems: what a package publishes of its Lisp, made once and loaded anywhere. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { Source } from "@astralisp/reader";
import { CompileError } from "./errors.js";
import { Loader, readIfThere, writeAtomically } from "./files.js";
import { locateByMap } from "./scripts.js";
import type { SourceMapV3 } from "./source-positions.js";
import { exportPrimitiveNames, readSystem } from "./system.js";
import { World } from "./world.js";

/** The file that says what is in the folder of a compiled system. */
const MANIFEST = "system.json";

/** A file of a compiled system: a path without its ending, and what it was made from. */
interface CompiledPart {
  readonly path: string;
  readonly fingerprint: string;
}

/** A compiled system, in the order its files are to be loaded. */
interface Manifest {
  readonly system: string;
  /** Names that ASTRALISP.PRIMITIVES exports on every host. */
  readonly primitives: readonly string[];
  readonly files: readonly CompiledPart[];
}

/** How a system is compiled. */
export interface BuildOptions {
  /** The system definition, an `.asd` file. */
  readonly definition: string;
  /** The folder the compiled files go to. */
  readonly output: string;
  /** Folders of the compiled systems that must be loaded before, in order. */
  readonly after: readonly string[];
  /** Identifies the compiler: what another one compiled is made anew. */
  readonly compilerVersion: string;
}

/** How many files a system has, and how many of them had to be compiled. */
export interface BuildResult {
  readonly files: number;
  readonly compiled: number;
}

/**
 * Compiles the files of a system to JavaScript modules with source maps. A file is kept as
 * it is while neither it nor anything loaded before it has changed.
 */
export function buildSystem(options: BuildOptions): BuildResult {
  const { definition, after, compilerVersion } = options;
  const output = resolve(options.output);
  const world = new World();
  const loader = new Loader(world, { compilerVersion });
  for (const folder of after) {
    loadManifest(loader, folder);
    const { files } = readManifest(folder);
    loader.noteChange(files.at(-1)?.fingerprint ?? folder);
  }
  const system = readSystem(definition, world.readerContext());
  const old = new Map<string, string>();
  if (readIfThere(join(output, MANIFEST)) !== null) {
    for (const part of readManifest(output).files) old.set(part.path, part.fingerprint);
  }
  const root = dirname(resolve(definition));
  const names = join(root, "primitives.lisp-expr");
  const primitives = exportPrimitiveNames(loader, names);
  loader.noteChange(primitives.join(" "));
  const files: CompiledPart[] = [];
  let compiled = 0;
  for (const file of system.files) {
    const path = relative(root, file)
      .split(sep)
      .join("/")
      .replace(/\.lisp$/, "");
    const source = new Source(readFileSync(file, "utf8"), `${system.name}/${path}.lisp`);
    loader.noteChange(`${source.name}\n${source.text}`);
    const { fingerprint } = loader;
    if (old.get(path) !== fingerprint || !loadPart(loader, output, path)) {
      compiled++;
      compilePart(loader, { source, file, output, path });
    }
    files.push({ path, fingerprint });
  }
  const manifest: Manifest = { system: system.name, primitives, files };
  if (files.length !== old.size || compiled > 0) {
    writeAtomically(join(output, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
    removeOthers(output, files);
  }
  return { files: files.length, compiled };
}

function compilePart(
  loader: Loader,
  {
    source,
    file,
    output,
    path,
  }: Record<"file" | "output" | "path", string> & {
    source: Source;
  },
): void {
  const { code, map } = loader.compileSource(source);
  const target = join(output, `${path}.js`);
  mkdirSync(dirname(target), { recursive: true });
  const from = relative(dirname(target), file).split(sep).join("/");
  const published = { ...map, sources: [from] };
  const name = path.slice(path.lastIndexOf("/") + 1);
  writeAtomically(`${target}.map`, `${JSON.stringify(published)}\n`);
  writeAtomically(target, `${code}//# sourceMappingURL=${name}.js.map\n`);
}

/** Removes what files that the system no longer has left behind. */
function removeOthers(output: string, files: readonly CompiledPart[]): void {
  const wanted = new Set(files.flatMap(({ path }) => [`${path}.js`, `${path}.js.map`]));
  for (const entry of readdirSync(output, { recursive: true, encoding: "utf8" })) {
    const path = entry.split(sep).join("/");
    if (/\.js(\.map)?$/.test(path) && !wanted.has(path)) rmSync(join(output, entry));
  }
}

function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  const text = readIfThere(path);
  if (text === null) throw new CompileError(`no compiled system is in ${folder}`, -1);
  // The cast holds for what `buildSystem` wrote; nobody else writes these files.
  return JSON.parse(text) as Manifest;
}

/** Loads one compiled file; whether it was there. */
function loadPart(loader: Loader, folder: string, path: string): boolean {
  const name = join(folder, `${path}.js`);
  const code = readIfThere(name);
  if (code === null) return false;
  const locate = locateByMap(() => readMap(name));
  loader.loadModule(code, { name, locate });
  return true;
}

/** The source map of the compiled file `name`, its sources as absolute paths. */
function readMap(name: string): SourceMapV3 {
  const text = readIfThere(`${name}.map`);
  if (text === null) return { version: 3, sources: [], names: [], mappings: "" };
  const map = JSON.parse(text) as SourceMapV3;
  return { ...map, sources: map.sources.map((path) => resolve(dirname(name), path)) };
}

function loadManifest(loader: Loader, folder: string): void {
  const { primitives, files } = readManifest(folder);
  for (const name of primitives) loader.world.primitiveSymbol(name);
  for (const { path } of files) {
    if (loadPart(loader, folder, path)) continue;
    throw new CompileError(`the compiled file ${path}.js is missing in ${folder}`, -1);
  }
}

/** Loads the compiled system in `folder`; those it needs must have been loaded before. */
export function loadCompiledSystem(world: World, folder: string | URL): void {
  const path = typeof folder === "string" ? folder : fileURLToPath(folder);
  world.guard(() => loadManifest(new Loader(world), resolve(path)));
}
