/** Boots a built world: as a Linux process, or in QEMU. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { MissingProgramError, needProgram } from "./debian.js";
import { withConfiguration, worldStatus } from "./fw-cfg.js";
import type { Paths } from "./paths.js";
import { bootInteractively } from "./qemu.js";

export interface BootOptions {
  /** True: a Linux process; false: QEMU; undefined: QEMU where it can be had. */
  readonly hosted: boolean | undefined;
  /** Forms to evaluate instead of starting a REPL. */
  readonly forms: readonly string[];
  /** True when standard input is a script and not a person. */
  readonly script: boolean;
  readonly memoryMiB: number;
  readonly report: (line: string) => void;
}

/** Boots and resolves to the exit status of the world. */
export async function boot(paths: Paths, options: BootOptions): Promise<number> {
  const args = options.forms.flatMap((form) => ["--eval", form]);
  if (options.script && args.length === 0) args.push("--script");
  const qemu = options.hosted === true ? undefined : findQemu(options);
  if (qemu === undefined) return runHosted(paths.executable, args);
  if (args.length === 0) {
    return bootInteractively({
      program: qemu,
      iso: paths.iso,
      memoryMiB: options.memoryMiB,
    });
  }
  return runInQemu(qemu, paths.iso, args, options);
}

function findQemu({ hosted, report }: BootOptions): string | undefined {
  try {
    return needProgram("qemu-system-x86_64", report);
  } catch (error) {
    if (hosted === false || !(error instanceof MissingProgramError)) throw error;
    report(`${error.message}; running as a Linux process instead`);
    return undefined;
  }
}

async function runHosted(executable: string, args: readonly string[]): Promise<number> {
  // Ctrl-C is for the world, which gets it from the terminal as well.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  const child = spawn(executable, args, { stdio: "inherit" });
  child.once("exit", () => process.off("SIGINT", ignore));
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  if (signal !== null) process.stderr.write(`the world ended by ${signal}\n`);
  return code ?? 1;
}

/** Gives the world its arguments, and standard input as a script, by fw_cfg. */
async function runInQemu(
  program: string,
  iso: string,
  args: readonly string[],
  { memoryMiB, script }: BootOptions,
): Promise<number> {
  const configuration = script ? { args, script: readFileSync(0) } : { args };
  return withConfiguration(configuration, async (extra) =>
    worldStatus(await bootInteractively({ program, iso, memoryMiB, extra })),
  );
}
