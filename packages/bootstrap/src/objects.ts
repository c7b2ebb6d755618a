/** Objects of the JavaScript engine that the reader knows nothing of. */
import {
  Instance,
  type LispFunction,
  type LispObject,
  NIL,
  TAG,
} from "@astralisp/reader";

/** What an unbound slot holds. */
class Marker {
  readonly tag = TAG.firstHostTag;
}
export const UNBOUND: LispObject = new Marker();

/** A variable shared by closures, as an object. */
export class ValueCell {
  readonly tag = TAG.firstHostTag + 1;
  value: LispObject;
  constructor(value: LispObject) {
    this.value = value;
  }
}

/** A pointer that does not keep its object alive. */
export class WeakPointer {
  readonly tag = TAG.firstHostTag + 2;
  private readonly ref: WeakRef<object> | null;
  private readonly direct: LispObject;
  constructor(value: LispObject) {
    const isObject =
      (typeof value === "object" && value !== null) || typeof value === "function";
    this.ref = isObject ? new WeakRef(value) : null;
    this.direct = isObject ? NIL : value;
  }
  /** The object, or undefined once it is gone. */
  get value(): LispObject | undefined {
    return this.ref === null ? this.direct : (this.ref.deref() as LispObject | undefined);
  }
}

/** Slots of a layout (docs/object-layout.md). */
export const LAYOUT = {
  name: 0,
  length: 1,
  depth: 2,
  ancestors: 3,
  rawSlots: 4,
  version: 5,
  slots: 6,
  hash: 7,
  kind: 8,
  definition: 9,
  class: 10,
} as const;

/** A layout: an instance of the layout of layouts. */
export class LayoutInstance extends Instance {
  get name(): LispObject {
    return this.slots[LAYOUT.name]!;
  }
}

/** A function that is an instance as well. */
export interface Funcallable extends LispFunction {
  implementation: LispFunction;
  layout: LayoutInstance;
  slots: LispObject[];
}
