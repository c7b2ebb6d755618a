/** Layouts, instances, funcallable instances, cells, weak pointers (docs/primitives.md). */
import {
  Instance,
  type LispFunction,
  type LispObject,
  type LispSymbol,
  NIL,
  T,
} from "@astralisp/reader";
import {
  type Funcallable,
  LAYOUT,
  LayoutInstance,
  UNBOUND,
  ValueCell,
  WeakPointer,
} from "../objects.js";
import type { World } from "../world.js";

const LAYOUT_SLOTS = 11;

/** The layout of layouts, which is its own layout. */
export function makeLayoutLayout(name: LispSymbol): LayoutInstance {
  const slots: LispObject[] = new Array(LAYOUT_SLOTS).fill(NIL);
  const layout = new LayoutInstance(undefined as never, slots);
  layout.layout = layout;
  fill(layout, name, LAYOUT_SLOTS, 0, [layout]);
  return layout;
}

function fill(
  layout: LayoutInstance,
  name: LispObject,
  length: number,
  depth: number,
  ancestors: LispObject,
): void {
  const { slots } = layout;
  slots[LAYOUT.name] = name;
  slots[LAYOUT.length] = length;
  slots[LAYOUT.depth] = depth;
  slots[LAYOUT.ancestors] = ancestors;
  slots[LAYOUT.rawSlots] = 0;
  slots[LAYOUT.version] = 0;
}

/** Numbers by which caches find layouts. */
let nextStamp = 1;

const templates: LispObject[][] = [];

/** `length` unbound slots; copying a packed array is faster than filling one. */
function unboundSlots(length: number): LispObject[] {
  let template = templates[length];
  if (template === undefined) {
    template = [];
    for (let i = 0; i < length; i++) template.push(UNBOUND);
    templates[length] = template;
  }
  return template.slice();
}

function isFuncallable(x: LispObject): x is Funcallable {
  return typeof x === "function" && "implementation" in x;
}

function makeFuncallable(layout: LayoutInstance, fn: LispFunction): Funcallable {
  const made = ((...args: LispObject[]): LispObject =>
    made.implementation(...args)) as Funcallable;
  made.implementation = fn;
  made.layout = layout;
  made.slots = unboundSlots(layout.slots[LAYOUT.length] as number);
  return made;
}

export function instancePrimitives(world: World) {
  // JavaScript calls this between two of its tasks, never while Lisp runs.
  const finalizers = new FinalizationRegistry<LispFunction>((fn) => {
    world.guard(() => fn());
  });
  return {
    "%MAKE-LAYOUT": (
      name: LispObject,
      length: number,
      depth: number,
      ancestors: LispObject,
      kind: LispObject,
      info: LispObject,
    ) => {
      const slots: LispObject[] = new Array(LAYOUT_SLOTS).fill(NIL);
      const layout = new LayoutInstance(world.layoutLayout, slots);
      fill(layout, name, length, depth, ancestors);
      slots[LAYOUT.kind] = kind;
      slots[LAYOUT.hash] = nextStamp++;
      slots[LAYOUT.slots] = info;
      return layout;
    },
    "%MAKE-INSTANCE": (layout: LayoutInstance) =>
      new Instance(layout, unboundSlots(layout.slots[LAYOUT.length] as number)),
    "%INSTANCE-LAYOUT": (x: Instance) => x.layout as LayoutInstance,
    "%SET-INSTANCE-LAYOUT": (x: Instance, layout: LayoutInstance) => {
      x.layout = layout;
      return layout;
    },
    "%INSTANCE-LENGTH": (x: Instance) =>
      (x.layout as LayoutInstance).slots[LAYOUT.length] as number,
    "%INSTANCE-REF": (x: Instance, i: number) => x.slots[i]!,
    "%SET-INSTANCE-REF": (x: Instance, i: number, v: LispObject) => {
      x.slots[i] = v;
      return v;
    },
    "%FIND-LAYOUT": (name: LispSymbol) => (name.type as Instance | null) ?? NIL,
    "%SET-FIND-LAYOUT": (name: LispSymbol, layout: LispObject) => {
      name.type = layout === NIL ? null : (layout as Instance);
      return layout;
    },
    "%MAKE-FUNCALLABLE": makeFuncallable,
    "%FUNCALLABLE-P": (x: LispObject) => (isFuncallable(x) ? T : NIL),
    "%FUNCALLABLE-LAYOUT": (x: Funcallable) => x.layout,
    "%SET-FUNCALLABLE-LAYOUT": (x: Funcallable, layout: LayoutInstance) => {
      x.layout = layout;
      return layout;
    },
    "%FUNCALLABLE-REF": (x: Funcallable, i: number) => x.slots[i]!,
    "%SET-FUNCALLABLE-REF": (x: Funcallable, i: number, v: LispObject) => {
      x.slots[i] = v;
      return v;
    },
    "%SET-FUNCALLABLE-FUNCTION": (x: Funcallable, fn: LispFunction) => {
      x.implementation = fn;
      return fn;
    },
    "%MAKE-VALUE-CELL": (value: LispObject) => new ValueCell(value),
    "%VALUE-CELL-REF": (cell: ValueCell) => cell.value,
    "%SET-VALUE-CELL": (cell: ValueCell, value: LispObject) => {
      cell.value = value;
      return value;
    },
    "%MAKE-WEAK-POINTER": (value: LispObject) => new WeakPointer(value),
    "%WEAK-POINTER-VALUE": (pointer: WeakPointer) => pointer.value ?? NIL,
    "%REGISTER-FINALIZER": (object: LispObject, fn: LispFunction) => {
      finalizers.register(object as WeakKey, fn, object as WeakKey);
      return object;
    },
    "%UNREGISTER-FINALIZER": (object: LispObject) =>
      finalizers.unregister(object as WeakKey) ? T : NIL,
  };
}
