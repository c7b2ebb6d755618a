/** How worlds are started that load libraries: one way for each engine. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { needProgram } from "./debian.js";
import { withConfiguration } from "./fw-cfg.js";
import { buildImage } from "./image.js";
import { type Library, sources, withNeeds } from "./libraries.js";
import type { Paths } from "./paths.js";
import type { Progress } from "./progress.js";
import { machineArguments } from "./qemu.js";

/** The engines that load libraries. */
export const libraryEngines = ["hosted", "qemu", "js"] as const;

export type LibraryEngine = (typeof libraryEngines)[number];

/** A world that is to be started. */
export interface WorldCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Standard input. */
  readonly input: string;
  /** Environment variables beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** The current directory, if not that of this process. */
  readonly cwd?: string;
}

/** Calls `use` with the command for a world that runs `script`. */
export type StartWorld = <T>(
  script: string,
  use: (command: WorldCommand) => Promise<T>,
) => Promise<T>;

interface WorldOptions {
  /** A temporary folder; compiled files go below it. */
  readonly folder: string;
  readonly libraries: readonly Library[];
  readonly progress: Progress;
}

/** Prepares what the worlds of `engine` need, once for all of them. */
export function prepareWorlds(
  paths: Paths,
  engine: LibraryEngine,
  options: WorldOptions,
): StartWorld {
  const driver = readFileSync(join(driverFolder(paths), "third-party.lisp"), "utf8");
  makeSamples(join(options.folder, "samples"));
  const here = engine === "qemu" ? "/image/third-party" : driverFolder(paths);
  const samples = engine === "qemu" ? "/image/samples" : join(options.folder, "samples");
  const places = `(setq astralisp.third-party:*folder* "${here}/"
      astralisp.third-party:*samples* "${samples}/")`;
  return preparations[engine](paths, `${driver}\n${places}\n`, options);
}

/** Files for the tests of chipz, compressed by bzip2 where there is one. */
function makeSamples(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(join(sources, "rt/rt.lisp"));
  const samples = {
    text,
    short: text.subarray(0, 1),
    repeated: Buffer.alloc(70_000, 65),
  };
  for (const [name, octets] of Object.entries(samples)) {
    writeFileSync(join(folder, `${name}.uncompressed`), octets);
    const { status, stdout } = spawnSync("bzip2", ["-c"], { input: octets });
    if (status === 0) writeFileSync(join(folder, `${name}.bzip2`), stdout);
  }
}

function driverFolder({ root }: Paths): string {
  return join(root, "apps/astra/lisp");
}

const preparations: Readonly<
  Record<
    LibraryEngine,
    (paths: Paths, driver: string, options: WorldOptions) => StartWorld
  >
> = { hosted: prepareHosted, qemu: prepareQemu, js: prepareJavaScript };

function prepareHosted(
  { executable: program }: Paths,
  driver: string,
  { folder }: WorldOptions,
): StartWorld {
  const env = { XDG_CACHE_HOME: folder };
  return (script, use) =>
    use({ program, args: ["--script"], input: `${driver}\n${script}`, env });
}

function prepareJavaScript(
  { root }: Paths,
  driver: string,
  { folder }: WorldOptions,
): StartWorld {
  const engine = join(root, "packages/bootstrap/bin/astra-js.mjs");
  const overlays = join(root, "packages/runtime/overlays");
  const place = `(push "${overlays}/" astralisp.runtime::*overlay-directories*)`;
  return (script, use) => {
    const file = join(folder, "libraries.lisp");
    writeFileSync(file, `${place}\n${driver}\n${script}`);
    const args = [engine, "--quiet", "--load", file];
    const env = { XDG_CACHE_HOME: folder };
    return use({ program: process.execPath, args, input: "", env });
  };
}

/** The machine has no disk: the sources are on an image of its own. */
function prepareQemu(
  paths: Paths,
  driver: string,
  { folder, libraries, progress }: WorldOptions,
): StartWorld {
  const program = needProgram("qemu-system-x86_64", progress.done);
  progress.step("making an image with the libraries");
  const files = withNeeds(libraries).map((library): [string, string] => [
    `source/${library.folder}`,
    join(sources, library.folder),
  ]);
  const config = {
    name: "third-party",
    files: {
      "third-party": driverFolder(paths),
      samples: join(folder, "samples"),
      ...Object.fromEntries(files),
    },
  };
  const { iso } = buildImage(paths, config);
  return (script, use) =>
    withConfiguration({ args: ["--script"], script: `${driver}\n${script}` }, (extra) => {
      const machine = machineArguments({ program, iso, memoryMiB: 2048, extra });
      return use({ program, args: [...machine, "-nographic"], input: "", env: {} });
    });
}
