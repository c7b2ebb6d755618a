// Installs the npm packages when the lock file is newer than what is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pnpm = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;
const stamp = join(root, "node_modules", ".setup");
const lock = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  const args = ["--yes", pnpm, "install", "--frozen-lockfile", "--reporter=append-only"];
  const { status } = spawnSync("npx", args, { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    console.error("setup: the npm packages could not be installed");
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
