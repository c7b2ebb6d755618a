/**
 * A world on a bootable CD: fills in the boot image assembled from LAP with where the
 * parts of the world lie, where they go and their checksums (docs/boot.md).
 */
import { crc32 } from "./crc32.js";
import { sectorSize, writeIso } from "./iso9660.js";
import { parseWorld, type World, wholePages } from "./world-file.js";

const partTable = 64;
const partRecordSize = 16;
const freeStartField = 112;
const neededEndField = 116;
const heapOctetsField = 120;
const entryField = 128;

/** Physical address where the first part of a world is loaded. */
const loadAddress = 0x0100_0000;
const largePage = 0x20_0000;
/** Cards, thread structures, first stack, nursery (34 MiB), and a heap to start with. */
const workingMemory = 0x0600_0000;

/** A world that cannot be put on a medium; the message says why and what to do. */
export class BootImageError extends Error {
  override readonly name = "BootImageError";
}

/**
 * Makes a CD image that boots `worldFile` on a PC with BIOS.
 * @param worldFile a world file for x86-64
 * @param bootImage the octets of `(astralisp.asm:bios-boot-image)`
 * @throws WorldFileError when the world file is damaged
 * @throws BootImageError when the world is too large to be loaded
 */
export function bootableIso(worldFile: Uint8Array, bootImage: Uint8Array): Uint8Array {
  const world = parseWorld(worldFile);
  const payload = padToSectors(world);
  return writeIso({
    volume: "ASTRALISP",
    bootImageSize: bootImage.length,
    bootImage: ([first = 0]) => fillIn(bootImage, world, first),
    files: [{ name: "WORLD.IMG", octets: payload }],
  });
}

/** Each part on whole pages of 4096 octets, so on whole sectors. */
function padToSectors(world: World): Uint8Array {
  const size = world.parts.reduce(
    (sum, { octets }) => sum + wholePages(octets.length),
    0,
  );
  const payload = new Uint8Array(size);
  let position = 0;
  for (const { octets } of world.parts) {
    payload.set(octets, position);
    position += wholePages(octets.length);
  }
  return payload;
}

function fillIn(bootImage: Uint8Array, world: World, firstSector: number): Uint8Array {
  const octets = bootImage.slice();
  const view = new DataView(octets.buffer);
  let sector = firstSector;
  let address = loadAddress;
  world.parts.forEach((part, index) => {
    const padded = new Uint8Array(wholePages(part.octets.length));
    padded.set(part.octets);
    const at = partTable + index * partRecordSize;
    view.setUint32(at, sector, true);
    view.setUint32(at + 4, padded.length / sectorSize, true);
    view.setUint32(at + 8, address, true);
    view.setUint32(at + 12, crc32(padded), true);
    sector += padded.length / sectorSize;
    address += Math.ceil(padded.length / largePage) * largePage;
  });
  const end = address + workingMemory;
  if (end > 0x1000_0000) {
    throw new BootImageError(
      `the world takes ${address - loadAddress} octets in memory, more than the boot shim can ` +
        "place below 256 MiB: leave systems out of the image",
    );
  }
  view.setUint32(freeStartField, address, true);
  view.setUint32(neededEndField, end, true);
  view.setBigUint64(heapOctetsField, BigInt(world.parts[2]?.octets.length ?? 0), true);
  view.setBigUint64(entryField, BigInt(world.entry), true);
  return octets;
}
