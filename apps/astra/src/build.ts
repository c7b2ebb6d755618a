/** Builds a world from source: objects, cold world, warm world, executable, boot CD. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { bootableIso, linuxExecutable } from "@astralisp/asm-kit";
import { readSystem, World } from "@astralisp/bootstrap";
import { contentsOf, overlayFiles } from "./included-files.js";
import type { Paths } from "./paths.js";
import type { Progress } from "./progress.js";

/** A step of the build that failed; the message shows what the step printed. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

export interface BuildOptions {
  /** Make the boot CD as well. */
  readonly iso: boolean;
  readonly progress: Progress;
}

/** The systems of a world, in the order of their initialisation. */
const systems = [
  { name: "astralisp-runtime", folder: "packages/runtime/lisp", onHost: true },
  { name: "astralisp-asm-kit", folder: "packages/asm-kit/lisp", onHost: true },
  { name: "astralisp-compiler", folder: "packages/compiler/lisp", onHost: true },
  { name: "astralisp-kernel", folder: "packages/kernel/lisp", onHost: false },
] as const;

/** Kernel files that the build itself runs: they make the code unit of the trampolines. */
const trampolines = [
  "packages/kernel/lisp/package.lisp",
  "packages/kernel/lisp/x86-64/pc-traps.lisp",
  "packages/kernel/lisp/x86-64/trampolines.lisp",
] as const;

const nativeFeatures = new Set([
  "ASTRALISP",
  "COMMON-LISP",
  "ANSI-CL",
  "IEEE-FLOATING-POINT",
  "LITTLE-ENDIAN",
  "64-BIT",
  "NATIVE",
  "X86-64",
]);

/** A source file of the world and the object file it becomes. */
interface Unit {
  readonly source: string;
  readonly object: string;
  /** True when the JavaScript engine has loaded the same file. */
  readonly onHost: boolean;
}

/**
 * Builds what is not there or older than its sources.
 * @throws BuildError when a file does not compile, the cold world does not start, or a
 * result cannot be written
 */
export async function build(paths: Paths, options: BuildOptions): Promise<void> {
  try {
    await buildSteps(paths, options);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new BuildError(
      `cannot write ${error.path} (${error.code}): make it writable, or make room, and run this again`,
    );
  }
}

/** An error of the file system, which names a file. */
function isSystemError(
  error: unknown,
): error is Error & { readonly code: string; readonly path: string } {
  return error instanceof Error && "code" in error && "path" in error;
}

async function buildSteps(paths: Paths, { iso, progress }: BuildOptions): Promise<void> {
  const units = planUnits(paths);
  const linked = join(dirname(paths.coldWorld), "linked");
  const objects = units.map(({ object }) => object);
  const wanted = fingerprint([...objects, ...contentsOf(overlayFiles(paths))]);
  mkdirSync(paths.objects, { recursive: true });
  if (!existsSync(linked) || readFileSync(linked, "utf8") !== wanted) {
    rmSync(linked, { force: true });
    await compileWorld(paths, units, progress);
    warmWorld(paths, progress);
    removeStale(paths.objects, units);
    writeFileSync(linked, wanted);
  }
  if (iso && isOlder(paths.iso, paths.warmWorld)) {
    progress.step("writing the boot CD");
    const boot = readFileSync(join(dirname(paths.coldWorld), "bios-boot.bin"));
    writeAtomically(paths.iso, bootableIso(readFileSync(paths.warmWorld), boot));
  }
  progress.done(`built ${iso ? paths.iso : paths.executable}`);
}

function isOlder(path: string, than: string): boolean {
  return !existsSync(path) || statSync(path).mtimeMs < statSync(than).mtimeMs;
}

function fingerprint(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}

/**
 * An object depends on its source, on the sources before it (whose macros it may use) and
 * on the compiler; its name says which, so that nothing stale is ever taken.
 */
function planUnits(paths: Paths): Unit[] {
  const world = new World();
  const context = world.readerContext();
  context.hasFeature = ({ name }: { name: string }) => nativeFeatures.has(name);
  let state = compilerFingerprint(paths);
  return systems.flatMap(({ name, folder, onHost }) => {
    const definition = join(paths.root, folder, `${name}.asd`);
    return readSystem(definition, context).files.map((source) => {
      state = fingerprint([state, readFileSync(source, "utf8")]);
      const object = `${basename(source, ".lisp")}-${state.slice(0, 20)}.object`;
      const native = source.includes("/native/") || source.endsWith("load-object.lisp");
      return { source, object: join(paths.objects, object), onHost: onHost && !native };
    });
  });
}

/** Files of the compiler that work on objects and cannot change what is in one. */
const linkerFiles = new Set([
  "build-world.lisp",
  "image.lisp",
  "link.lisp",
  "load-object.lisp",
  "object-reader.lisp",
  "world.lisp",
]);

