/**
 * What compiled code calls: control, calls, definitions, faults. The emitter knows these
 * functions by the names they have here, behind a `$`.
 */
import {
  ArrayHeader,
  BitVector,
  Char,
  Complex,
  Cons,
  DoubleFloat,
  eql,
  Instance,
  type LispFunction,
  type LispObject,
  LispString,
  LispSymbol,
  list,
  listToArray,
  NIL,
  Pathname,
  Ratio,
  SingleFloat,
  SYMBOL_KIND,
  T,
  undefinedFunction,
} from "@astralisp/reader";
import { CompileError, ExitRequest, LispError } from "./errors.js";
import type { MultipleValues } from "./multiple-values.js";
import { UNBOUND } from "./objects.js";
import type { World } from "./world.js";

/** What a non-local exit throws; one for each activation of a block or tagbody. */
export class Exit {
  value: LispObject = NIL;
  live = true;
}

/** An active CATCH. */
export class Catcher {
  value: LispObject = NIL;
  readonly tag: LispObject;
  readonly next: Catcher | null;
  constructor(tag: LispObject, next: Catcher | null) {
    this.tag = tag;
    this.next = next;
  }
}

const CLASSES = {
  NIL,
  T,
  UNBOUND,
  Cons,
  LispSymbol,
  Char,
  DoubleFloat,
  SingleFloat,
  Ratio,
  Complex,
  LispString,
  BitVector,
  ArrayHeader,
  Instance,
  Pathname,
  Exit,
  list,
};

type SavedBinding = readonly [LispSymbol, LispObject | undefined];

/** The function that fails for `symbol`, whose `fn` it is. */
export function isUndefined(fn: LispFunction | null | undefined): boolean {
  return (
    fn === null ||
    fn === undefined ||
    fn === (undefinedFunction as LispFunction) ||
    "undefinedIn" in fn
  );
}

function controlHelpers(world: World, mv: MultipleValues) {
  let catchers: Catcher | null = null;
  /** `symbol`, which must be one that can be bound. */
  function variable(symbol: LispObject): LispSymbol {
    if (!(symbol instanceof LispSymbol)) {
      world.engineError("TYPE", symbol, world.commonLisp("SYMBOL"));
      throw new LispError("type", `${world.show(symbol)} is not a symbol`);
    }
    if (symbol.kind === SYMBOL_KIND.constant || symbol.kind === SYMBOL_KIND.global) {
      world.engineError("CONSTANT", symbol, NIL);
    }
    return symbol;
  }
  return {
    exit(exit: Exit, value: LispObject): never {
      if (!exit.live) {
        world.engineError("CONTROL", NIL, NIL);
        throw new LispError("control", "an exit was used after its block was left");
      }
      exit.value = value;
      throw exit;
    },
    enterCatch(tag: LispObject): Catcher {
      catchers = new Catcher(tag, catchers);
      return catchers;
    },
    leaveCatch(catcher: Catcher): void {
      catchers = catcher.next;
    },
    throw(tag: LispObject, value: LispObject): never {
      let catcher = catchers;
      while (catcher !== null && catcher.tag !== tag) catcher = catcher.next;
      if (catcher === null) {
        world.engineError("CONTROL", tag, NIL);
        throw new LispError("control", `nothing catches ${world.show(tag)}`);
      }
      catcher.value = value;
      throw catcher;
    },
    /** What to throw on when `error` passes a binding or a cleanup. */
    fault(error: unknown): unknown {
      if (error instanceof Exit || error instanceof Catcher) return error;
      if (error instanceof LispError || error instanceof ExitRequest) return error;
      if (error instanceof CompileError) return error;
      return world.engineFault(error);
    },
    saveValues: () => mv.save(),
    restoreValues: (saved: readonly LispObject[] | null) => mv.restore(saved),
    pushValues(array: LispObject[], first: LispObject): void {
      const { n } = mv;
      if (n === 0) {
        mv.n = 1;
        return;
      }
      array.push(first);
      for (let i = 1; i < n; i++) array.push(mv.get(i));
      mv.n = 1;
    },
    progv(symbols: LispObject, values: LispObject): SavedBinding[] {
      const saved: SavedBinding[] = [];
      let rest = values;
      for (const symbol of listToArray(symbols).map(variable)) {
        saved.push([symbol, symbol.value]);
        symbol.value = rest instanceof Cons ? rest.car : undefined;
        if (rest instanceof Cons) rest = rest.cdr;
      }
      return saved;
    },
    unprogv(saved: SavedBinding[]): void {
      for (let i = saved.length - 1; i >= 0; i--) saved[i]![0].value = saved[i]![1];
    },
  };
}

/** Makes `fn` known as `name`, and by what it takes. */
export interface NamedFunction extends LispFunction {
  lispName?: LispObject;
  lambdaList?: string;
}

