/** All primitives, put under their symbols. */
import { type LispFunction, type LispObject, LispSymbol, list } from "@astralisp/reader";
import { Environment } from "../environment.js";
import { floatArithmetic, floatHelpers } from "../float-traps.js";
import { INTERNAL_NAMES, isSelfContained, openCoded } from "../open-code.js";
import type { World } from "../world.js";
import { arithmeticHelpers } from "./arithmetic.js";
import { floatPrimitives } from "./floats.js";
import { instancePrimitives } from "./instances.js";
import { integerHelpers, integerPrimitives } from "./integers.js";
import { packagePrimitives } from "./packages.js";
import {
  characterPrimitives,
  consPrimitives,
  functionPrimitives,
  symbolPrimitives,
} from "./symbols.js";
import { systemPrimitives } from "./system.js";
import { arrayHeaderPrimitives, vectorHelpers, vectorPrimitives } from "./vectors.js";

/** Those that answer several values. */
const VALUES = new Set(["%INTEGER-TRUNCATE", "%INTERN", "%HEAP-USAGE", "%EVAL"]);

/** Those that run Lisp code or take any number of arguments: called as functions. */
const FUNCTIONS_ONLY = new Set(["%EVAL", "%COMPILE", "%BACKTRACE", "%EXIT"]);

type Table = Readonly<Record<string, (...args: never[]) => unknown>>;

export function installPrimitives(world: World): void {
  const primitive = (name: string) => world.primitiveSymbol(name);
  const floats = floatHelpers(world);
  Object.assign(
    world.runTime,
    floats,
    integerHelpers,
    vectorHelpers,
    arithmeticHelpers(primitive, floats),
  );
  const direct: Table = {
    ...integerPrimitives(world),
    ...floatPrimitives(),
    ...floatArithmetic(floats),
    ...vectorPrimitives(world),
    ...arrayHeaderPrimitives(),
    ...instancePrimitives(world),
    ...symbolPrimitives(world),
    ...functionPrimitives(world),
    ...characterPrimitives(world),
    ...consPrimitives(world),
    ...systemPrimitives(world),
  };
  const install = (table: Table, isDirect: boolean) => {
    for (const [name, fn] of Object.entries(table)) {
      // The table says what each function takes; the world calls it with that.
      world.addPrimitive(symbolOf(world, name), name, fn as LispFunction, {
        direct: isDirect && !FUNCTIONS_ONLY.has(name),
        variadic: false,
        values: VALUES.has(name),
      });
    }
  };
  install(direct, true);
  install(packagePrimitives(world), false);
  installOpenCoded(world);
  // Macros of the runtime use it before the file that defines it is loaded.
  world.commonLisp("SVREF").setfFn = (x, v, i) => {
    (v as LispObject[])[i as number] = x!;
    return x!;
  };
}

function symbolOf(world: World, name: string) {
  return name.startsWith("%") || name.startsWith("TWO-ARG-")
    ? world.primitiveSymbol(name)
    : world.commonLisp(name);
}

/** Makes the templates known, and functions out of those that can be. */
function installOpenCoded(world: World): void {
  for (const name of openCoded.keys()) {
    if (INTERNAL_NAMES.has(name)) continue;
    const symbol = symbolOf(world, name);
    const options = { direct: true, variadic: false, values: false };
    if (world.primitive(symbol) === undefined) {
      world.addPrimitive(symbol, name, null, options);
    }
  }
  const defun = world.primitiveSymbol("%DEFUN");
  const variables = ["A", "B", "C"].map((name) => new LispSymbol(name));
  const forms = [...openCoded.values()].filter(isSelfContained).map((primitive) => {
    const symbol = symbolOf(world, primitive.name);
    const args = variables.slice(0, primitive.arity);
    return list([defun, symbol, list(args), list([symbol, ...args])]);
  });
  const scope = { parent: null };
  world.evaluate(list([world.commonLisp("PROGN"), ...forms]), Environment.global(scope));
  installVariadic(world);
}

/** The primitives that take any number of arguments. */
function installVariadic(world: World): void {
  const callable = world.runTime.callable as (f: LispObject) => LispFunction;
  const define = (name: string, least: number, fn: LispFunction) => {
    world.commonLisp(name).fn = (...args) => {
      if (args.length >= least) return fn(...args);
      const detail = `${least} or more`;
      return world.engineError(
        "ARGUMENT-COUNT",
        world.commonLisp(name),
        args.length,
        detail,
      );
    };
  };
  define("LIST", 0, (...items) => list(items));
  define("LIST*", 1, (...items) => list(items.slice(0, -1), items.at(-1)!));
  define("VALUES", 0, (...items) => world.mv.set(items));
  define("FUNCALL", 1, (f, ...args) => callable(f!)(...args));
  define("APPLY", 2, world.runTime.apply as LispFunction);
}
