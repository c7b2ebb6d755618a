/** Images of one's own: the system with more files on it, as a configuration says. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bootableIso, linuxExecutable } from "@astralisp/asm-kit";
import { BuildError, writeAtomically } from "./build.js";
import { filesBelow, type IncludedFile } from "./included-files.js";
import type { Paths } from "./paths.js";

/** What an image has beside the system itself. */
export interface ImageConfig {
  /** The name of the results: NAME, NAME.iso and NAME.world. */
  readonly name: string;
  /** Files and folders of this machine by their names below `/image/`. */
  readonly files: Readonly<Record<string, string>>;
}

/** A configuration that cannot be used. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Says what is on an image; the default export of an `astra.config.mjs`. */
export function defineImage(config: ImageConfig): ImageConfig {
  return config;
}

/**
 * Reads a configuration; relative file names in it start at its folder.
 * @throws ConfigError when it is not one, or names what does not exist
 */
export async function readImageConfig(file: string): Promise<ImageConfig> {
  if (!existsSync(file)) throw new ConfigError(`there is no ${file}`);
  const module: unknown = await import(pathToFileURL(resolve(file)).href);
  const config = isRecord(module) ? module.default : undefined;
  if (!isRecord(config) || typeof config.name !== "string" || !isRecord(config.files)) {
    throw new ConfigError(`${file}: its default export needs name and files`);
  }
  const folder = dirname(resolve(file));
  const files = Object.entries(config.files).map(([target, source]) => {
    if (typeof source !== "string" || !existsSync(resolve(folder, source))) {
      throw new ConfigError(`${file}: there is no ${String(source)} to put on the image`);
    }
    return [target, resolve(folder, source)] as const;
  });
  return { name: config.name, files: Object.fromEntries(files) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The paths of the image called `name`, built from the system at `paths`. */
export function imagePaths(paths: Paths, name: string): Paths {
  const folder = dirname(paths.executable);
  return {
    ...paths,
    warmWorld: join(folder, `${name}.world`),
    executable: join(folder, name),
    iso: join(folder, `${name}.iso`),
  };
}

/**
 * Puts the files of `config` into the built world at `paths` and saves it as an image
 * of its own, unless that is there already.
 * @throws BuildError when the world does not take the files
 */
export function buildImage(paths: Paths, config: ImageConfig): Paths {
  const image = imagePaths(paths, config.name);
  const files = Object.entries(config.files).flatMap(([target, source]) =>
    filesBelow(source, `/image/${target}`),
  );
  const inputs = fingerprint(paths, files);
  const stamp = `${image.warmWorld}.inputs`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return image;
  const copies = files.map(
    ({ source, target }) =>
      `(astralisp.kernel::include-file ${quoted(source)} ${quoted(target)})\n`,
  );
  const name = quoted(image.warmWorld);
  const save = `(astralisp.kernel::%save-world ${name} #'astralisp.kernel::main)`;
  const { status, stdout, stderr } = spawnSync(paths.executable, ["--script"], {
    input: copies.join("") + save,
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status !== 0) {
    throw new BuildError(`the image ${config.name} was not made:\n${stdout}${stderr}`);
  }
  const world = readFileSync(image.warmWorld);
  const boot = readFileSync(join(dirname(paths.coldWorld), "bios-boot.bin"));
  writeAtomically(image.executable, linuxExecutable(world, "x86-64"));
  chmodSync(image.executable, 0o755);
  writeAtomically(image.iso, bootableIso(world, boot));
  writeAtomically(stamp, Buffer.from(inputs));
  return image;
}

function fingerprint(paths: Paths, files: readonly IncludedFile[]): string {
  const hash = createHash("sha256").update(readFileSync(paths.warmWorld));
  for (const { source, target } of files) {
    hash.update(`\0${target}\0`).update(readFileSync(source));
  }
  return hash.digest("hex");
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
