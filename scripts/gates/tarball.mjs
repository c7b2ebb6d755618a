// Each package is packed as it would be published, linted, unpacked beside the others, and
// imported by its name from the unpacked files. The example of its README, where it has
// one, is run there too: it evaluates Lisp, assembles and compiles.
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { exampleFailure, exampleOf } from "./readme.mjs";

const execute = promisify(execFile);

/** Runs a command; its output if it fails, null if it succeeds. */
async function failure(command, args, cwd) {
  try {
    await execute(command, args, { cwd, timeout: 120_000, maxBuffer: 1 << 26 });
    return null;
  } catch (error) {
    return `${error.stdout ?? ""}${error.stderr ?? ""}` || error.message;
  }
}

/** Packs, lints and unpacks one package; calls `report` with what fails. */
async function checkPackage({ name, directory, work, bin, report }) {
  const out = join(work, "tarballs", name);
  const target = join(work, "node_modules", name);
  mkdirSync(out, { recursive: true });
  mkdirSync(target, { recursive: true });
  const pack = ["pack", "--pack-destination", out];
  report(name, "pack", await failure(bin("pnpm"), pack, directory));
  const [tarball] = readdirSync(out);
  if (tarball === undefined) return;
  const file = join(out, tarball);
  const untar = ["-xzf", file, "--strip-components=1", "-C", target];
  report(name, "unpack", await failure("tar", untar, work));
  report(name, "publint", await failure(bin("publint"), ["--strict", target], work));
  report(name, "attw", await failure(bin("attw"), ["--profile", "esm-only", file], work));
  report(name, "LICENSE", existsSync(join(target, "LICENSE")) ? null : "is missing");
}

/** Imports the package `name` from the unpacked files below `work`. */
function importFailure(name, work) {
  const program = `const m = await import(${JSON.stringify(name)});
    if (Object.keys(m).length === 0) throw new Error("exports nothing");`;
  return failure(process.execPath, ["--input-type=module", "--eval", program], work);
}

/** What is wrong with the example in the unpacked package `name`; null if nothing. */
async function unpackedExampleFailure(name, work) {
  const path = join(work, "node_modules", name, "README.md");
  const readme = existsSync(path) ? readFileSync(path, "utf8") : "";
  return exampleOf(readme) === null ? null : exampleFailure(readme, work);
}

/** What is wrong with the unpacked manifest of `name`; null if nothing. */
function manifestFailure(name, work) {
  const path = join(work, "node_modules", name, "package.json");
  const isWorkspace = readFileSync(path, "utf8").includes("workspace:");
  return isWorkspace ? "names packages of the workspace" : null;
}

/** Checks the packages in `directories`, two at a time: how many, and what is wrong. */
export async function checkTarballs(root, directories) {
  const work = mkdtempSync(join(tmpdir(), "astralisp-tarballs-"));
  const problems = [];
  const report = (name, what, text) => {
    if (text !== null) problems.push(`${name}: ${what}\n${text}`);
  };
  const bin = (name) => join(root, "node_modules", ".bin", name);
  const packages = directories.map((directory) => {
    const { name } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    return { name, directory, work, bin, report };
  });
  try {
    const queue = [...packages];
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await checkPackage(next);
      }
    };
    await Promise.all([worker(), worker()]);
    for (const { name } of packages) {
      if (!existsSync(join(work, "node_modules", name, "package.json"))) continue;
      report(name, "manifest", manifestFailure(name, work));
      report(name, "import", await importFailure(name, work));
      report(name, "example", await unpackedExampleFailure(name, work));
    }
  } finally {
    rmSync(work, { recursive: true });
  }
  return { looked: directories.length, problems };
}
