/** The command `astra differential`. */
import { parseArgs } from "node:util";
import { build } from "../build.js";
import { findProgram, needProgram } from "../debian.js";
import type { Paths } from "../paths.js";
import type { Progress } from "../progress.js";
import { formatDifferential, implementations, runDifferential } from "./differential.js";
import type { Implementation } from "./engines.js";

/** Runs the command; resolves to the exit status. */
export async function differentialCommand(
  args: readonly string[],
  paths: Paths,
  progress: Progress,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      count: { type: "string" },
      engine: { type: "string" },
      kind: { type: "string" },
      "no-shrink": { type: "boolean" },
      disputed: { type: "boolean" },
    },
  });
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const ours = await engineUnderTest(values.engine ?? "hosted", paths, progress);
  progress.step(`differential: seed ${seed}`);
  const result = await runDifferential(paths, {
    seed,
    count: Number(values.count ?? "5000"),
    ...(values.kind === undefined ? {} : { kind: values.kind }),
    shrink: values["no-shrink"] !== true,
    disputed: values.disputed === true,
    ours,
    oracles: oracles(progress),
    report: progress.step,
  });
  progress.done("");
  process.stdout.write(`${formatDifferential(result)}\n`);
  return result.differences.length === 0 ? 0 : 1;
}

async function engineUnderTest(
  name: string,
  paths: Paths,
  progress: Progress,
): Promise<Implementation> {
  if (name === "js") {
    return implementations.js(`${paths.root}/packages/bootstrap/bin/astra-js.mjs`);
  }
  if (name !== "hosted") throw new TypeError(`--engine is hosted or js, not ${name}`);
  await build(paths, { iso: false, progress });
  return implementations.hosted(paths.executable);
}

/** SBCL, and CLISP where it is installed. */
function oracles(progress: Progress): readonly Implementation[] {
  const sbcl = implementations.sbcl(needProgram("sbcl", progress.done));
  const clisp = findProgram("clisp");
  return clisp === undefined ? [sbcl] : [sbcl, implementations.clisp(clisp)];
}
