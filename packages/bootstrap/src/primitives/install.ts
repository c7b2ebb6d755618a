/** All primitives, put under their symbols. */
import type { LispFunction, LispObject } from "@astralisp/reader";
import { openCoded } from "../open-code.js";
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
import { arrayHeaderPrimitives, vectorPrimitives } from "./vectors.js";

/** Those that answer several values. */
const VALUES = new Set(["%INTEGER-TRUNCATE", "%INTERN", "%HEAP-USAGE", "%EVAL"]);

/** Those that run Lisp code or take any number of arguments: called as functions. */
const FUNCTIONS_ONLY = new Set(["%EVAL", "%COMPILE", "%BACKTRACE", "%EXIT"]);

type Table = Readonly<Record<string, (...args: never[]) => unknown>>;

export function installPrimitives(world: World): void {
  const primitive = (name: string) => world.primitiveSymbol(name);
  Object.assign(world.runTime, integerHelpers, arithmeticHelpers(primitive));
  const direct: Table = {
    ...integerPrimitives(world),
    ...floatPrimitives(),
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

/** Templates without a function of the host: functions are compiled from them. */
function installOpenCoded(world: World): void {
  for (const name of openCoded.keys()) {
    const symbol = symbolOf(world, name);
    const options = { direct: true, variadic: false, values: false };
    if (world.primitive(symbol) === undefined) {
      world.addPrimitive(symbol, name, null, options);
    }
  }
}
