/** The public ANSI suite, unmodified, run inside the system on one engine. */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { needProgram } from "./debian.js";
import { withConfiguration } from "./fw-cfg.js";
import { buildImage } from "./image.js";
import type { StartWorld, WorldCommand } from "./library-worlds.js";
import type { Paths } from "./paths.js";
import type { Progress } from "./progress.js";
import { machineArguments } from "./qemu.js";

/** The engines that run the suite. */
export const conformanceEngines = ["hosted", "stress", "js", "qemu"] as const;

export type ConformanceEngine = (typeof conformanceEngines)[number];

/** How a test ended: `crashed` is the end of its world, `hung` its time limit. */
export type Ending = "passed" | "failed" | "hung" | "crashed" | "inactive";

/** One test of the suite, or a form of it that could not be loaded. */
export interface Outcome {
  readonly chapter: string;
  readonly name: string;
  readonly ending: Ending;
}

export interface ConformanceOptions {
  readonly engine: ConformanceEngine;
  /** The folder of the suite; it is only read. */
  readonly suite: string;
  /** Names of chapters, which are folders of the suite; none: all. */
  readonly chapters: readonly string[];
  /** Names of the tests to run; none: all. */
  readonly tests: readonly string[];
  /** How long one test may take in the hosted world, in seconds. */
  readonly limitSeconds: number;
  readonly progress: Progress;
  /** A file that gets the reports of the failures, and all else that is printed. */
  readonly log: string | undefined;
}

export interface ConformanceResult {
  readonly chapters: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** Octets in use after full collections, before and after the tests of each world. */
  readonly heap: readonly number[];
}

/** A suite that cannot be run. */
export class SuiteError extends Error {
  override readonly name = "SuiteError";
}

const mark = "#!conformance ";

/** Stress mode, an emulated machine and Node are that much slower than a hosted world. */
const patience: Readonly<Record<ConformanceEngine, number>> = {
  hosted: 1,
  stress: 10,
  js: 10,
  qemu: 15,
};

/** Stress mode collects whenever this many octets have been allocated. */
const stressOctets = 32768;

/** What a world may take beyond the limit before it is ended from outside, in seconds. */
const grace = 20;

/** The chapters of the suite in `folder`, in the order in which it loads them. */
export function chaptersOf(folder: string): string[] {
  const file = join(folder, "gclload2.lsp");
  if (!existsSync(file))
    throw new SuiteError(`${folder} holds no ANSI suite: no ${file}`);
  const loads = readFileSync(file, "utf8").matchAll(/^\(load "([\w-]+)\/load\.lsp"\)/gm);
  return [...loads].map(([, chapter = ""]) => chapter);
}

/**
 * Runs the suite in a copy, since it writes files. A test that ends its world, or takes
 * too long and cannot be interrupted, has failed, and the next world goes on behind it.
 * @throws SuiteError when the suite is none, or does not load
 */
