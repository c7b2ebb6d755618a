/**
 * The world file: static space with the world header, code and heap of a world, each
 * padded to whole pages (docs/kernel.md). This module reads the header and says
 * where each part goes.
 */

/** Where a stretch of a world belongs in memory, and its octets. */
export interface WorldPart {
  readonly name: "static" | "code" | "heap";
  readonly address: number;
  readonly octets: Uint8Array;
}

/** What the world header says, and the three parts it describes. */
export interface World {
  readonly version: number;
  /** Address of the machine code entry: every boot shim jumps there. */
  readonly entry: number;
  /** Address of the entry of a Linux process. */
  readonly linuxEntry: number;
  readonly parts: readonly WorldPart[];
}

/** A world file that cannot be used; the message says why and what to do. */
export class WorldFileError extends Error {
  override readonly name = "WorldFileError";
}

export const pageSize = 4096;
export const staticBase = 0x1000_0000;
export const codeBase = 0x1400_0000;

const magic = "ASTRAWLD";
const headerSize = 184;
const supportedVersion = 1;

/** Rounds `size` up to whole pages. */
export function wholePages(size: number): number {
  return Math.ceil(size / pageSize) * pageSize;
}

/**
 * Reads the header of a world file.
 * @param file the whole file
 * @throws WorldFileError when it is no world file, truncated, or of another version
 */
export function parseWorld(file: Uint8Array): World {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < headerSize || !startsWith(file, magic)) {
    throw new WorldFileError("this is not a world file: it does not start with ASTRAWLD");
  }
  const word = (offset: number): number => Number(view.getBigUint64(offset, true));
  const version = word(8);
  if (version !== supportedVersion) {
    throw new WorldFileError(
      `the world file has format ${version}, these tools read ${supportedVersion}: build it again`,
    );
  }
  const heapBase = word(40);
  const extents = [
    { name: "static", address: staticBase, end: word(24) },
    { name: "code", address: codeBase, end: word(32) },
    { name: "heap", address: heapBase, end: word(48) },
  ] as const;
  const parts: WorldPart[] = [];
  let position = 0;
  for (const { name, address, end } of extents) {
    const size = end - address;
    if (size < 0 || position + size > file.length) {
      throw new WorldFileError(
        `the world file is truncated: its ${name} space needs ${size} octets at ${position}, ` +
          `the file has ${file.length}: build or copy it again`,
      );
    }
    parts.push({ name, address, octets: file.subarray(position, position + size) });
    position += wholePages(size);
  }
  return { version, entry: word(56), linuxEntry: word(176), parts };
}

function startsWith(octets: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (octets[i] !== text.charCodeAt(i)) return false;
  }
  return true;
}
