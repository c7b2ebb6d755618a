/** A seeded source of random numbers of our own, so that a seed means the same for ever. */
import { Random } from "fast-check";

interface Generator {
  next(): number;
  clone(): Generator;
  getState(): readonly number[];
}

type State = readonly [number, number, number, number];

/** Random numbers for fast-check that follow from `seed` alone. */
export function seededRandom(seed: number): Random {
  const generator = xorshift([seed | 0, 0x9e3779b9, ~seed, 0x243f6a88]);
  // The first numbers of like seeds are alike.
  for (let i = 0; i < 32; i++) generator.next();
  return new Random(generator);
}

/** Marsaglia's xorshift128 (2003). */
function xorshift([...state]: State): Generator {
  let [x, y, z, w] = state;
  return {
    next() {
      const t = x ^ (x << 11);
      [x, y, z] = [y, z, w];
      w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
      return w | 0;
    },
    clone: () => xorshift([x, y, z, w]),
    getState: () => [x, y, z, w],
  };
}
