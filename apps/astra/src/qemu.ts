/** Runs a world in QEMU: interactively, or driven by a program over the serial line. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createConnection } from "node:net";
import { StringDecoder } from "node:string_decoder";

export interface Machine {
  /** Path of qemu-system-x86_64. */
  readonly program: string;
  readonly iso: string;
  readonly memoryMiB?: number;
  /** More arguments, such as `-display none` or `-icount shift=0`. */
  readonly extra?: readonly string[];
}

/** Arguments that every run shares: no KVM, no network boot ROM. */
export function machineArguments({
  iso,
  memoryMiB = 1024,
  extra = [],
}: Machine): string[] {
  return [
    "-accel",
    "tcg",
    "-m",
    `${memoryMiB}M`,
    "-net",
    "none",
    "-boot",
    "d",
    "-cdrom",
    iso,
    ...extra,
  ];
}

/** Boots with the serial line on this terminal; resolves to QEMU's exit status. */
export async function bootInteractively(machine: Machine): Promise<number> {
  // Unlike -nographic, this keeps the messages of the firmware off the serial line.
  const terminal = ["-display", "none", "-serial", "mon:stdio"];
  const child = spawn(machine.program, [...machineArguments(machine), ...terminal], {
    stdio: "inherit",
  });
  return exitStatus(child);
}

/** A machine whose serial line a program reads and writes. */
export interface DrivenMachine {
  /** Sends text as if typed on the serial line. */
  type(text: string): void;
  /**
   * Waits until `text` has come in since the last match; returns what came before it.
   * @throws Error with what did come when it takes longer than `limitSeconds`
   */
  waitFor(text: string | RegExp, limitSeconds: number): Promise<string>;
  /** Everything the machine has printed. */
  output(): string;
  /** Runs a command of the QEMU machine protocol and returns its answer. */
  control(
    execute: string,
    parameters?: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  /** Stops the machine at once. */
  stop(): Promise<void>;
  readonly exited: Promise<number>;
}

/** Starts `machine` without a display, its serial line on pipes, its monitor on `socket`. */
export function startDriven(machine: Machine, socket: string): DrivenMachine {
  const qmp = ["-qmp", `unix:${socket},server=on,wait=off`];
  const serial = ["-display", "none", "-serial", "stdio", "-monitor", "none"];
  const child = spawn(
    machine.program,
    [...machineArguments(machine), ...serial, ...qmp],
    {
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  return driven(child, socket);
}

/** Drives a process with pipes for a serial line; QEMU's monitor listens on `socket`. */
export function driven(child: ChildProcess, socket?: string): DrivenMachine {
  const decoder = new StringDecoder("utf8");
  let text = "";
  let consumed = 0;
  const waiters = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    text += decoder.write(chunk);
    for (const wake of waiters) wake();
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  const exited = exitStatus(child);
  void exited.then(() => {
    for (const wake of waiters) wake();
  });
  return {
    type: (typed) => void child.stdin?.write(typed),
    output: () => text,
    exited,
    async waitFor(wanted, limitSeconds) {
      const deadline = Date.now() + limitSeconds * 1000;
      for (;;) {
        const match = find(wanted, text, consumed);
        if (match !== undefined) {
          const before = text.slice(consumed, match.start);
          consumed = match.end;
          return before;
        }
        const left = deadline - Date.now();
        if (left <= 0 || child.exitCode !== null) {
          const why =
            left <= 0 ? `within ${limitSeconds} s` : "before the machine stopped";
          throw new Error(
            `${wanted} did not come ${why}; the end of what came:\n${tail(text)}`,
          );
        }
        await changed(waiters, left);
      }
    },
    async control(execute, parameters = {}) {
      if (socket === undefined) throw new Error("this process has no control socket");
      return qmpCommand(socket, execute, parameters);
    },
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Where `wanted` is first in `text`, from `from` on. */
function find(
  wanted: string | RegExp,
  text: string,
  from: number,
): { readonly start: number; readonly end: number } | undefined {
  if (typeof wanted === "string") {
    const start = text.indexOf(wanted, from);
    return start < 0 ? undefined : { start, end: start + wanted.length };
  }
  const match = wanted.exec(text.slice(from));
  if (match === null) return undefined;
  const start = from + match.index;
  return { start, end: start + match[0].length };
}

function tail(text: string): string {
  return text.slice(-2000);
}

function changed(waiters: Set<() => void>, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      waiters.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, limitMs);
    waiters.add(wake);
  });
}

async function exitStatus(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

/** One command over a fresh connection: greeting, capabilities, command, answer. */
async function qmpCommand(
  socket: string,
  execute: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const connection = createConnection(socket);
  const answers = jsonLines(connection);
  await answers.next();
  connection.write(`${JSON.stringify({ execute: "qmp_capabilities" })}\n`);
  await answers.next();
  connection.write(`${JSON.stringify({ execute, arguments: parameters })}\n`);
  for await (const answer of answers) {
    if (isRecord(answer) && ("return" in answer || "error" in answer)) {
      connection.destroy();
      return answer;
    }
  }
  throw new Error(`QEMU closed its control socket during ${execute}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

async function* jsonLines(stream: NodeJS.ReadableStream): AsyncGenerator<unknown> {
  let rest = "";
  for await (const chunk of stream) {
    rest += String(chunk);
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() !== "") yield JSON.parse(line);
    }
  }
}
