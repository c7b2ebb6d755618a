// Runs test suites that are commands. Each must end its output with a line like
// `12 passed, 0 failed`, and that line alone says what happened.
import { spawnSync } from "node:child_process";

const CLOSING = /(?:^|\n)(\d+) passed, (\d+) failed\s*$/;

/** What a suite's output and exit status come to; silence and lies count as a failure. */
export function countsOf(output, status) {
  const match = CLOSING.exec(output);
  if (match === null) return { passed: 0, failed: 1, reason: "it has no closing line" };
  const passed = Number(match[1]);
  const failed = Number(match[2]);
  if (passed + failed === 0) return { passed, failed: 1, reason: "it tested nothing" };
  if (failed === 0 && status !== 0) {
    return { passed, failed: 1, reason: `its exit status is ${status}` };
  }
  return { passed, failed, reason: failed > 0 ? "tests failed" : null };
}

/** Runs one suite: `{ name, command, timeoutSeconds }`. */
export function runSuite(suite, root) {
  const [command, ...args] = suite.command;
  const run = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: (suite.timeoutSeconds ?? 300) * 1000,
  });
  const output = `${run.stdout ?? ""}${run.stderr ?? ""}`;
  const counts = countsOf(run.stdout ?? "", run.status);
  console.log(`suite ${suite.name}: ${counts.passed} passed, ${counts.failed} failed`);
  if (counts.reason !== null) {
    console.log(`  ${counts.reason}${run.error ? `: ${run.error.message}` : ""}`);
    console.log(output.split("\n").slice(-40).join("\n"));
  }
  return counts;
}
