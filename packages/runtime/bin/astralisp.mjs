#!/usr/bin/env node
// Evaluates the forms given and prints their values; without forms, a listener. On a
// thread with a large stack, for deep recursion.
import { isMainThread, Worker, workerData } from "node:worker_threads";

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: process.argv.slice(2),
    resourceLimits: { stackSizeMb: 256, maxOldGenerationSizeMb: 4096 },
  });
  worker.on("error", (error) => {
    console.error(error);
    process.exitCode = 1;
  });
  worker.on("exit", (code) => {
    process.exitCode ||= code;
  });
} else {
  const { createLisp, formatError } = await import("../dist/index.js");
  const lisp = createLisp({ commandLine: ["astralisp", ...workerData] });
  const forms = workerData.length > 0 ? workerData : ["(ext:run-repl)"];
  try {
    for (const form of forms) {
      const values = lisp.evalValues(form, "form");
      if (workerData.length === 0) continue;
      for (const value of values) lisp.writeLine(lisp.print(value));
    }
  } catch (error) {
    lisp.flush();
    process.exitCode = error.name === "ExitRequest" ? error.code : 1;
    if (error.name !== "ExitRequest") console.error(formatError(error));
  }
}
