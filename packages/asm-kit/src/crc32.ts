/** CRC-32 as in ISO 3309 and IEEE 802.3: reflected polynomial EDB88320h. */

const table = makeTable();

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, octet) => {
    let value = octet;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
    }
    return value;
  });
}

/** Returns the CRC-32 of `octets`, 0 <= result < 2^32. */
export function crc32(octets: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const octet of octets) {
    crc = (crc >>> 8) ^ (table[(crc ^ octet) & 255] ?? 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