function callHelpers(world: World, mv: MultipleValues) {
  const callable = (f: LispObject): LispFunction => {
    if (typeof f === "function") return f;
    if (f instanceof LispSymbol) {
      if (isUndefined(f.fn)) {
        if (f.fn === (undefinedFunction as LispFunction)) f.fn = world.undefinedFunction;
        return (...args) => f.fn(...args);
      }
      return f.fn;
    }
    const answer = world.engineError("TYPE", f, world.commonLisp("FUNCTION"));
    if (typeof answer === "function") return answer;
    throw new LispError("type", `${world.show(f)} is not a function`);
  };
  return {
    callable,
    apply2(f: LispObject, args: LispObject): LispObject {
      const fn = callable(f);
      if (args === NIL) return fn();
      return fn(...spread([], args, world));
    },
    apply(f: LispObject, ...args: LispObject[]): LispObject {
      const last = args.pop() ?? NIL;
      return callable(f)(...spread(args, last, world));
    },
    arrayToList(array: LispObject[]): LispObject {
      let result: LispObject = NIL;
      for (let i = array.length - 1; i >= 0; i--) result = new Cons(array[i]!, result);
      return result;
    },
    functionOf(symbol: LispSymbol): LispObject {
      return isUndefined(symbol.fn) ? world.undefined(symbol) : symbol.fn;
    },
    setfFunction(symbol: LispSymbol): LispObject {
      return symbol.setfFn ?? world.undefined(setfName(world, symbol));
    },
    noSetf:
      (symbol: LispSymbol): LispFunction =>
      (...args) =>
        callable(world.undefined(setfName(world, symbol)))(...args),
    define(symbol: LispSymbol, fn: NamedFunction, lambdaList: string): LispObject {
      fn.lispName = symbol;
      fn.lambdaList = lambdaList;
      symbol.fn = fn;
      return symbol;
    },
    defineSetf(symbol: LispSymbol, fn: NamedFunction, lambdaList: string): LispObject {
      const name = setfName(world, symbol);
      fn.lispName = name;
      fn.lambdaList = lambdaList;
      symbol.setfFn = fn;
      return name;
    },
    unbound(symbol: LispSymbol): LispObject {
      const answer = world.engineError("UNBOUND-VARIABLE", symbol, NIL);
      mv.n = 1;
      return answer;
    },
    notAList(object: LispObject): LispObject {
      const answer = world.engineError("TYPE", object, world.commonLisp("LIST"));
      mv.n = 1;
      return answer;
    },
  };
}

function setfName(world: World, symbol: LispSymbol): LispObject {
  return list([world.setfSymbol, symbol]);
}

/** `array` with the elements of the list `tail` behind it. */
function spread(array: LispObject[], tail: LispObject, world: World): LispObject[] {
  let rest = tail;
  while (rest instanceof Cons) {
    array.push(rest.car);
    rest = rest.cdr;
  }
  if (rest !== NIL) world.engineError("TYPE", tail, world.commonLisp("LIST"));
  return array;
}

function argumentHelpers(world: World) {
  const argumentCount = (name: string, given: number, least: number, most: number) => {
    const takes =
      most === least ? `${least}` : most < 0 ? `${least} or more` : `${least} to ${most}`;
    return world.engineError("ARGUMENT-COUNT", world.functionNamed(name), given, takes);
  };
  return {
    argumentCount,
    wrongCount: (name: string, given: number, least: number, most: number) => () =>
      argumentCount(name, given, least, most),
    oddKeys(name: string, args: ArrayLike<LispObject>): LispObject {
      const given = list(Array.from(args));
      return world.engineError("ODD-KEYS", world.functionNamed(name), given);
    },
    unknownKey(
      name: string,
      key: LispObject,
      args: ArrayLike<LispObject>,
      first: number,
    ): void {
      for (let i = first; i < args.length; i += 2) {
        if (args[i] !== world.allowOtherKeys) continue;
        if (args[i + 1] !== NIL) return;
        break;
      }
      world.engineError("UNKNOWN-KEY", key, world.functionNamed(name));
    },
    allowOtherKeys: world.allowOtherKeys,
  };
}

function literalHelpers(world: World) {
  const ready = (symbol: LispSymbol): LispSymbol => {
    if (symbol.fn === (undefinedFunction as LispFunction))
      symbol.fn = world.undefinedFunction;
    return symbol;
  };
  return {
    ready,
    symbol: (pkg: string, name: string): LispSymbol => ready(world.intern(pkg, name)),
    /** A table of the uninterned symbols of one file. */
    uninternedTable() {
      const table: LispSymbol[] = [];
      return (index: number, name: string): LispSymbol => {
        table[index] ??= ready(new LispSymbol(name));
        return table[index];
      };
    },
    string: (text: string) => LispString.from(text),
    package: (name: string) => world.requirePackage(name),
    layout(symbol: LispSymbol): LispObject {
      if (symbol.type !== null) return symbol.type as Instance;
      throw new LispError("layout", `no structure is named ${world.show(symbol)}`);
    },
    inPackage: (name: string) => world.enterPackage(name),
    definePackage: (options: string) => world.definePackage(JSON.parse(options)),
  };
}

function comparisonHelpers() {
  return {
    eqlBoxed: (a: LispObject, b: LispObject) =>
      typeof a === "object" &&
      !(a instanceof LispSymbol || a instanceof Cons || a instanceof Instance) &&
      eql(a, b),
    hasAncestor(layout: Instance, ancestor: Instance): boolean {
      const ancestors = layout.slots[3];
      const depth = ancestor.slots[2];
      return Array.isArray(ancestors) && ancestors[depth as number] === ancestor;
    },
  };
}

/** The run time of `world`: everything compiled code may ask for, by name. */
export function makeRunTime(world: World): Record<string, unknown> {
  const { mv } = world;
  return {
    mv,
    ...CLASSES,
    ...controlHelpers(world, mv),
    ...callHelpers(world, mv),
    ...argumentHelpers(world),
    ...literalHelpers(world),
    ...comparisonHelpers(),
  };
}
