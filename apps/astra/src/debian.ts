/** Programs of other people that AstraLisp uses: where they are, how to get them. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian packages by the program they provide. */
const packages = {
  "qemu-system-x86_64": "qemu-system-x86",
  sbcl: "sbcl",
  clisp: "clisp",
  "llvm-mc": "llvm",
  xorriso: "xorriso",
} as const;

export type Program = keyof typeof packages;

/** A program that is missing and could not be installed. */
export class MissingProgramError extends Error {
  override readonly name = "MissingProgramError";
}

/** Returns the path of `program`, or undefined when it is not on PATH. */
export function findProgram(program: Program): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there, or not ours to run: look in the next folder.
    }
  }
  return undefined;
}

/**
 * Returns the path of `program`; installs its Debian package first when it is missing,
 * apt-get is there and we are root.
 * @throws MissingProgramError naming the command to type
 */
export function needProgram(program: Program, report: (line: string) => void): string {
  const found = findProgram(program);
  if (found !== undefined) return found;
  const name = packages[program];
  if (process.getuid?.() === 0 && installPackage(name, report)) {
    const installed = findProgram(program);
    if (installed !== undefined) return installed;
  }
  throw new MissingProgramError(
    `${program} is missing: install it with "apt-get install ${name}" as root, then try again`,
  );
}

function installPackage(name: string, report: (line: string) => void): boolean {
  report(`installing the Debian package ${name}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]): boolean =>
    spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] }).status ===
    0;
  const install = ["install", "-y", "--no-install-recommends", name];
  return apt(...install) || (apt("update") && apt(...install));
}
