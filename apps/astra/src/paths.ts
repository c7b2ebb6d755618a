/** Where things are in a checkout, and where results go. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Paths {
  /** The root of the checkout. */
  readonly root: string;
  /** The folder for everything that is built, `dist` below the root. */
  readonly dist: string;
  readonly objects: string;
  readonly coldWorld: string;
  readonly warmWorld: string;
  readonly coldExecutable: string;
  readonly executable: string;
  readonly iso: string;
}

/** Returns the paths for `machine`, such as `x86-64`. */
export function findPaths(machine = "x86-64"): Paths {
  const root = findRoot(dirname(fileURLToPath(import.meta.url)));
  const dist = join(root, "dist");
  const folder = join(dist, machine);
  return {
    root,
    dist,
    objects: join(folder, "objects"),
    coldWorld: join(folder, "cold.world"),
    warmWorld: join(folder, "warm.world"),
    coldExecutable: join(folder, "astralisp-cold"),
    executable: join(folder, "astralisp"),
    iso: join(folder, "astralisp.iso"),
  };
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, "pnpm-workspace.yaml"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) {
    throw new Error("no checkout of AstraLisp here: pnpm-workspace.yaml was not found");
  }
  return findRoot(parent);
}