export async function runConformance(
  paths: Paths,
  options: ConformanceOptions,
): Promise<ConformanceResult> {
  const known = chaptersOf(resolve(options.suite));
  const unknown = options.chapters.find((chapter) => !known.includes(chapter));
  if (unknown !== undefined) {
    throw new SuiteError(`no chapter is called ${unknown}: use ${known.join(", ")}`);
  }
  const { chapters: wanted } = options;
  const chapters = wanted.length === 0 ? known : known.filter((c) => wanted.includes(c));
  const folder = mkdtempSync(join(tmpdir(), "astra-conformance-"));
  try {
    const copy = join(folder, "suite");
    const filter = (path: string): boolean => !path.endsWith("/.git");
    cpSync(resolve(options.suite), copy, { recursive: true, filter });
    const world = preparations[options.engine](paths, folder, options.progress);
    return await runWorlds(world, chapters, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How to start worlds, and where these find the suite. */
interface PreparedWorld {
  readonly driver: string;
  readonly root: string;
  readonly start: StartWorld;
}

const preparations: Readonly<
  Record<
    ConformanceEngine,
    (paths: Paths, folder: string, progress: Progress) => PreparedWorld
  >
> = {
  hosted: prepareHosted,
  stress: prepareHosted,
  js: ({ root }, folder) => ({
    driver: join(root, "apps/astra/lisp/conformance.lisp"),
    root: `${folder}/suite/`,
    start: (script, use) => {
      const file = join(folder, "script.lisp");
      writeFileSync(file, script);
      const engine = join(root, "packages/bootstrap/bin/astra-js.mjs");
      const args = [engine, "--quiet", "--load", file];
      const cwd = `${folder}/suite`;
      return use({ program: process.execPath, args, input: "", env: {}, cwd });
    },
  }),
  qemu: (paths, folder, progress) => {
    const program = needProgram("qemu-system-x86_64", progress.done);
    const files = { "ansi-test": join(folder, "suite") };
    progress.step("making an image with the suite");
    const { iso } = buildImage(paths, { name: "conformance", files });
    return {
      driver: join(paths.root, "apps/astra/lisp/conformance.lisp"),
      root: "/image/ansi-test/",
      start: (script, use) =>
        withConfiguration({ args: ["--script"], script }, (extra) => {
          const machine = machineArguments({ program, iso, memoryMiB: 3072, extra });
          return use({ program, args: [...machine, "-nographic"], input: "", env: {} });
        }),
    };
  },
};

function prepareHosted(
  { root, executable: program }: Paths,
  folder: string,
): PreparedWorld {
  const cwd = `${folder}/suite`;
  const args = ["--script"];
  return {
    driver: join(root, "apps/astra/lisp/conformance.lisp"),
    root: `${cwd}/`,
    start: (input, use) => use({ program, args, input, env: {}, cwd }),
  };
}

/** What the worlds have said so far. */
interface Run {
  readonly outcomes: Outcome[];
  readonly heap: number[];
  /** The number of the first test that no world has begun yet. */
  next: number;
  total: number | undefined;
}

async function runWorlds(
  world: PreparedWorld,
  chapters: readonly string[],
  options: ConformanceOptions,
): Promise<ConformanceResult> {
  const run: Run = { outcomes: [], heap: [], next: 0, total: undefined };
  const limit = options.limitSeconds * patience[options.engine];
  const stress = options.engine === "stress" ? stressOctets : 0;
  const driver = readFileSync(world.driver, "utf8");
  const names = (list: readonly string[]): string =>
    list.map((name) => `"${name.replaceAll("\\", "\\\\")}"`).join(" ");
  for (let ended = false; !ended; ) {
    const script = `${driver}
(astralisp.conformance:run :root "${world.root}" :first ${run.next} :limit ${limit}
  :stress ${stress} :chapters '(${names(chapters)}) :tests '(${names(options.tests)}))
(astralisp:quit)
`;
    ended = await world.start(script, (command) => watch(command, run, limit, options));
  }
  return { chapters, outcomes: run.outcomes, heap: run.heap };
}

/**
 * Follows one world; resolves to true when it came to the end of the suite, and to false
 * when it ended in a test, which is noted.
 */
function watch(
  command: WorldCommand,
  run: Run,
  limit: number,
  { progress, log, engine }: ConformanceOptions,
): Promise<boolean> {
  const child = spawn(command.program, command.args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...command.env },
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
  });
  const isFirst = run.total === undefined;
  let current: { readonly chapter: string; readonly name: string } | undefined;
  let ended = false;
  let isKilled = false;
  const said: string[] = [];
  let timer = setTimeout(() => {}, 0);
  const restart = (seconds: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isKilled = true;
      child.kill("SIGKILL");
    }, seconds * 1000);
  };
  const note = (ending: Ending): void => {
    if (current !== undefined) run.outcomes.push({ ...current, ending });
    current = undefined;
  };
  const take = (raw: string): void => {
    const line = raw.trimEnd();
    if (log !== undefined && line !== "") appendFileSync(log, `${line}\n`);
    if (!line.startsWith(mark)) {
      if (line !== "") said.push(line);
      if (said.length > 20) said.shift();
      return;
    }
    const [what = "", ...words] = line.slice(mark.length).split(" ");
    if (what !== "|") restart(current === undefined ? 10 * limit : limit + grace);
    if (what === "loading") progress.step(`${engine}: loading ${words[0]}`);
    else if (what === "bad-form" && isFirst) {
      const name = `load ${words[1]}`;
      run.outcomes.push({ chapter: words[0] ?? "", name, ending: "failed" });
    } else if (what === "total") run.total = Number(words[0]);
    else if (what === "start") {
      const [index = "", chapter = "", ...name] = words;
      run.next = Number(index) + 1;
      current = { chapter, name: name.join(" ") };
      if (Number(index) % 100 === 0) {
        progress.step(`${engine}: ${chapter}, test ${index} of ${run.total}`);
      }
    } else if (isEnding(what)) note(what);
    else if (what === "heap") run.heap.push(Number(words[0]));
    else if (what === "damaged") {
      const name = `heap ${words.join(" ")}`;
      run.outcomes.push({ chapter: "heap", name, ending: "failed" });
    } else if (what === "end") ended = true;
  };
  restart(10 * limit);
  createInterface({ input: child.stdout }).on("line", take);
  createInterface({ input: child.stderr }).on("line", take);
  child.stdin.on("error", () => {});
  child.stdin.end(command.input);
  return new Promise((resolve, reject) => {
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (current === undefined && !ended) {
        const why = isKilled ? "it took too long" : `${signal ?? `status ${code}`}`;
        const end = said.join("\n");
        reject(new SuiteError(`the suite did not load: its world ended, ${why}\n${end}`));
        return;
      }
      if (current !== undefined) {
        progress.done(`${engine}: ${current.name} ended its world; going on behind it`);
      }
      note(isKilled ? "hung" : "crashed");
      resolve(ended);
    });
  });
}

function isEnding(word: string): word is Ending {
  return ["passed", "failed", "hung", "inactive"].includes(word);
}