function compilerFingerprint(paths: Paths): string {
  const folders = ["packages/compiler/lisp", "packages/asm-kit/lisp"];
  const files = folders
    .flatMap((folder) => lispFiles(join(paths.root, folder)))
    .filter((file) => !linkerFiles.has(basename(file)))
    .sort();
  return fingerprint(files.map((file) => readFileSync(file, "utf8")));
}

function lispFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return lispFiles(path);
    return entry.name.endsWith(".lisp") ? [path] : [];
  });
}

function removeStale(folder: string, units: readonly Unit[]): void {
  const current = new Set(units.map(({ object }) => basename(object)));
  for (const name of readdirSync(folder)) {
    if (!current.has(name)) rmSync(join(folder, name));
  }
}

/** Runs the native compiler on the JavaScript engine over what has no object yet. */
async function compileWorld(
  paths: Paths,
  units: readonly Unit[],
  progress: Progress,
): Promise<void> {
  const missing = units.filter(({ object }) => !existsSync(object));
  const last = missing.at(-1);
  const lastIndex = last === undefined ? -1 : units.indexOf(last);
  const files = units.map((unit, index) => {
    const action = existsSync(unit.object)
      ? unit.onHost || index > lastIndex
        ? ":link"
        : ":definitions"
      : ":compile";
    return `(${action} ${quoted(unit.source)} ${quoted(unit.object)})`;
  });
  const folder = dirname(paths.coldWorld);
  const plan = join(folder, "plan.lisp-expr");
  writeFileSync(
    plan,
    `(:world ${quoted(paths.coldWorld)}\n :boot ${quoted(join(folder, "bios-boot.bin"))}\n` +
      ` :load (${trampolines.map((file) => quoted(join(paths.root, file))).join(" ")})\n` +
      ` :files (${files.join("\n  ")}))\n`,
  );
  const args = [
    join(paths.root, "packages/bootstrap/bin/astra-js.mjs"),
    "--quiet",
    join(paths.root, "packages/compiler/lisp/astralisp-compiler.asd"),
    "--eval",
    `(astralisp.compiler::build-from-plan ${quoted(plan)})`,
  ];
  await runReporting(process.execPath, args, progress);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Runs a command; its lines that start with `; ` are progress, the rest is kept for errors. */
async function runReporting(
  command: string,
  args: readonly string[],
  progress: Progress,
): Promise<void> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let line = "";
  const take = (chunk: Buffer): void => {
    const lines = (line + chunk.toString("utf8")).split("\n");
    line = lines.pop() ?? "";
    for (const text of lines) {
      if (text.startsWith("; ")) progress.step(text.slice(2));
      else said += `${text}\n`;
    }
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const [code] = (await once(child, "exit")) as [number | null];
  if (said.trim() !== "") progress.done(said.trimEnd());
  if (code !== 0)
    throw new BuildError(`the compiler stopped (status ${code}): see above`);
}

/** Lets the cold world initialise itself as a Linux process and save the warm world. */
export function warmWorld(paths: Paths, progress: Progress): void {
  progress.step("starting the cold world");
  const cold = linuxExecutable(readFileSync(paths.coldWorld), "x86-64");
  writeAtomically(paths.coldExecutable, cold);
  chmodSync(paths.coldExecutable, 0o755);
  const overlays = overlayFiles(paths).flatMap(({ source, target }) => [source, target]);
  const args = ["--save-world", paths.warmWorld, ...overlays];
  const run = spawnSync(paths.coldExecutable, args, {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (run.status !== 0) {
    const how = run.signal ?? `status ${run.status}`;
    throw new BuildError(
      `the cold world did not start (${how}):\n${run.stdout}${run.stderr}`,
    );
  }
  const warm = linuxExecutable(readFileSync(paths.warmWorld), "x86-64");
  writeAtomically(paths.executable, warm);
  chmodSync(paths.executable, 0o755);
  reportUndefined(paths, progress);
}

/** Names what compiled code calls and no file defines: the world itself knows. */
function reportUndefined(paths: Paths, progress: Progress): void {
  const form = '(mapc (lambda (name) (format t "undefined ~S~%" name))';
  const run = spawnSync(
    paths.executable,
    ["--eval", `(progn ${form} (astralisp.compiler::undefined-functions)) (values))`],
    { encoding: "utf8", timeout: 60_000 },
  );
  for (const line of run.stdout.split("\n")) {
    if (line.startsWith("undefined ")) progress.done(`warning: ${line} is called`);
  }
}

/** A file is there whole or not at all, also when the build is stopped. */
export function writeAtomically(path: string, octets: Uint8Array): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, octets);
  renameSync(temporary, path);
}
