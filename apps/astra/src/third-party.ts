/** Public libraries, unmodified, loaded and tested inside the system on each engine. */
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Library, sources, withNeeds } from "./libraries.js";
import {
  type LibraryEngine,
  prepareWorlds,
  type StartWorld,
  type WorldCommand,
} from "./library-worlds.js";
import type { Paths } from "./paths.js";
import type { Progress } from "./progress.js";

export interface ThirdPartyOptions {
  readonly engines: readonly LibraryEngine[];
  readonly libraries: readonly Library[];
  /** How long a library may take in the hosted world, in seconds. */
  readonly limitSeconds: number;
  readonly progress: Progress;
  /** A file that gets all that the engines print. */
  readonly log: string | undefined;
}

/** What came of one library on one engine. */
export interface LibraryResult {
  readonly engine: LibraryEngine;
  readonly library: Library;
  readonly loaded: boolean;
  readonly passed: number;
  readonly failed: number;
  /** What went wrong, if the library did not get to its end. */
  readonly problem: string | undefined;
}

/** Debian packages that are missing; the message says what to do. */
export class MissingLibraryError extends Error {
  override readonly name = "MissingLibraryError";
}

/** An emulated machine and Node are that much slower than the hosted world. */
const patience: Readonly<Record<LibraryEngine, number>> = { hosted: 1, qemu: 15, js: 15 };

/**
 * Loads and tests the libraries on each engine in turn.
 * @throws MissingLibraryError when Debian packages are not there and cannot be installed
 */
export async function runThirdParty(
  paths: Paths,
  options: ThirdPartyOptions,
): Promise<readonly LibraryResult[]> {
  installLibraries(withNeeds(options.libraries), options.progress);
  const results: LibraryResult[] = [];
  for (const engine of options.engines) {
    results.push(...(await runEngine(paths, engine, options)));
  }
  return results;
}

function isInstalled({ folder }: Library): boolean {
  return existsSync(join(sources, folder));
}

/** Installs the Debian packages that are missing, where that is allowed. */
export function installLibraries(needed: readonly Library[], progress: Progress): void {
  const missing = needed.filter((library) => !isInstalled(library));
  if (missing.length === 0) return;
  const names = missing.map(({ debian }) => debian);
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    progress.done(`installing the Debian packages ${names.join(" ")}`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const install = ["install", "-q", "-y", "--no-install-recommends", ...names];
    const apt = (...args: string[]): boolean =>
      spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] })
        .status === 0;
    if (!apt(...install)) apt("update", "-q") && apt(...install);
  }
  const left = missing.filter((library) => !isInstalled(library));
  if (left.length > 0) {
    const packages = left.map(({ debian }) => debian).join(" ");
    const command = `apt-get install ${packages}`;
    throw new MissingLibraryError(
      `Debian packages are missing: as root, "${command}", then try again`,
    );
  }
}

/**
 * Runs the libraries in one world after the other: a library that ends its world, or
 * takes too long, is reported, and the next world begins with the one behind it.
 */
