// Makes a fresh clone ready: the npm packages of the lock file, and the Debian packages.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "./debian.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the npm packages, if those installed are not those of the lock file. */
export function installNpmPackages() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const stamp = join(root, "node_modules", ".setup");
  const lock = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("setup: installing the npm packages of the lock file");
  const args = ["--yes", manifest.packageManager, "install", "--frozen-lockfile"];
  const { status } = spawnSync("npx", [...args, "--reporter=append-only"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) {
    console.error("setup: the npm packages could not be installed; is there a network?");
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  installNpmPackages();
  if (process.argv.includes("--debian")) installPackages();
}
