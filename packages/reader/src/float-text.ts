/**
 * Floats from decimal text, correctly rounded, and the shortest decimal text of floats.
 * Doubles are JavaScript's own; singles are derived so that nothing is rounded twice.
 */

/** The digits of a float: the value is 0.DIGITS × 10^exponent, DIGITS without end zeros. */
export interface FloatDigits {
  readonly digits: string;
  readonly exponent: number;
}

/** The double nearest to `text`, a decimal float with `e` as exponent marker. */
export function textToDouble(text: string): number {
  return Number(text);
}

/**
 * The single nearest to `text`. The double nearest to `text` rounds to it as well, unless
 * that double lies exactly between two singles: then the text decides.
 */
export function textToSingle(text: string): number {
  const double = Number(text);
  const single = Math.fround(double);
  if (single === double || double === 0) return single;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, double);
  const halfway = isHalfway(bits.getBigUint64(0));
  if (!halfway) return single;
  const order = compareDecimal(text, double);
  if (order === 0) return single;
  // One step of the double towards the text: no longer halfway.
  bits.setBigUint64(0, bits.getBigUint64(0) + (order > 0 ? 1n : -1n));
  return Math.fround(bits.getFloat64(0));
}

/** Whether the double with these bits is the middle of two neighbouring singles. */
function isHalfway(bits: bigint): boolean {
  const exponent = Number((bits >> 52n) & 0x7ffn) - 1023;
  const significand = (bits & 0xfffffffffffffn) | 0x10000000000000n;
  // A single keeps 24 bits, fewer when it is denormal.
  const dropped = BigInt(29 + Math.max(0, -126 - exponent));
  if (dropped > 53n) return false;
  return (significand & ((1n << dropped) - 1n)) === 1n << (dropped - 1n);
}

/** The sign of |text| − |double|, exactly. */
function compareDecimal(text: string, double: number): number {
  const { digits, exponent } = parseDecimal(text);
  const [num, den] = exactFraction(Math.abs(double));
  const scale = exponent - digits.length;
  let left = BigInt(digits) * den;
  let right = num;
  if (scale >= 0) left *= 10n ** BigInt(scale);
  else right *= 10n ** BigInt(-scale);
  return left > right ? 1 : left < right ? -1 : 0;
}

function parseDecimal(text: string): FloatDigits {
  const [mantissa, power] = text.replace(/^[+-]/, "").toLowerCase().split("e");
  const [whole, fraction] = (mantissa as string).split(".");
  const digits = `${whole}${fraction ?? ""}`;
  return { digits, exponent: (whole as string).length + Number(power ?? 0) };
}

/** A positive finite double as a fraction of integers. */
function exactFraction(value: number): [bigint, bigint] {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const significand = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = Math.max(biased, 1) - 1075;
  if (exponent >= 0) return [significand << BigInt(exponent), 1n];
  return [significand, 1n << BigInt(-exponent)];
}

/** The fewest digits that read back as the positive finite double `value`. */
export function doubleDigits(value: number): FloatDigits {
  return splitExponential(value.toExponential());
}

/** The fewest digits that read back as the positive finite single `value`. */
export function singleDigits(value: number): FloatDigits {
  for (let precision = 1; precision < 9; precision++) {
    const nearest = value.toExponential(precision - 1);
    const found = [nearest, ...neighbours(nearest)].find(
      (text) => textToSingle(text) === value,
    );
    if (found !== undefined) return splitExponential(found);
  }
  return splitExponential(value.toExponential(8));
}

/** The decimals one unit in the last place above and below: at a power of two the nearest
    decimal may miss the narrower side while one on the wider side reads back. */
function neighbours(text: string): string[] {
  const [mantissa, power] = text.split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const scale = Number(power) - (digits.length - 1);
  const n = Number(digits);
  return n > 1 ? [`${n + 1}e${scale}`, `${n - 1}e${scale}`] : [`${n + 1}e${scale}`];
}

function splitExponential(text: string): FloatDigits {
  const { digits, exponent } = parseDecimal(text);
  return { digits: digits.replace(/(?<=.)0+$/, ""), exponent };
}
