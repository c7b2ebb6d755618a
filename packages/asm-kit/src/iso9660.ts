/**
 * Bootable CD images: ISO 9660 (ECMA-119) with an El Torito boot catalog
 * ("El Torito" Bootable CD-ROM Format Specification 1.0), no emulation.
 * Equal inputs give equal bytes: the dates in the image are a constant.
 */
import { assert } from "./assert.js";

export const sectorSize = 2048;

/** A file in the root directory of the image. */
export interface IsoFile {
  /** An ISO 9660 level 1 name such as `WORLD.IMG`. */
  readonly name: string;
  readonly octets: Uint8Array;
}

export interface IsoImage {
  /** At most 32 characters A-Z, 0-9 and _. */
  readonly volume: string;
  /** The boot image, given where each file of the volume starts (in sectors). */
  readonly bootImage: (firstSectors: readonly number[]) => Uint8Array;
  /** Octets of the boot image; it must not depend on where the files start. */
  readonly bootImageSize: number;
  readonly files: readonly IsoFile[];
}

const descriptorSector = 16;
const bootRecordSector = 17;
const terminatorSector = 18;
const catalogSector = 19;
const pathTableSectors = { little: 20, big: 21 } as const;
const rootSector = 22;
const bootImageSector = 23;
const bootName = "BOOT.IMG";
const catalogName = "BOOT.CAT";
const pathTableSize = 10;
/** 2026-01-01 00:00:00 UTC, in the two formats of ECMA-119 (9.1.5 and 8.4.26.1). */
const shortDate = [126, 1, 1, 0, 0, 0, 0] as const;
const longDate = "2026010100000000\0";

/** Writes `image` as one file. */
export function writeIso(image: IsoImage): Uint8Array {
  let next = bootImageSector + sectors(image.bootImageSize);
  const starts = image.files.map(({ octets }) => {
    const start = next;
    next += sectors(octets.length);
    return start;
  });
  const boot = image.bootImage(starts);
  assert(
    boot.length === image.bootImageSize,
    "the boot image has the size that was announced",
  );
  const iso = new Uint8Array(next * sectorSize);
  const put = (sector: number, octets: Uint8Array): void =>
    iso.set(octets, sector * sectorSize);
  put(descriptorSector, volumeDescriptor(image.volume, next));
  put(bootRecordSector, bootRecord());
  put(terminatorSector, Uint8Array.of(255, ...ascii("CD001"), 1));
  put(catalogSector, bootCatalog());
  put(pathTableSectors.little, pathTable(true));
  put(pathTableSectors.big, pathTable(false));
  put(bootImageSector, withBootInformation(boot));
  image.files.forEach(({ octets }, index) => {
    put(starts[index] ?? 0, octets);
  });
  put(rootSector, rootDirectory(image, starts));
  return iso;
}

function sectors(size: number): number {
  return Math.ceil(size / sectorSize);
}

