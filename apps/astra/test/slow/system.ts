/** The built system, and conversations with it, for tests. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  build,
  type DrivenMachine,
  driven,
  findPaths,
  needProgram,
  type Paths,
  startDriven,
} from "@astralisp/astra";

/** A run that has ended. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

const quiet = { step: () => {}, done: () => {} };

/** Builds what is missing; returns where it is. */
export async function builtSystem(): Promise<Paths> {
  const paths = findPaths();
  await build(paths, { iso: true, progress: quiet });
  return paths;
}

/** Runs the hosted world to its end. */
export function runHosted(paths: Paths, args: readonly string[], input = ""): Ended {
  const { status, stdout, stderr } = spawnSync(paths.executable, [...args], {
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

/** Runs `astra` as a user does; `env` replaces variables of the environment. */
export function runAstra(
  paths: Paths,
  args: readonly string[],
  input = "",
  env: Readonly<Record<string, string>> = {},
): Ended {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(paths.root, "scripts/astra.mjs"), ...args],
    { input, encoding: "utf8", timeout: 120_000, env: { ...process.env, ...env } },
  );
  return { status, output: `${stdout}${stderr}`.replaceAll("\r\n", "\n") };
}

/** Runs `use` with a fresh folder, which is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "astra-test-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A listener on a terminal: of a Linux process or of a machine in QEMU. */
export interface Listener {
  readonly machine: DrivenMachine;
  /** Waits for the next prompt, of the listener or of the debugger. */
  prompt(): Promise<{ readonly before: string; readonly prompt: string }>;
  /** Types a line and returns what is printed up to the next prompt. */
  ask(line: string): Promise<string>;
  /** Types a line that leads to `prompt`; fails when another one comes. */
  askFor(prompt: string, line: string): Promise<string>;
  end(): Promise<void>;
}

export type Place = "hosted" | "qemu";

/** Starts a listener and waits for its first prompt. */
export async function startListener(
  paths: Paths,
  place: Place,
  extra: readonly string[] = [],
): Promise<Listener> {
  const folder = mkdtempSync(join(tmpdir(), "astra-test-"));
  const machine =
    place === "hosted"
      ? onTerminal(paths.executable)
      : startDriven(
          {
            program: needProgram("qemu-system-x86_64", quiet.done),
            iso: paths.iso,
            extra: ["-no-reboot", ...extra],
          },
          join(folder, "qmp"),
        );
  const listener = listenerOn(machine, async () => {
    await machine.stop();
    rmSync(folder, { recursive: true });
  });
  await listener.prompt();
  return listener;
}

/** script(1) gives the process a terminal of its own, so that octet 03 is Ctrl-C. */
function onTerminal(executable: string): DrivenMachine {
  const args = ["-qefc", executable, "/dev/null"];
  return driven(spawn("script", args, { stdio: ["pipe", "pipe", "pipe"] }));
}

function listenerOn(machine: DrivenMachine, end: () => Promise<void>): Listener {
  const prompts = /(?:^|\n)([A-Z-]+> |debug \d+> )$/;
  async function prompt() {
    const before = await machine.waitFor(prompts, 20);
    const [shown = ""] = /[^\n]*$/.exec(machine.output()) ?? [];
    return { before: clean(before), prompt: shown.trim() };
  }
  async function asked(line: string) {
    machine.type(`${line}\n`);
    const { before, prompt: shown } = await prompt();
    // The terminal shows what was typed.
    const answer = before.startsWith(line) ? before.slice(line.length) : before;
    return { answer: answer.trim(), shown };
  }
  return {
    machine,
    prompt,
    ask: async (line) => (await asked(line)).answer,
    async askFor(wanted, line) {
      const { answer, shown } = await asked(line);
      if (shown !== wanted) throw new Error(`${shown} came, not ${wanted}:\n${answer}`);
      return answer;
    },
    end,
  };
}

/** Text without carriage returns and the control sequences of a line editor. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replaceAll("\r", "").replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
}
