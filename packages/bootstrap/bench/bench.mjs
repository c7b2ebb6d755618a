// Compares the kernels as JavaScript with SBCL's: interleaved runs, medians, ratios.
// usage: node packages/bootstrap/bench/bench.mjs [ROUNDS]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const files = ["kernels", "driver"].map((name) => join(here, `${name}.lisp`));
const rounds = Number(process.argv[2] ?? 3);
const limit = 3;

function parse(output) {
  const times = new Map();
  for (const line of output.split("\n")) {
    const match = /^([\w-]+) (\d+)$/.exec(line.trim());
    if (match) times.set(match[1], Number(match[2]));
  }
  if (times.size === 0) throw new Error(`no measurements in: ${output}`);
  return times;
}

const run = (program, args) =>
  parse(execFileSync(program, args, { encoding: "utf8", timeout: 300_000 }));

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

const directory = mkdtempSync(join(tmpdir(), "astralisp-bench-"));
const script = join(directory, "bench.lisp");
const loads = files.map(
  (file, i) =>
    `(load (compile-file "${file}" :output-file "${join(directory, `${i}.fasl`)}"))`,
);
writeFileSync(script, `${loads.join("\n")}\n(measure-all)\n`);
const command = join(here, "../bin/astra-js.mjs");
const ours = [];
const theirs = [];
try {
  for (let round = 0; round < rounds; round++) {
    ours.push(run("node", [command, "--quiet", ...files, "--eval", "(measure-all)"]));
    theirs.push(run("sbcl", ["--script", script]));
  }
} finally {
  rmSync(directory, { recursive: true });
}

let worst = 0;
console.log("kernel            JavaScript        SBCL   ratio");
for (const name of ours[0].keys()) {
  const js = median(ours.map((times) => times.get(name)));
  const sbcl = median(theirs.map((times) => times.get(name)));
  const ratio = js / sbcl;
  worst = Math.max(worst, ratio);
  const columns = [js, sbcl].map((ns) => `${(ns / 1e6).toFixed(2)} ms`.padStart(11));
  console.log(`${name.padEnd(16)} ${columns.join(" ")}   ${ratio.toFixed(2)}`);
}
console.log(
  `worst ratio ${worst.toFixed(2)}, mark ${limit}; load ${loadavg()[0].toFixed(1)}`,
);
process.exitCode = worst <= limit ? 0 : 1;
