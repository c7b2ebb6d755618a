/** Benchmarks: the same Lisp file in two systems in turn, as ratios of medians. */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";

/** A system that reads Lisp from standard input. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Times of one kernel in microseconds of CPU, one for each round. */
type Times = Map<string, number[]>;

export interface BenchRow {
  readonly kernel: string;
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
}

export interface BenchResult {
  readonly rows: readonly BenchRow[];
  readonly geometricMean: number;
}

/** A system that did not run a kernel, or got it wrong. */
export class BenchError extends Error {
  override readonly name = "BenchError";
}

/**
 * Runs `script`, which prints a line `BENCH name microseconds ok` for each kernel,
 * `rounds` times in `ours` and `peer` in turn.
 * @throws BenchError when a system fails or a kernel returns a wrong value
 */
export function compare(
  script: string,
  ours: Contender,
  peer: Contender,
  rounds: number,
  report: (line: string) => void,
): BenchResult {
  const times = { ours: new Map() as Times, peer: new Map() as Times };
  for (let round = 1; round <= rounds; round++) {
    for (const side of ["peer", "ours"] as const) {
      const contender = side === "ours" ? ours : peer;
      report(`bench: round ${round} of ${rounds}, ${contender.name}`);
      record(times[side], contender, script);
    }
  }
  const rows = [...times.peer].map(([kernel, peerTimes]) => {
    const our = median(times.ours.get(kernel) ?? []);
    const their = median(peerTimes);
    return { kernel, ours: our, peer: their, ratio: our / their };
  });
  if (rows.length === 0) throw new BenchError(`${peer.name} ran no kernel`);
  const sum = rows.reduce((total, { ratio }) => total + Math.log(ratio), 0);
  return { rows, geometricMean: Math.exp(sum / rows.length) };
}

function record(times: Times, { name, command, args }: Contender, script: string): void {
  const { stdout, stderr, status } = spawnSync(command, args, {
    input: script,
    encoding: "utf8",
    timeout: 600_000,
    maxBuffer: 1 << 24,
  });
  if (status !== 0) {
    throw new BenchError(
      `${name} ended with status ${status}:\n${stderr}${stdout.slice(-1000)}`,
    );
  }
  for (const line of stdout.split("\n")) {
    const match = /^BENCH (\S+) (\d+) (.*)$/.exec(line);
    if (match === null) continue;
    const [, kernel = "", microseconds, verdict] = match;
    if (verdict !== "ok") throw new BenchError(`${name}: ${kernel} is ${verdict}`);
    times.set(kernel, [...(times.get(kernel) ?? []), Number(microseconds)]);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The table that `npm run bench` prints. */
export function formatBench({ rows, geometricMean }: BenchResult, peer: string): string {
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const lines = rows.map(({ kernel, ours, peer: theirs, ratio }) =>
    row(kernel, milliseconds(ours), milliseconds(theirs), ratio.toFixed(2)),
  );
  const mean = row("geometric mean", "", "", geometricMean.toFixed(2));
  return [
    row("kernel", "ours ms", `${peer} ms`, "ratio"),
    ...lines,
    `${mean}   (load ${load})`,
  ].join("\n");
}

function row(kernel: string, ours: string, theirs: string, ratio: string): string {
  return (
    kernel.padEnd(24) + [ours, theirs, ratio].map((cell) => cell.padStart(11)).join("")
  );
}

function milliseconds(microseconds: number): string {
  return (microseconds / 1000).toFixed(1);
}
