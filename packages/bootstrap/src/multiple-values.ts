/**
 * Multiple values: the first is what a function returns, the others lie in the slots of one
 * object per world, and `n` counts them all. See `emit.ts` for who sets it when.
 */
import { type LispObject, NIL } from "@astralisp/reader";

export class MultipleValues {
  n = 1;
  v1: LispObject = NIL;
  v2: LispObject = NIL;
  v3: LispObject = NIL;
  /** Values from number 4 on. */
  readonly more: LispObject[] = [];

  /** Value number `index`, from 1. */
  get(index: number): LispObject {
    if (index >= 4) return this.more[index]!;
    return index === 1 ? this.v1 : index === 2 ? this.v2 : this.v3;
  }

  private put(index: number, value: LispObject): void {
    if (index >= 4) this.more[index] = value;
    else if (index === 1) this.v1 = value;
    else if (index === 2) this.v2 = value;
    else this.v3 = value;
  }

  /** All values, of which `first` was returned. */
  all(first: LispObject): LispObject[] {
    const result: LispObject[] = [];
    for (let i = 0; i < this.n; i++) result.push(i === 0 ? first : this.get(i));
    return result;
  }

  /** Sets `values` and answers the first, to be returned. */
  set(values: readonly LispObject[]): LispObject {
    for (let i = 1; i < values.length; i++) this.put(i, values[i]!);
    this.n = values.length;
    return values[0] ?? NIL;
  }

  /** Sets two values and answers the first. */
  two(first: LispObject, second: LispObject): LispObject {
    this.v1 = second;
    this.n = 2;
    return first;
  }

  /** The count and the slots in use, or null for a single value. */
  save(): readonly LispObject[] | null {
    return this.n === 1 ? null : this.all(NIL);
  }

  restore(saved: readonly LispObject[] | null): void {
    if (saved === null) this.n = 1;
    else this.set(saved);
  }
}
