/** System definitions (`.asd`), read as data, and the loading of systems. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  Cons,
  featureHolds,
  type LispObject,
  LispString,
  LispSymbol,
  listToArray,
  NIL,
  Reader,
  type ReaderContext,
  Source,
} from "@astralisp/reader";
import { CompileError } from "./errors.js";
import type { Loader } from "./files.js";

/** A system: its files in order, and the systems it needs. */
export interface SystemDefinition {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly files: readonly string[];
}

function text(object: LispObject | undefined): string {
  if (object instanceof LispString) return object.toString();
  if (object instanceof LispSymbol) return object.name.toLowerCase();
  throw new CompileError("a name was expected in a system definition", -1);
}

/** The value of `key` in a property list. */
function option(items: readonly LispObject[], key: string): LispObject | undefined {
  for (let i = 0; i + 1 < items.length; i += 2) {
    const name = items[i];
    if (name instanceof LispSymbol && name.name === key) return items[i + 1];
  }
  return undefined;
}

function components(
  forms: LispObject | undefined,
  directory: string,
  context: ReaderContext,
): string[] {
  if (forms === undefined) return [];
  return listToArray(forms).flatMap((form) => {
    const [kind, name, ...options] = listToArray(form);
    const feature = option(options, "IF-FEATURE");
    if (feature !== undefined && featureHolds(feature, context.hasFeature) !== true) {
      return [];
    }
    if ((kind as LispSymbol).name === "MODULE") {
      const inner = join(directory, text(option(options, "PATHNAME") ?? name));
      return components(option(options, "COMPONENTS"), inner, context);
    }
    return [join(directory, `${text(name)}.lisp`)];
  });
}

/** The definition in the file `path`. */
export function readSystem(path: string, context: ReaderContext): SystemDefinition {
  const source = new Source(readFileSync(path, "utf8"), path);
  context.package = context.registry.user;
  const reader = new Reader(source, context, { sourceMap: null });
  for (let read = reader.next(); read !== null; read = reader.next()) {
    const { datum } = read;
    if (!(datum instanceof Cons) || !(datum.car instanceof LispSymbol)) continue;
    if (datum.car.name !== "DEFSYSTEM") continue;
    const [name, ...options] = listToArray(datum.cdr);
    return {
      name: text(name),
      dependsOn: listToArray(option(options, "DEPENDS-ON") ?? NIL).map(text),
      files: components(option(options, "COMPONENTS"), dirname(path), context),
    };
  }
  throw new CompileError(`${path} defines no system`, -1);
}

/**
 * Where the definition of the system `name` is: beside the file `from`, or in the `lisp`
 * folder of a sibling of its package.
 */
export function findSystem(name: string, from: string): string {
  const here = dirname(resolve(from));
  const packages = resolve(here, "../..");
  const candidates = [here];
  if (existsSync(packages)) {
    for (const entry of readdirSync(packages).sort()) {
      candidates.push(join(packages, entry, "lisp"));
    }
  }
  const found = candidates.map((c) => join(c, `${name}.asd`)).find((p) => existsSync(p));
  if (found === undefined)
    throw new CompileError(`no file defines the system ${name}`, -1);
  return found;
}

/** Loads the system in the file `path`, after those it needs, each once. */
export function loadSystem(
  loader: Loader,
  path: string,
  onFile: (file: string) => void = () => {},
  loaded: Set<string> = new Set(),
): void {
  const { world } = loader;
  const system = readSystem(path, world.readerContext());
  if (loaded.has(system.name)) return;
  loaded.add(system.name);
  for (const name of system.dependsOn) {
    loadSystem(loader, findSystem(name, path), onFile, loaded);
  }
  exportPrimitiveNames(loader, join(dirname(path), "primitives.lisp-expr"));
  for (const file of system.files) {
    onFile(file);
    loader.loadFile(file);
  }
}

/** Every host exports the same names from ASTRALISP.PRIMITIVES; which they are. */
export function exportPrimitiveNames({ world }: Loader, path: string): string[] {
  if (!existsSync(path)) return [];
  const source = new Source(readFileSync(path, "utf8"), path);
  const read = new Reader(source, world.readerContext(), { sourceMap: null }).next();
  const names = read === null ? [] : listToArray(read.datum).map((name) => text(name));
  for (const name of names) world.primitiveSymbol(name);
  return names;
}
