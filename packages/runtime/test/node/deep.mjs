// Recursion deeper than the stack of V8's main thread allows: it calls itself on a thread.
import { isMainThread } from "node:worker_threads";
import { createLisp, runWithStack, toPlain } from "@astralisp/runtime";

/** The depth that a function which calls itself reaches, as it counts. */
export function countDown(depth) {
  const lisp = createLisp();
  lisp.eval("(defun count-down (n) (if (= n 0) 0 (1+ (count-down (1- n)))))");
  return toPlain(lisp.call("count-down", depth));
}

if (isMainThread) {
  console.log(await runWithStack(import.meta.url, "countDown", [500_000]));
  await runWithStack(import.meta.url, "noSuch").catch((error) =>
    console.log(error.message),
  );
}
