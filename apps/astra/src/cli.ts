/** The `astra` command. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { BenchError, compare, formatBench } from "./bench.js";
import { boot } from "./boot.js";
import { BuildError, build } from "./build.js";
import {
  type ConformanceEngine,
  conformanceEngines,
  runConformance,
  SuiteError,
} from "./conformance.js";
import {
  FailureListError,
  findNews,
  formatConformance,
  readExpectedFailures,
} from "./conformance-report.js";
import { MissingProgramError, needProgram } from "./debian.js";
import { differentialCommand } from "./differential/command.js";
import { fuzzCommand } from "./fuzz/command.js";
import { buildImage, ConfigError, readImageConfig } from "./image.js";
import { chosenLibraries, libraries } from "./libraries.js";
import { type LibraryEngine, libraryEngines } from "./library-worlds.js";
import { formatFigures, imageSize, measure } from "./measure.js";
import { findPaths, type Paths } from "./paths.js";
import { type Progress, startProgress } from "./progress.js";
import { type Engine, engines, formatResults, runTests } from "./test.js";
import {
  countResults,
  formatResult,
  MissingLibraryError,
  runThirdParty,
} from "./third-party.js";

/** A command line that asks for what there is not. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

const usage = `usage: astra <command> [options]

  build [--world] [--config FILE]
                               build the world, its Linux executable and the boot CD
                               (--world: stop before the CD; --config: and an image
                               with the files that FILE, an astra.config.mjs, names)
  boot [--hosted | --qemu] [--eval FORM]... [--memory MIB] [--config FILE]
                               build what is missing, then boot to a prompt; with --eval,
                               or a script on standard input, run that and exit
  test [--engine ENGINE]... [FILE]...
                               run Lisp test files on js, hosted, stress and qemu, or on
                               the engines named
  third-party [--engine ENGINE]... [--limit SECONDS] [--log FILE] [LIBRARY]...
                               load public libraries of Debian and run their tests, in
                               the hosted world, in QEMU and on js, or the engines named
  conformance [--engine hosted|stress|js|qemu] [--chapter NAME]...
      [--test NAME]... [--expected FILE] [--limit SECONDS] [--log FILE] PATH
                               run the public ANSI suite in the folder PATH and compare
                               its failures with those expected
  bench [--rounds N]           the benchmark kernels beside SBCL, as ratios; what a
                               world and a cold build cost
  size                         the octets of the image by package, file and kind
  differential [--seed N] [--count N] [--engine hosted|js] [--kind KIND] [--no-shrink]
                               random programs, whose answers SBCL and CLISP agree with
  fuzz [--seed N] [--count N] [--kind KIND]... [--engine hosted|stress|js|qemu]
      [--seconds N] [--load FILE]... [--keep FOLDER] [--reports] [--no-shrink]
                               bad input, to which the answer is a condition
`;

type Command = (
  args: readonly string[],
  paths: Paths,
  progress: Progress,
) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  build: async (args, paths, progress) => {
    const { values } = parseArgs({
      args: [...args],
      options: { world: { type: "boolean" }, config: { type: "string" } },
    });
    await build(paths, { iso: values.world !== true, progress });
    const { iso } = await configured(paths, values.config);
    if (iso !== paths.iso) progress.done(`built ${iso}`);
    return 0;
  },
  boot: bootCommand,
  bench: benchCommand,
  conformance: conformanceCommand,
  size: sizeCommand,
  differential: differentialCommand,
  fuzz: fuzzCommand,
  test: testCommand,
  "third-party": thirdPartyCommand,
};

/** Runs the command line `args` and resolves to the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(usage);
    return name === "" || name === "--help" ? 0 : 2;
  }
  try {
    return await command(rest, findPaths(), startProgress());
  } catch (error) {
    if (isExpected(error)) {
      process.stderr.write(`astra ${name}: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

function isExpected(error: unknown): error is Error {
  const isUsage = error instanceof TypeError && "code" in error;
  const known = [
    UsageError,
    SuiteError,
    FailureListError,
    ConfigError,
    BuildError,
    BenchError,
  ];
  const missing = [MissingProgramError, MissingLibraryError];
  return isUsage || [...known, ...missing].some((type) => error instanceof type);
}

/** The paths of the image that the configuration describes, which is built first. */
async function configured(paths: Paths, config: string | undefined): Promise<Paths> {
  return config === undefined ? paths : buildImage(paths, await readImageConfig(config));
}

async function bootCommand(
  args: readonly string[],
  paths: Paths,
  progress: Progress,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hosted: { type: "boolean" },
      qemu: { type: "boolean" },
      eval: { type: "string", multiple: true },
      memory: { type: "string" },
      config: { type: "string" },
    },
  });
  await build(paths, { iso: values.hosted !== true, progress });
  return boot(await configured(paths, values.config), {
    hosted: values.hosted === true ? true : values.qemu === true ? false : undefined,
    forms: values.eval ?? [],
    script: !process.stdin.isTTY && values.eval === undefined,
    memoryMiB: Number(values.memory ?? "4096"),
    report: progress.done,
  });
}