function ascii(text: string, length = text.length): Uint8Array {
  const octets = new Uint8Array(length).fill(0x20);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

/** A number in both byte orders, as ECMA-119 7.2.3 and 7.3.3 want it. */
function both(value: number, size: 2 | 4): Uint8Array {
  const octets = new Uint8Array(2 * size);
  const view = new DataView(octets.buffer);
  if (size === 2) {
    view.setUint16(0, value, true);
    view.setUint16(2, value, false);
  } else {
    view.setUint32(0, value, true);
    view.setUint32(4, value, false);
  }
  return octets;
}

function volumeDescriptor(volume: string, size: number): Uint8Array {
  const octets = new Uint8Array(sectorSize);
  const view = new DataView(octets.buffer);
  octets.set([1, ...ascii("CD001"), 1], 0);
  octets.set(ascii("ASTRALISP", 32), 8);
  octets.set(ascii(volume, 32), 40);
  octets.set(both(size, 4), 80);
  octets.set(both(1, 2), 120);
  octets.set(both(1, 2), 124);
  octets.set(both(sectorSize, 2), 128);
  octets.set(both(pathTableSize, 4), 132);
  view.setUint32(140, pathTableSectors.little, true);
  view.setUint32(148, pathTableSectors.big, false);
  octets.set(directoryRecord(Uint8Array.of(0), rootSector, sectorSize, true), 156);
  octets.fill(0x20, 190, 813);
  octets.set(ascii(longDate), 813);
  octets.set(ascii(longDate), 830);
  octets.set(ascii(`${"0".repeat(16)}\0`), 847);
  octets.set(ascii(`${"0".repeat(16)}\0`), 864);
  octets[881] = 1;
  return octets;
}

function bootRecord(): Uint8Array {
  const octets = new Uint8Array(sectorSize);
  octets.set([0, ...ascii("CD001"), 1, ...ascii("EL TORITO SPECIFICATION")], 0);
  new DataView(octets.buffer).setUint32(71, catalogSector, true);
  return octets;
}

function bootCatalog(): Uint8Array {
  const octets = new Uint8Array(64);
  const view = new DataView(octets.buffer);
  octets[0] = 1; // validation entry, platform 80x86
  octets.set(ascii("AstraLisp"), 4);
  octets.fill(0, 13, 28);
  octets.set([0x55, 0xaa], 30);
  let sum = 0;
  for (let i = 0; i < 32; i += 2) sum += view.getUint16(i, true);
  view.setUint16(28, -sum & 0xffff, true);
  octets[32] = 0x88; // bootable, no emulation, segment 0 means 07C0h
  view.setUint16(38, 4, true); // four sectors of 512 octets
  view.setUint32(40, bootImageSector, true);
  return octets;
}

function pathTable(little: boolean): Uint8Array {
  const octets = new Uint8Array(pathTableSize);
  const view = new DataView(octets.buffer);
  octets[0] = 1;
  view.setUint32(2, rootSector, little);
  view.setUint16(6, 1, little);
  return octets;
}

/** Fills in the table that El Torito loaders expect at octet 8 (boot-info-table). */
function withBootInformation(boot: Uint8Array): Uint8Array {
  const octets = boot.slice();
  const view = new DataView(octets.buffer);
  let sum = 0;
  for (let i = 64; i + 4 <= octets.length; i += 4)
    sum = (sum + view.getUint32(i, true)) >>> 0;
  view.setUint32(8, descriptorSector, true);
  view.setUint32(12, bootImageSector, true);
  view.setUint32(16, octets.length, true);
  view.setUint32(20, sum, true);
  return octets;
}

function rootDirectory(image: IsoImage, starts: readonly number[]): Uint8Array {
  const entries = [
    { name: catalogName, start: catalogSector, size: sectorSize },
    { name: bootName, start: bootImageSector, size: image.bootImageSize },
    ...image.files.map(({ name, octets }, index) => ({
      name,
      start: starts[index] ?? 0,
      size: octets.length,
    })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  const records = [
    directoryRecord(Uint8Array.of(0), rootSector, sectorSize, true),
    directoryRecord(Uint8Array.of(1), rootSector, sectorSize, true),
    ...entries.map(({ name, start, size }) =>
      directoryRecord(ascii(`${name};1`), start, size, false),
    ),
  ];
  const octets = new Uint8Array(sectorSize);
  let position = 0;
  for (const record of records) {
    assert(
      position + record.length <= sectorSize,
      "the root directory fits in one sector",
    );
    octets.set(record, position);
    position += record.length;
  }
  return octets;
}

function directoryRecord(
  name: Uint8Array,
  sector: number,
  size: number,
  directory: boolean,
): Uint8Array {
  const length = 33 + name.length + (name.length % 2 === 0 ? 1 : 0);
  const octets = new Uint8Array(length);
  octets[0] = length;
  octets.set(both(sector, 4), 2);
  octets.set(both(size, 4), 10);
  octets.set(shortDate, 18);
  octets[25] = directory ? 2 : 0;
  octets.set(both(1, 2), 28);
  octets[32] = name.length;
  octets.set(name, 33);
  return octets;
}
