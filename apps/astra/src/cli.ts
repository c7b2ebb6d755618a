/** The `astra` command. */
import { parseArgs } from "node:util";
import { BenchError, compare, formatBench } from "./bench.js";
import { boot } from "./boot.js";
import { BuildError, build } from "./build.js";
import { MissingProgramError, needProgram } from "./debian.js";
import { findPaths, type Paths } from "./paths.js";
import { type Progress, startProgress } from "./progress.js";

const usage = `usage: astra <command> [options]

  build [--world]              build the world, its Linux executable and the boot CD
                               (--world: stop before the CD)
  boot [--hosted | --qemu] [--eval FORM]... [--memory MIB]
                               build what is missing, then boot to a prompt; with --eval,
                               or a script on standard input, run that and exit
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
  const known = [BuildError, BenchError, MissingProgramError];
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
