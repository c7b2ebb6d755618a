// `npm test`: installs what it needs, builds packages and world, runs gates, vitest and the
// suites of lisp-suites.json. The last line counts them all: `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GATE_NAMES, runGates } from "./check.mjs";
import { installPackages } from "./debian.mjs";
import { installNpmPackages } from "./setup.mjs";
import { runSuite } from "./suites.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, "node_modules", ".bin", name);
const total = { passed: 0, failed: 0 };

function add({ passed, failed }) {
  total.passed += passed;
  total.failed += failed;
}

/** Builds all packages; a build that fails counts as one failure. */
function build() {
  const path = `${join(root, "node_modules", ".bin")}:${process.env.PATH}`;
  const env = { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1" };
  const args = ["run", "build", "--output-logs=errors-only"];
  const { status } = spawnSync(bin("turbo"), args, { cwd: root, env, stdio: "inherit" });
  add(status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}

/** Builds the world, its executable and the boot CD; a failure counts as one. */
function buildWorld() {
  const args = [join(root, "scripts", "astra.mjs"), "build"];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  add(status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}

/** Runs vitest and takes its counts from its JSON report. */
function runVitest() {
  const cache = join(root, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const report = join(cache, `vitest-${process.pid}.json`);
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(bin("vitest"), ["run", ...reporters], {
    cwd: root,
    stdio: "inherit",
  });
  if (!existsSync(report)) return add({ passed: 0, failed: 1 });
  const counts = JSON.parse(readFileSync(report, "utf8"));
  const { numPassedTests: passed, numFailedTests, numPendingTests: skipped } = counts;
  // A file that cannot be loaded has no tests to fail.
  const failed = Math.max(numFailedTests, status === 0 ? 0 : 1);
  if (skipped > 0) console.log(`vitest: ${skipped} skipped`);
  add(passed === 0 ? { passed, failed: failed + 1 } : { passed, failed });
}

installNpmPackages();
installPackages();
build();
buildWorld();
add(await runGates(GATE_NAMES));
runVitest();
const suites = JSON.parse(
  readFileSync(join(root, "scripts", "lisp-suites.json"), "utf8"),
);
for (const suite of suites) add(runSuite(suite, root));
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