async function benchCommand(
  args: readonly string[],
  paths: Paths,
  progress: Progress,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string" } },
  });
  const rounds = Number(values.rounds ?? "3");
  const sbcl = {
    name: "SBCL",
    command: needProgram("sbcl", progress.done),
    args: ["--script"],
  };
  await build(paths, { iso: true, progress });
  const ours = { name: "AstraLisp", command: paths.executable, args: ["--script"] };
  const folder = `${paths.root}/packages/compiler/bench`;
  const print = (title: string, text: string): void => {
    progress.done("");
    process.stdout.write(`${title}\n${text}\n`);
  };
  const kernels = compare(
    kernelScript(`${folder}/all.lisp`),
    ours,
    sbcl,
    rounds,
    progress.step,
  );
  print("The hosted world beside SBCL (CPU time, medians)", formatBench(kernels, "SBCL"));
  const rate = compare(compileScript(folder), ours, sbcl, rounds, progress.step);
  print("Compiling the kernels' file, and one small function", formatBench(rate, "SBCL"));
  print("The JavaScript of the bootstrap beside SBCL", javaScriptBench(paths, rounds));
  print("What a world costs", formatFigures(await measure(paths, progress.step)));
  return 0;
}

async function sizeCommand(
  _args: readonly string[],
  paths: Paths,
  progress: Progress,
): Promise<number> {
  await build(paths, { iso: true, progress });
  progress.done("");
  process.stdout.write(`${imageSize(paths)}\n`);
  return 0;
}

function kernelScript(file: string): string {
  return `(load ${JSON.stringify(file)})\n(astralisp.bench:run-all 1)\n`;
}

function compileScript(folder: string): string {
  const file = (name: string): string => JSON.stringify(`${folder}/${name}.lisp`);
  return `(load ${file("compile-rate")})\n(report-compile-rate ${file("kernels")})\n`;
}

function javaScriptBench({ root }: Paths, rounds: number): string {
  const file = `${root}/packages/bootstrap/bench/bench.mjs`;
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, String(rounds)], {
    encoding: "utf8",
    timeout: 600_000,
  });
  if (stdout === "")
    throw new BenchError(`${file} ended with status ${status}: ${stderr}`);
  return stdout.trimEnd();
}

async function testCommand(
  args: readonly string[],
  paths: Paths,
  progress: Progress,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { engine: { type: "string", multiple: true } },
    allowPositionals: true,
  });
  const wanted = (values.engine ?? engines).map(engineNamed);
  const native = wanted.some((engine) => engine !== "js");
  if (native) await build(paths, { iso: wanted.includes("qemu"), progress });
  const results = await runTests(paths, {
    engines: wanted,
    files: positionals,
    report: progress.step,
  });
  progress.done("");
  process.stdout.write(`${formatResults(results)}\n`);
  return results.every(({ failed }) => failed === 0) ? 0 : 1;
}

function engineNamed(name: string): Engine {
  const engine = engines.find((known) => known === name);
  if (engine !== undefined) return engine;
  throw new UsageError(`no engine is called ${name}: use ${engines.join(", ")}`);
}

async function thirdPartyCommand(
  args: readonly string[],
  paths: Paths,
  progress: Progress,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      engine: { type: "string", multiple: true },
      limit: { type: "string" },
      log: { type: "string" },
    },
    allowPositionals: true,
  });
  for (const name of positionals) {
    if (libraries.some((library) => library.name === name)) continue;
    const known = libraries.map((library) => library.name).join(", ");
    throw new UsageError(`no library is called ${name}: use ${known}`);
  }
  const wanted = (values.engine ?? libraryEngines).map(libraryEngineNamed);
  if (wanted.some((engine) => engine !== "js")) {
    await build(paths, { iso: wanted.includes("qemu"), progress });
  }
  const results = await runThirdParty(paths, {
    engines: wanted,
    libraries: chosenLibraries(positionals),
    limitSeconds: Number(values.limit ?? "120"),
    progress,
    log: values.log,
  });
  const { passed, failed } = countResults(results);
  progress.done("");
  const lines = results.map((result) => `${formatResult(result)}\n`);
  process.stdout.write(`${lines.join("")}${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function libraryEngineNamed(name: string): LibraryEngine {
  const engine = libraryEngines.find((known) => known === name);
  if (engine !== undefined) return engine;
  throw new UsageError(`no engine is called ${name}: use ${libraryEngines.join(", ")}`);
}

async function conformanceCommand(
  args: readonly string[],
  paths: Paths,
  progress: Progress,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      engine: { type: "string", default: "hosted" },
      chapter: { type: "string", multiple: true, default: [] },
      test: { type: "string", multiple: true, default: [] },
      expected: {
        type: "string",
        default: `${paths.root}/apps/astra/conformance/expected-failures.txt`,
      },
      limit: { type: "string", default: "60" },
      log: { type: "string" },
    },
    allowPositionals: true,
  });
  const [suite] = positionals;
  if (suite === undefined || positionals.length > 1) {
    throw new UsageError("name the folder of the ANSI suite, a clone of ansi-test");
  }
  const engine = conformanceEngineNamed(values.engine);
  const { chapter: chapters, test: tests, log } = values;
  const classes = readExpectedFailures(values.expected, engine);
  if (engine !== "js") await build(paths, { iso: engine === "qemu", progress });
  const limitSeconds = Number(values.limit);
  const options = { engine, suite, chapters, tests, limitSeconds, progress, log };
  const result = await runConformance(paths, options);
  const news = findNews(result, classes, chapters.length + tests.length === 0);
  progress.done("");
  process.stdout.write(`${formatConformance(result, classes, news)}\n`);
  const differences = [news.failures, news.successes, news.missing].flat().length;
  return differences === 0 && result.outcomes.length > 0 ? 0 : 1;
}

function conformanceEngineNamed(name: string): ConformanceEngine {
  const engine = conformanceEngines.find((known) => known === name);
  if (engine !== undefined) return engine;
  throw new UsageError(
    `no engine is called ${name}: use ${conformanceEngines.join(", ")}`,
  );
}
