/** The command `astra fuzz`. */
import { parseArgs } from "node:util";
import { build } from "../build.js";
import type { Paths } from "../paths.js";
import type { Progress } from "../progress.js";
import { type FuzzKind, fuzzKinds } from "./cases.js";
import { type FuzzResult, formatFuzz, runFuzz } from "./fuzz.js";
import { type FuzzEngine, fuzzEngines } from "./worlds.js";

/** Runs the command; resolves to the exit status. */
export async function fuzzCommand(
  args: readonly string[],
  paths: Paths,
  progress: Progress,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      count: { type: "string" },
      kind: { type: "string", multiple: true },
      engine: { type: "string" },
      load: { type: "string", multiple: true },
      seconds: { type: "string" },
      keep: { type: "string" },
      reports: { type: "boolean" },
      "no-shrink": { type: "boolean" },
    },
  });
  const engine = oneOf(fuzzEngines, "engine", values.engine ?? "hosted");
  const kinds = (values.kind ?? fuzzKinds).map((name) => oneOf(fuzzKinds, "kind", name));
  if (engine !== "js") await build(paths, { iso: engine === "qemu", progress });
  const result = await runFuzz({
    seed: Number(values.seed ?? Date.now() % 1_000_000),
    count: Number(values.count ?? "1000"),
    kinds,
    world: {
      engine,
      paths,
      load: values.load ?? [],
      seconds: Number(values.seconds ?? usualSeconds[engine]),
      ...(values.keep === undefined ? {} : { keep: values.keep }),
    },
    shrink: values["no-shrink"] !== true,
    report: progress.step,
  });
  progress.done("");
  if (values.reports === true) process.stdout.write(`${formatShapes(result)}\n`);
  process.stdout.write(`${formatFuzz(result)}\n`);
  return result.failed === 0 && result.cases > 0 ? 0 : 1;
}

const usualSeconds: Readonly<Record<FuzzEngine, string>> = {
  hosted: "2",
  stress: "10",
  js: "4",
  qemu: "4",
};

function oneOf<T extends FuzzKind | FuzzEngine>(
  known: readonly T[],
  option: string,
  name: string,
): T {
  const found = known.find((one) => one === name);
  if (found !== undefined) return found;
  throw new TypeError(`--${option} is ${known.join(", ")}; not ${name}`);
}

/** The shapes of reports, the most frequent first. */
function formatShapes({ shapes }: FuzzResult): string {
  return Object.entries(shapes)
    .sort(([, a], [, b]) => b - a)
    .map(([shape, count]) => `${String(count).padStart(7)} ${shape}`)
    .join("\n");
}
