// Runs the `astra` command from a fresh checkout: installs and builds what it needs first.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");

function need(what, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}\n${what} failed: see above\n`);
    process.exit(1);
  }
}

need("installing the npm packages (npm run setup)", process.execPath, [
  "scripts/setup.mjs",
]);
const turbo = join(bin, "turbo");
need("building the TypeScript packages (npm run build)", turbo, [
  "run",
  "build",
  "--output-logs=errors-only",
]);
const cli = join(root, "apps", "astra", "dist", "cli.js");
const { main } = await import(pathToFileURL(cli).href);
process.exitCode = await main(process.argv.slice(2));
