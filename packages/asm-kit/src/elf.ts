/**
 * Static ELF64 executables: just the ELF header, program headers and segments
 * (System V ABI, gABI chapters 4 and 5). Sections are not needed to run.
 */
import { assert } from "./assert.js";
import { pageSize, parseWorld, wholePages } from "./world-file.js";

/** A stretch of memory of an executable. */
export interface Segment {
  readonly address: number;
  /** The first octets; what `memorySize` has beyond them is zero. */
  readonly octets: Uint8Array;
  readonly memorySize: number;
  readonly writable: boolean;
  readonly executable: boolean;
}

/** The machine an executable is for: the `e_machine` numbers of the gABI. */
export const machines = { "x86-64": 62, riscv64: 243, ppc64le: 21 } as const;

export interface Executable {
  readonly machine: keyof typeof machines;
  readonly entry: number;
  readonly segments: readonly Segment[];
}

const headerSize = 64;
const programHeaderSize = 56;

/** Writes `executable` as an ELF file of type ET_EXEC. Segment addresses are page-aligned. */
export function writeElf(executable: Executable): Uint8Array {
  const { segments } = executable;
  const offsets = segmentOffsets(segments);
  const last = segments.length - 1;
  const file = new Uint8Array(
    (offsets[last] ?? 0) + (segments[last]?.octets.length ?? 0),
  );
  writeHeader(new DataView(file.buffer), executable);
  segments.forEach((segment, index) => {
    const offset = offsets[index] ?? 0;
    const at = headerSize + index * programHeaderSize;
    writeProgramHeader(new DataView(file.buffer, at), segment, offset);
    file.set(segment.octets, offset);
  });
  return file;
}

function segmentOffsets(segments: readonly Segment[]): number[] {
  let offset = wholePages(headerSize + segments.length * programHeaderSize);
  return segments.map(({ address, octets }) => {
    assert(address % pageSize === 0, "a segment starts on a page");
    const start = offset;
    offset += wholePages(octets.length);
    return start;
  });
}

function writeHeader(view: DataView, { machine, entry, segments }: Executable): void {
  const identification = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1];
  identification.forEach((octet, index) => {
    view.setUint8(index, octet);
  });
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, machines[machine], true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(entry), true);
  view.setBigUint64(32, BigInt(headerSize), true);
  view.setUint32(48, machine === "ppc64le" ? 2 : 0, true); // ELFv2 ABI
  view.setUint16(52, headerSize, true);
  view.setUint16(54, programHeaderSize, true);
  view.setUint16(56, segments.length, true);
  view.setUint16(58, 64, true); // size of a section header; there are none
}

function writeProgramHeader(view: DataView, segment: Segment, offset: number): void {
  const flags = 4 | (segment.writable ? 2 : 0) | (segment.executable ? 1 : 0);
  view.setUint32(0, 1, true); // PT_LOAD
  view.setUint32(4, flags, true);
  view.setBigUint64(8, BigInt(offset), true);
  view.setBigUint64(16, BigInt(segment.address), true);
  view.setBigUint64(24, BigInt(segment.address), true);
  view.setBigUint64(32, BigInt(segment.octets.length), true);
  view.setBigUint64(40, BigInt(segment.memorySize), true);
  view.setBigUint64(48, BigInt(pageSize), true);
}

/** Address space that every world expects to be there, filled with zeros. */
const zeroed = [
  { address: 0x5000_0000, size: 0x1000_0000 }, // card table
  { address: 0x6000_0000, size: 0x1000_0000 }, // thread structures, stacks, collector tables
  { address: 0x7000_0000, size: 0x0020_0000 }, // nursery
] as const;

/**
 * Wraps a world file as a static Linux executable.
 * @param file a world file for `machine`
 * @throws WorldFileError when the file is damaged
 */
export function linuxExecutable(
  file: Uint8Array,
  machine: keyof typeof machines,
): Uint8Array {
  const world = parseWorld(file);
  const segments: Segment[] = world.parts.map(({ name, address, octets }) => ({
    address,
    octets,
    memorySize: wholePages(octets.length),
    writable: true,
    executable: name === "code",
  }));
  for (const { address, size } of zeroed) {
    segments.push({
      address,
      octets: new Uint8Array(0),
      memorySize: size,
      writable: true,
      executable: false,
    });
  }
  segments.sort((a, b) => a.address - b.address);
  return writeElf({ machine, entry: world.linuxEntry, segments });
}