async function runEngine(
  paths: Paths,
  engine: LibraryEngine,
  options: ThirdPartyOptions,
): Promise<LibraryResult[]> {
  const results: LibraryResult[] = [];
  const folder = mkdtempSync(join(tmpdir(), "astra-libraries-"));
  try {
    const { libraries, progress } = options;
    const start = prepareWorlds(paths, engine, { folder, libraries, progress });
    let rest = options.libraries;
    while (rest.length > 0) {
      const came = await runWorld(engine, rest, start, options);
      results.push(...came);
      rest = rest.slice(came.length);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

/** Runs `libraries` in one world up to the first that ends it; the results so far. */
function runWorld(
  engine: LibraryEngine,
  libraries: readonly Library[],
  start: StartWorld,
  options: ThirdPartyOptions,
): Promise<LibraryResult[]> {
  const script = libraries.map((library) => {
    const { name, system, tests } = library;
    const checked = whyUntested(library, engine) === undefined ? (tests ?? "") : "";
    return `(astralisp.third-party:check "${name}" :systems '("${system}") ${checked})\n`;
  });
  return start(`${script.join("")}(astralisp:quit)\n`, (command) =>
    watch(engine, libraries, command, options),
  );
}

function watch(
  engine: LibraryEngine,
  libraries: readonly Library[],
  { program, args, input, env }: WorldCommand,
  { limitSeconds, progress, log }: ThirdPartyOptions,
): Promise<LibraryResult[]> {
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const results: LibraryResult[] = [];
  let current = { loaded: false, passed: 0, failed: 0 };
  let problem: string | undefined;
  let last = "";
  let timer = setTimeout(() => {}, 0);
  const restart = (): void => {
    clearTimeout(timer);
    const factor = (libraries[results.length]?.slow ?? 1) * patience[engine];
    timer = setTimeout(
      () => {
        problem = `it took more than ${limitSeconds * factor} s`;
        child.kill("SIGKILL");
      },
      limitSeconds * factor * 1000,
    );
  };
  const finish = (): void => {
    const library = libraries[results.length];
    if (library === undefined) return;
    const result = { engine, library, ...current, problem };
    results.push(result);
    progress.done(formatResult(result));
    current = { loaded: false, passed: 0, failed: 0 };
    problem = undefined;
    restart();
  };
  const take = (line: string): void => {
    if (log !== undefined) appendFileSync(log, `${line}\n`);
    const said = /^third-party: (\S+) (\w+) ?(.*)$/.exec(line.trimEnd());
    if (said === null) {
      if (line.trim() !== "") last = line;
      return;
    }
    const [, name = "", what = "", rest = ""] = said;
    progress.step(`${engine}: ${name} ${what} ${rest}`);
    // An end may have been lost in what a library printed.
    const names = libraries.slice(results.length).map((library) => library.name);
    for (let i = names.indexOf(name); i > 0; i--) finish();
    if (what === "loaded") current.loaded = true;
    if (what === "tested") {
      const [passed = 0, failed = 0] = rest.split(" ").map(Number);
      current = { ...current, passed, failed };
    }
    if (what === "error") problem = rest;
    if (what === "ends") finish();
  };
  restart();
  createInterface({ input: child.stdout }).on("line", take);
  createInterface({ input: child.stderr }).on("line", take);
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.once("close", (code, signal) => {
      if (results.length < libraries.length) {
        problem ??= `its world ended (${signal ?? `status ${code}`}): ${last}`;
        finish();
      }
      clearTimeout(timer);
      resolve(results);
    });
  });
}

/** Why no tests of the library run on `engine`; undefined if they do. */
function whyUntested(library: Library, engine: LibraryEngine): string | undefined {
  return library.untested ?? (engine === "js" ? library.untestedOnJs : undefined);
}

/** One line about one library. */
export function formatResult(result: LibraryResult): string {
  const { engine, library, loaded, passed, failed, problem } = result;
  const why = whyUntested(library, engine);
  const none = why === undefined ? "no test ran" : `no tests: ${why}`;
  const tests = passed + failed > 0 ? `${passed} tests passed, ${failed} failed` : none;
  const state = loaded ? "loaded" : "not loaded";
  const trouble = problem === undefined ? "" : ` (${problem})`;
  return `${engine}: ${library.name}: ${state}, ${tests}${trouble}`;
}

/** How many checks passed and failed: each library's loading is one, and each test. */
export function countResults(results: readonly LibraryResult[]): {
  readonly passed: number;
  readonly failed: number;
} {
  let passed = 0;
  let failed = 0;
  for (const result of results) {
    const tested = result.passed + result.failed > 0;
    const complete = tested || whyUntested(result.library, result.engine) !== undefined;
    const whole = result.loaded && result.problem === undefined && complete;
    passed += result.passed + (whole ? 1 : 0);
    failed += result.failed + (whole ? 0 : 1);
  }
  return { passed, failed };
}
