#!/usr/bin/env node
import { createHash } from "node:crypto";
// Runs the developer's command on a thread with a large stack; see README.md. Bundles the
// sources first when one of them is newer than the bundle.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const STACK_MB = 900;
const HEAP_MB = 8192;
const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const cache = resolve(root, "node_modules/.cache/astralisp-bootstrap");
const bundle = resolve(cache, "command.mjs");

function newest(directory) {
  let time = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    const own = entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    time = Math.max(time, own);
  }
  return time;
}

async function build() {
  const sources = [resolve(here, "../src"), resolve(here, "../../reader/src")];
  const time = Math.max(...sources.map(newest));
  if (existsSync(bundle) && statSync(bundle).mtimeMs > time) return;
  const requireFromTsup = createRequire(
    createRequire(join(root, "package.json")).resolve("tsup"),
  );
  const esbuild = await import(pathToFileURL(requireFromTsup.resolve("esbuild")).href);
  mkdirSync(dirname(bundle), { recursive: true });
  const outfile = `${bundle}.${process.pid}.mjs`;
  await (esbuild.build ?? esbuild.default.build)({
    entryPoints: [resolve(here, "../src/command.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@astralisp/source"],
    logLevel: "warning",
  });
  renameSync(outfile, bundle);
}

if (isMainThread) {
  await build();
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { argv: process.argv.slice(2) },
    resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: HEAP_MB },
  });
  worker.on("error", (error) => {
    console.error(error);
    process.exitCode = 1;
  });
  worker.on("exit", (code) => {
    process.exitCode ||= code;
  });
} else {
  const { runCommand } = await import(pathToFileURL(bundle).href);
  process.exitCode = runCommand({
    argv: workerData.argv,
    runtimeSystem: resolve(here, "../../runtime/lisp/astralisp-runtime.asd"),
    cacheDirectory: cache,
    compilerVersion: createHash("sha256").update(readFileSync(bundle)).digest("hex"),
  });
}
