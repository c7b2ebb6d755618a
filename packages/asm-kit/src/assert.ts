/** Stops when an invariant of this package does not hold; bad input gets a typed error instead. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${invariant}`);
}
