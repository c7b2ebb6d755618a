/** What a world in QEMU finds in fw_cfg: its arguments, a script, leave to exit. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Input of a world that runs to its end. */
export interface Configuration {
  /** Arguments of the command line, such as `--script`. */
  readonly args: readonly string[];
  /** What `--script` reads. */
  readonly script?: Uint8Array | string;
}

/**
 * Calls `use` with the QEMU arguments for `configuration`; the world's exit status comes
 * back through isa-debug-exit, see `worldStatus`.
 */
export async function withConfiguration<T>(
  { args, script }: Configuration,
  use: (extra: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "astra-"));
  try {
    const input = script === undefined ? {} : { script };
    const files = { arguments: args.join("\0"), exit: "1", ...input };
    const named = Object.entries(files).flatMap(([name, content]) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return ["-fw_cfg", `name=opt/org.astralisp/${name},file=${path}`];
    });
    return await use([...named, "-device", "isa-debug-exit,iobase=0xf4", "-no-reboot"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The world's exit status from QEMU's: isa-debug-exit turns N into 2N+1. */
export function worldStatus(status: number): number {
  return status % 2 === 1 ? (status - 1) / 2 : status;
}
