/** Running a function on a thread with a large stack, for deep recursion. */
import { Worker } from "node:worker_threads";

/** What a thread may use, in MiB. */
export interface StackOptions {
  readonly stackMb?: number;
  readonly heapMb?: number;
}

const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
import(workerData.module)
  .then((module) => module[workerData.name](...workerData.args))
  .then((value) => parentPort.postMessage(value));
`;

/**
 * Calls the function that `module` exports as `name` on a thread of its own and answers
 * its value. Arguments and value are copied as `structuredClone` copies. An error of the
 * function rejects the promise.
 */
export function runWithStack(
  module: string | URL,
  name: string,
  args: readonly unknown[] = [],
  { stackMb = 256, heapMb = 4096 }: StackOptions = {},
): Promise<unknown> {
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: { module: String(module), name, args },
    resourceLimits: { stackSizeMb: stackMb, maxOldGenerationSizeMb: heapMb },
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread ended with ${code}`)));
  });
}
