#!/usr/bin/env node
// Compiles the Lisp of a package to JavaScript modules; see README.md. Everything is done
// on a thread with a large stack.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const USAGE =
  "usage: astra-js-build [--after PACKAGE]… [--out FOLDER] SYSTEM.asd\n" +
  "Compiles the files of a system into FOLDER (dist/lisp), after loading the compiled\n" +
  "systems of the packages named.";

function main(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      after: { type: "string", multiple: true, default: [] },
      out: { type: "string", default: "dist/lisp" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || positionals.length !== 1) {
    console.error(USAGE);
    return values.help ? 0 : 2;
  }
  return { definition: positionals[0], output: values.out, after: values.after };
}

/** Identifies the compiler: the text of all that it consists of. */
function compilerVersion() {
  const entry = fileURLToPath(new URL("../dist/index.js", import.meta.url));
  const reader = createRequire(import.meta.url).resolve("@astralisp/reader/package.json");
  const digest = createHash("sha256");
  for (const path of [entry, join(dirname(reader), "dist/index.js")]) {
    digest.update(readFileSync(path));
  }
  return digest.digest("hex").slice(0, 32);
}

if (isMainThread) {
  const task = main(process.argv.slice(2));
  if (typeof task === "number") process.exitCode = task;
  else {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: task,
      resourceLimits: { stackSizeMb: 200, maxOldGenerationSizeMb: 4096 },
    });
    worker.on("error", (error) => {
      console.error(error);
      process.exitCode = 1;
    });
    worker.on("exit", (code) => {
      process.exitCode ||= code;
    });
  }
} else {
  const { buildSystem, formatLoadError } = await import("../dist/index.js");
  const require = createRequire(join(process.cwd(), "package.json"));
  const { definition, output, after } = workerData;
  const folders = after.map((name) =>
    join(dirname(require.resolve(`${name}/package.json`)), "dist/lisp"),
  );
  try {
    const { files, compiled } = buildSystem({
      definition: resolve(definition),
      output,
      after: folders,
      compilerVersion: compilerVersion(),
    });
    console.log(`${definition}: ${compiled} of ${files} files compiled`);
  } catch (error) {
    console.error(formatLoadError(error));
    process.exitCode = 1;
  }
}
