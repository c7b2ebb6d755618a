/** Worlds that cases are tried in, hundreds in one process. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needProgram } from "../debian.js";
import { lispString } from "../differential/engines.js";
import { withConfiguration } from "../fw-cfg.js";
import type { Paths } from "../paths.js";
import { machineArguments } from "../qemu.js";
import { type Outcome, readOutcome } from "./judge.js";

export const fuzzEngines = ["hosted", "stress", "js", "qemu"] as const;

export type FuzzEngine = (typeof fuzzEngines)[number];

/** A world to try cases in. */
export interface FuzzWorld {
  readonly engine: FuzzEngine;
  readonly paths: Paths;
  /** Lisp files that are loaded before the cases. */
  readonly load: readonly string[];
  /** How many seconds a case may take. */
  readonly seconds: number;
  /** A folder for the scripts of worlds that ended before they should. */
  readonly keep?: string;
}

/** An input, and what the driver is to do with it. */
export interface Case {
  readonly kind: string;
  readonly text: string;
}

/** The memory of a hosted world: enough for a case, and soon exhausted. */
const heapMiB = "192";

/**
 * The outcomes of `cases` in order. After each `stride` cases the heap is looked at; the
 * one that damaged it is found by trying the last of them once more, one by one.
 */
export async function tryCases(
  world: FuzzWorld,
  cases: readonly Case[],
  stride = 25,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.length < cases.length) {
    const rest = cases.slice(outcomes.length);
    const { answers, checked, end } = await runCases(world, rest, stride);
    outcomes.push(...answers.slice(0, end.type === "HEAP" ? checked : rest.length));
    if (end.type === "value" && outcomes.length < cases.length) {
      outcomes.push({ type: "CRASH", report: "it ended without an answer" });
    } else if (end.type === "HEAP" && stride > 1) {
      const suspects = rest.slice(checked, answers.length);
      outcomes.push(...(await tryCases(world, suspects, 1)));
    } else if (end.type !== "value") outcomes.push(end);
  }
  return outcomes;
}

interface Run {
  readonly answers: readonly Outcome[];
  /** After how many cases the heap was last found in order. */
  readonly checked: number;
  /** Why there are no more answers; `value` when there are none to come. */
  readonly end: Outcome;
}

async function runCases(
  world: FuzzWorld,
  cases: readonly Case[],
  stride: number,
): Promise<Run> {
  const text = script(world, cases, stride);
  const { lines, end, said } = await execute(world, text);
  const answers: Outcome[] = [];
  let checked = 0;
  for (const line of lines) {
    const [, index, heap, rest = ""] = /^@(\d+) (heap )?([\s\S]*)$/.exec(line) ?? [];
    if (index === undefined) continue;
    if (heap === undefined) answers[Number(index)] = readOutcome(rest);
    else if (rest === "ok") checked = Number(index);
    else return { answers, checked, end: { type: "HEAP", report: rest } };
  }
  // Where the line of a case is empty, and others follow, it left for the top level.
  const whole = Array.from(answers, (one) =>
    one === undefined || one.type === "" ? { type: "LOST", report: said } : one,
  );
  if (checked === cases.length && whole.length === cases.length) {
    return { answers: whole, checked, end: { type: "value", report: "" } };
  }
  if (world.keep !== undefined) {
    writeFileSync(join(world.keep, `${end}-${answers.length}-${Date.now()}.lisp`), text);
  }
  // The last line may be the beginning of the one for the case that ended the world.
  if (answers.at(-1)?.type === "") whole.pop();
  // Nothing but the end of its process stops a loop in JavaScript.
  const type = end === "HANG" && world.engine === "js" ? "TIMEOUT" : end;
  return { answers: whole, checked, end: { type, report: said } };
}

function script(world: FuzzWorld, cases: readonly Case[], stride: number): string {
  const driver = join(world.paths.root, "apps/astra/lisp/fuzz.lisp");
  const calls = cases.map(({ kind, text }, index) => {
    const call = `(astralisp.fuzz:try ${index} "${kind}" ${lispString(text)})`;
    const isLast = index === cases.length - 1 || index % stride === stride - 1;
    return isLast ? `${call}\n(astralisp.fuzz:check-heap ${index + 1})` : call;
  });
  return [
    readFileSync(driver, "utf8"),
    `(setf astralisp.fuzz:*seconds* ${world.seconds})`,
    ...world.load.map((file) => readFileSync(file, "utf8")),
    ...calls,
    "",
  ].join("\n");
}

interface Execution {
  readonly lines: readonly string[];
  readonly end: "CRASH" | "HANG";
  /** The end of what was said beside the answers. */
  readonly said: string;
}

function execute(world: FuzzWorld, text: string): Promise<Execution> {
  const { engine, paths } = world;
  if (engine === "qemu") {
    const program = needProgram("qemu-system-x86_64", () => {});
    return withConfiguration({ args: ["--script"], script: text }, (extra) => {
      const machine = machineArguments({ program, iso: paths.iso, extra });
      return listen(world, program, [...machine, "-nographic"]);
    });
  }
  return withScript(text, (file) => {
    if (engine === "js") {
      const js = join(paths.root, "packages/bootstrap/bin/astra-js.mjs");
      return listen(world, process.execPath, [js, "--quiet", "--load", file]);
    }
    const mode = engine === "stress" ? ["--stress"] : [];
    return listen(world, paths.executable, [...mode, "--load", file]);
  });
}

async function withScript<T>(
  text: string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "astra-fuzz-"));
  try {
    const file = join(folder, "cases.lisp");
    writeFileSync(file, text);
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a process until it ends or has been silent for too long. */
function listen(
  { seconds, engine }: FuzzWorld,
  command: string,
  args: readonly string[],
): Promise<Execution> {
  const env = { ...process.env, ASTRALISP_HEAP: heapMiB };
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
  const chunks: Buffer[] = [];
  let errors = "";
  let end: "CRASH" | "HANG" = "CRASH";
  const timer = setTimeout(
    () => {
      end = "HANG";
      child.kill("SIGKILL");
    },
    (engine === "js" ? seconds : seconds * 4 + 4) * 1000,
  );
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    timer.refresh();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors = `${errors}${chunk.toString("utf8")}`.slice(-400);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const lines = Buffer.concat(chunks).toString("utf8").split(/\r?\n/);
      const said = lines.filter((line) => !line.startsWith("@")).slice(-12);
      resolve({
        lines,
        end,
        said: [`status ${code ?? signal}`, ...said, errors].join(" | ").slice(-600),
      });
    });
  });
}
