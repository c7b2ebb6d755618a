/** A small world file for tests: its code is given, its spaces have recognisable octets. */

export interface SampleOptions {
  readonly code?: readonly number[];
  readonly codePages?: number;
  readonly heapPages?: number;
}

/** Returns a world file whose entry is the first octet of `code`. */
export function sampleWorld({
  code = [0xf4],
  codePages = 3,
  heapPages = 8,
}: SampleOptions = {}): Uint8Array {
  const page = 4096;
  const file = new Uint8Array(page * (1 + codePages + heapPages));
  const view = new DataView(file.buffer);
  const word = (offset: number, value: number): void =>
    view.setBigUint64(offset, BigInt(value), true);
  file.set(Buffer.from("ASTRAWLD"));
  word(8, 1);
  word(24, 0x1000_0000 + page);
  word(32, 0x1400_0000 + codePages * page);
  word(40, 0x1_0000_0000);
  word(48, 0x1_0000_0000 + heapPages * page);
  word(56, 0x1400_0000);
  word(176, 0x1400_0000);
  file.set(code, page);
  for (let i = page * (1 + codePages); i < file.length; i++) file[i] = 65 + (i % 26);
  return file;
}
