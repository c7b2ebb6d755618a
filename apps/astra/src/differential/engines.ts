/** Implementations of Lisp that answer programs, hundreds in one process. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Program } from "./program.js";

/** An implementation: its name, and how to make it load a file. */
export interface Implementation {
  readonly name: string;
  readonly command: string;
  readonly args: (file: string) => readonly string[];
  /** Forms that it reads first. */
  readonly prelude?: string;
}

/** What a program came to where there is no answer. */
export const crashed = "CRASH";
export const hung = "HANG";

/** After so long without a line the process counts as hung. */
const silenceMs = 20_000;

/** The answers of `implementation` to `programs`, one line of text each. */
export async function answersOf(
  implementation: Implementation,
  driver: string,
  programs: readonly Program[],
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "astra-answers-"));
  try {
    const answers: string[] = [];
    while (answers.length < programs.length) {
      const rest = programs.slice(answers.length);
      const file = join(folder, "programs.lisp");
      writeFileSync(file, script(implementation, driver, rest));
      const { lines, end } = await run(implementation, file);
      answers.push(...inOrder(lines).slice(0, rest.length));
      // What came after the last answer ended the process: the rest gets a new one.
      if (answers.length < programs.length) answers.push(end);
    }
    return answers;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function script(
  { prelude = "" }: Implementation,
  driver: string,
  programs: readonly Program[],
): string {
  const calls = programs.map(
    ({ text }, index) => `(astralisp.answers:answer ${index} ${lispString(text)})`,
  );
  return `${readFileSync(driver, "utf8")}\n${prelude}\n${calls.join("\n")}\n`;
}

/** `text` as a Lisp string literal. */
export function lispString(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** The answers of the lines `@INDEX ANSWER`, up to the first that is not the next. */
function inOrder(lines: readonly string[]): readonly string[] {
  const answers: string[] = [];
  for (const line of lines) {
    const match = /^@(\d+) ?(.*)$/.exec(line);
    if (match === null) continue;
    if (Number(match[1]) !== answers.length) break;
    answers.push(match[2] ?? "");
  }
  return answers;
}

interface Run {
  readonly lines: readonly string[];
  /** Why there are no more lines. */
  readonly end: string;
}

function run({ command, args }: Implementation, file: string): Promise<Run> {
  const child = spawn(command, args(file), { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  let end: string = crashed;
  const timer = setTimeout(() => {
    end = hung;
    child.kill("SIGKILL");
  }, silenceMs);
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    timer.refresh();
  });
  child.stderr.resume();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      const text = Buffer.concat(chunks).toString("utf8");
      resolve({ lines: text.split("\n").slice(0, -1), end });
    });
  });
}
