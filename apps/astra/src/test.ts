/** Runs Lisp test files, unchanged, on every engine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSystem, World } from "@astralisp/bootstrap";
import { needProgram } from "./debian.js";
import { withConfiguration, worldStatus } from "./fw-cfg.js";
import type { Paths } from "./paths.js";
import { machineArguments } from "./qemu.js";

/** The engines that run Lisp tests. */
export const engines = ["js", "hosted", "stress", "qemu"] as const;

export type Engine = (typeof engines)[number];

export interface TestOptions {
  readonly engines: readonly Engine[];
  /** Test files; none: all of the runtime's test system. */
  readonly files: readonly string[];
  readonly report: (line: string) => void;
}

/** What one engine made of the tests. */
export interface EngineResult {
  readonly engine: Engine;
  readonly passed: number;
  readonly failed: number;
  /** The lines of the tests that failed, or the end of what an engine said that broke. */
  readonly problems: readonly string[];
}

/** A run of an engine over one script. */
interface Run {
  readonly output: string;
  readonly status: number;
}

const limitSeconds = 300;

/** Runs the tests on each engine in turn; an engine that breaks counts as one failure. */
export async function runTests(
  paths: Paths,
  { engines: wanted, files, report }: TestOptions,
): Promise<readonly EngineResult[]> {
  const results: EngineResult[] = [];
  for (const engine of wanted) {
    report(`testing: ${engine}`);
    const script = testScript(paths, engine, files);
    results.push(judge(engine, await runners[engine](paths, script, report)));
  }
  return results;
}

/**
 * One script for every engine: the harness, the tests and the call that runs them. A
 * machine without a file system gets it on standard input like the others.
 */
function testScript(paths: Paths, engine: Engine, files: readonly string[]): string {
  const folder = join(paths.root, "packages/runtime/test/lisp");
  const system = join(folder, "astralisp-runtime-tests.asd");
  const all = readSystem(system, new World().readerContext()).files;
  const [harness = ""] = all;
  const whole = [...all, ...nativeTests(paths, engine)];
  const wanted = files.length === 0 ? whole : [harness, ...files.flatMap(withExpected)];
  const texts = wanted.map((file) => readFileSync(file, "utf8"));
  return `${texts.join("\n")}\n(astralisp.test:run-tests-and-exit)\n`;

  function withExpected(file: string): string[] {
    const recorded = all.find((other) => other.endsWith(`/expected/${nameOf(file)}`));
    return recorded === undefined ? [file] : [recorded, file];
  }
}

/** Where engines beside the JavaScript host have tests of what that has not. */
const nativeFolders: Readonly<Record<Engine, readonly string[]>> = (() => {
  // Threads, memory, the compiler inside; and what only a Linux process has.
  const native = ["packages/kernel/test/lisp", "packages/compiler/test/lisp"];
  const hosted = [...native, "packages/kernel/test/hosted"];
  return { js: [], qemu: native, hosted, stress: hosted };
})();

function nativeTests({ root }: Paths, engine: Engine): string[] {
  return nativeFolders[engine].flatMap((name) => {
    const folder = join(root, name);
    return readdirSync(folder)
      .filter((file) => file.endsWith(".lisp"))
      .sort()
      .map((file) => join(folder, file));
  });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const runners: Readonly<
  Record<
    Engine,
    (paths: Paths, script: string, report: (line: string) => void) => Promise<Run>
  >
> = {
  js: runJavaScript,
  hosted: ({ executable }, script) => execute(executable, ["--script"], script),
  stress: ({ executable }, script) =>
    execute(executable, ["--stress", "--script"], script),
  qemu: async ({ iso }, script, report) => {
    const program = needProgram("qemu-system-x86_64", report);
    return withConfiguration({ args: ["--script"], script }, async (extra) => {
      const args = [...machineArguments({ program, iso, extra }), "-nographic"];
      const { output, status } = await execute(program, args, "");
      return { output: output.replaceAll("\r\n", "\n"), status: worldStatus(status) };
    });
  },
};

async function runJavaScript({ root }: Paths, script: string): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "astra-test-"));
  try {
    const file = join(folder, "tests.lisp");
    writeFileSync(file, script);
    const engine = join(root, "packages/bootstrap/bin/astra-js.mjs");
    return await execute(process.execPath, [engine, "--quiet", "--load", file], "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a command with `input` on its standard input; ends it when it takes too long. */
async function execute(
  command: string,
  args: readonly string[],
  input: string,
): Promise<Run> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  // An engine may end before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill("SIGKILL"), limitSeconds * 1000);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  clearTimeout(timer);
  const ended = signal === null ? "" : `\nended by ${signal}\n`;
  return { output: Buffer.concat(chunks).toString("utf8") + ended, status: code ?? 1 };
}

/** Only the closing line and the exit status together say that all is well. */
function judge(engine: Engine, { output, status }: Run): EngineResult {
  const closing = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  const lines = output.split("\n");
  if (closing === undefined) {
    return { engine, passed: 0, failed: 1, problems: lines.slice(-20) };
  }
  const passed = Number(closing[1]);
  const failed = Number(closing[2]);
  const problems = lines.filter((line) => / FAIL /.test(line));
  if (passed + failed === 0) {
    return { engine, passed, failed: 1, problems: ["it tested nothing"] };
  }
  if (failed === 0 && status !== 0) {
    return { engine, passed, failed: 1, problems: [`its exit status is ${status}`] };
  }
  return { engine, passed, failed, problems };
}

/** The report of `astra test`; its last line counts the tests of all engines. */
export function formatResults(results: readonly EngineResult[]): string {
  const lines = results.flatMap(({ engine, passed, failed, problems }) => [
    ...problems.map((problem) => `  ${problem}`),
    `${engine}: ${passed} passed, ${failed} failed`,
  ]);
  const sum = (pick: (result: EngineResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  const total = `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`;
  return [...lines, total].join("\n");
}
