/** The `astra` command. */
import { parseArgs } from "node:util";
import { BenchError, compare, formatBench } from "./bench.js";
import { boot } from "./boot.js";
import { BuildError, build } from "./build.js";
import { MissingProgramError, needProgram } from "./debian.js";
import { findPaths, type Paths } from "./paths.js";
import { type Progress, startProgress } from "./progress.js";
import { type Engine, engines, formatResults, runTests } from "./test.js";

/** A command line that asks for what there is not. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

const usage = `usage: astra <command> [options]

  build [--world]              build the world, its Linux executable and the boot CD
                               (--world: stop before the CD)
  boot [--hosted | --qemu] [--eval FORM]... [--memory MIB]
                               build what is missing, then boot to a prompt; with --eval,
                               or a script on standard input, run that and exit
  test [--engine ENGINE]... [FILE]...
                               run Lisp test files on js, hosted, stress and qemu, or on
                               the engines named
  bench [--rounds N]           the benchmark kernels beside SBCL, as ratios
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
      options: { world: { type: "boolean" } },
    });
    await build(paths, { iso: values.world !== true, progress });
    return 0;
  },
  boot: bootCommand,
  bench: benchCommand,
  test: testCommand,
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
  const known = [UsageError, BuildError, BenchError, MissingProgramError];
  return isUsage || known.some((type) => error instanceof type);
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
    },
  });
  await build(paths, { iso: values.hosted !== true, progress });
  return boot(paths, {
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
  const sbcl = needProgram("sbcl", progress.done);
  await build(paths, { iso: false, progress });
  const result = compare(
    `${paths.root}/packages/compiler/bench/kernels.lisp`,
    { name: "AstraLisp", command: paths.executable, args: ["--script"] },
    { name: "SBCL", command: sbcl, args: ["--script"] },
    Number(values.rounds ?? "3"),
    progress.step,
  );
  progress.done("");
  process.stdout.write(`${formatBench(result, "SBCL")}\n`);
  return 0;
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
