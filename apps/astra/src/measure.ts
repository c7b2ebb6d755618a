/** What a world costs: sizes, start, collections, the way to the prompt. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchError } from "./bench.js";
import { findProgram } from "./debian.js";
import { withConfiguration } from "./fw-cfg.js";
import type { Paths } from "./paths.js";

/** A figure, its unit and the mark it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly mark?: number;
}

/** Measures the built world: it must have been built with its CD. */
export async function measure(
  paths: Paths,
  report: (line: string) => void,
): Promise<readonly Figure[]> {
  report("bench: sizes, start, heap");
  const megabytes = statSync(paths.iso).size / 1048576;
  const figures: Figure[] = [
    { name: "ISO", value: megabytes, unit: "MiB", mark: 32 },
    {
      name: "hosted start to first form",
      value: startTime(paths),
      unit: "ms CPU",
      mark: 100,
    },
    ...heapFigures(paths),
    { name: "cold build", value: coldBuild(paths, report), unit: "s CPU", mark: 240 },
  ];
  const qemu = findProgram("qemu-system-x86_64");
  if (qemu === undefined) return figures;
  report("bench: instructions from power-on to the first form in QEMU");
  return [
    ...figures,
    { name: "power-on to first form", ...(await bootInstructions(qemu, paths)) },
  ];
}

function run(command: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: 300_000,
    input: "",
  });
  if (status !== 0 && status !== 1) {
    throw new BenchError(`${command} ended with status ${status}:\n${stderr}${stdout}`);
  }
  return stdout;
}

/** The median CPU time of ten starts, from exec to the first form, in milliseconds. */
function startTime({ executable }: Paths): number {
  const times = Array.from({ length: 10 }, () =>
    Number(run(executable, ["--eval", "(astralisp.primitives:%run-time-ns)"])),
  ).sort((a, b) => a - b);
  return (times[5] ?? Number.NaN) / 1e6;
}

/** The CPU seconds of a build in a fresh clone, packages, world and CD included. */
function coldBuild({ root }: Paths, report: (line: string) => void): number {
  report("bench: a cold build in a fresh clone");
  const clone = mkdtempSync(join(tmpdir(), "astralisp-cold-"));
  try {
    run("git", ["clone", "--quiet", root, clone]);
    const script = "node scripts/astra.mjs build >&2 || exit 3; times";
    const { stdout, stderr, status } = spawnSync("bash", ["-c", script], {
      cwd: clone,
      encoding: "utf8",
      maxBuffer: 1 << 26,
      env: { ...process.env, TURBO_FORCE: "true" },
    });
    if (status !== 0) throw new BenchError(`the cold build failed:\n${stderr}`);
    // The second line of TIMES is user and system time of the children: 1m2.5s 0m3.1s.
    const children = stdout.trim().split("\n")[1] ?? "";
    const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
    return times.reduce((sum, [, m, s]) => sum + 60 * Number(m) + Number(s), 0);
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

/** What the image is made of, printed by the system itself, and the files' sizes. */
export function imageSize(paths: Paths): string {
  const table = run(paths.executable, ["--eval", "(astralisp:print-image-size)"]);
  const files = [paths.warmWorld, paths.executable, paths.iso].map(
    (file) => `${file}: ${statSync(file).size.toLocaleString("en")} octets`,
  );
  return [table.trimEnd(), ...files].join("\n");
}

function heapFigures({ root, executable }: Paths): Figure[] {
  const file = join(root, "packages/compiler/bench/heap.lisp");
  const units: Readonly<Record<string, string>> = {
    us: "µs",
    mib: "MiB",
    collections: "",
  };
  const lines = run(executable, ["--load", file]).matchAll(/^HEAP (\S+) (\d+)$/gm);
  return [...lines].map(([, name = "", value]) => ({
    name: `heap: ${name.replace(/-(us|mib)$/, "").replaceAll("-", " ")}`,
    value: Number(value),
    unit: units[/-(us|mib)$/.exec(name)?.[1] ?? "collections"] ?? "",
  }));
}

/** Under `-icount shift=0` the time stamp counter counts instructions from power-on. */
async function bootInstructions(
  qemu: string,
  { iso }: Paths,
): Promise<Omit<Figure, "name">> {
  const args = ["--eval", "(list :tsc (astralisp.primitives:%read-tsc))"];
  const output = await withConfiguration({ args }, async (extra) =>
    run(qemu, [
      ...["-accel", "tcg", "-icount", "shift=0,sleep=off", "-m", "1024M", "-net", "none"],
      ...["-display", "none", "-serial", "stdio", "-monitor", "none"],
      ...["-cdrom", iso, "-boot", "d", ...extra],
    ]),
  );
  const match = /\(:TSC (\d+)\)/.exec(output);
  if (match === null)
    throw new BenchError(`no count of instructions in:\n${output.slice(-500)}`);
  return { value: Number(match[1]) / 1e6, unit: "M instructions", mark: 1000 };
}

/** The figures as a table. */
export function formatFigures(figures: readonly Figure[]): string {
  return figures
    .map(({ name, value, unit, mark }) => {
      const digits = value < 100 ? 1 : 0;
      const held = mark === undefined ? "" : `   (mark: at most ${mark})`;
      return `${name.padEnd(30)}${value.toFixed(digits).padStart(10)} ${unit}${held}`;
    })
    .join("\n");
}
