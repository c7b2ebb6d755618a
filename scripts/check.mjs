// Runs the gates of the repository; `node scripts/check.mjs NAME…` runs those named.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkAssembly } from "./gates/assembly.mjs";
import { checkDefinitions } from "./gates/definitions.mjs";
import { checkLayers, LAYERS } from "./gates/layers.mjs";
import { checkStyle } from "./gates/style.mjs";
import { checkTarballs } from "./gates/tarball.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A gate that is a command: one thing looked at, its output the only problem. */
function command(name, args) {
  const path = join(root, "node_modules", ".bin", name);
  const run = spawnSync(path, args, { cwd: root, encoding: "utf8", timeout: 300_000 });
  const output = `${run.stdout}${run.stderr}${run.error?.message ?? ""}`;
  return { looked: 1, problems: run.status === 0 ? [] : [output] };
}

const GATES = {
  layers: () => checkLayers(root),
  style: () => checkStyle(root),
  definitions: () => checkDefinitions(root),
  assembly: () => checkAssembly(root),
  biome: () => command("biome", ["check", "--error-on-warnings", "."]),
  workspace: () => command("sherif", []),
  types: () => command("tsc", ["-p", "tsconfig.test.json"]),
  tarballs: () =>
    checkTarballs(
      root,
      LAYERS.map(({ directory }) => join(root, directory)),
    ),
};

/** Runs the gates called `names`; how many passed and failed. */
export async function runGates(names) {
  const counts = { passed: 0, failed: 0 };
  for (const name of names) {
    const { looked, problems } = await GATES[name]();
    const isGood = looked > 0 && problems.length === 0;
    if (isGood) counts.passed++;
    else counts.failed++;
    console.log(`gate ${name}: ${isGood ? "passed" : "failed"}, looked at ${looked}`);
    for (const problem of problems) console.log(`  ${problem}`);
  }
  return counts;
}

/** The names of all gates, cheap ones first. */
export const GATE_NAMES = Object.keys(GATES);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : GATE_NAMES;
  const unknown = names.filter((name) => !GATE_NAMES.includes(name));
  if (unknown.length > 0) {
    console.error(
      `check: no gate is named ${unknown.join(", ")}; use ${GATE_NAMES.join(", ")}`,
    );
    process.exit(2);
  }
  process.exit((await runGates(names)).failed > 0 ? 1 : 0);
}
