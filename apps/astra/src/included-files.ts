/** Files that go into a world: which, and under which names. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Paths } from "./paths.js";

/** A file of this machine and its name in the world. */
export interface IncludedFile {
  readonly source: string;
  readonly target: string;
}

/** `source` as `target`; of a folder all files below it, in the order of their names. */
export function filesBelow(source: string, target: string): IncludedFile[] {
  if (!statSync(source).isDirectory()) return [{ source, target }];
  return readdirSync(source)
    .sort()
    .flatMap((name) => filesBelow(join(source, name), `${target}/${name}`));
}

/** The overlays of portability libraries, which every world holds. */
export function overlayFiles({ root }: Paths): IncludedFile[] {
  return filesBelow(join(root, "packages/runtime/overlays"), "/image/overlays");
}

/** What stands for the names and contents of `files` in a fingerprint. */
export function contentsOf(files: readonly IncludedFile[]): string[] {
  return files.flatMap(({ source, target }) => [target, readFileSync(source, "utf8")]);
}
