/** Symbols, functions, characters, identity (docs/primitives.md). */
import {
  Char,
  Cons,
  type LispFunction,
  type LispObject,
  LispPackage,
  LispString,
  LispSymbol,
  list,
  NIL,
  SYMBOL_KIND,
  type SymbolKind,
  T,
} from "@astralisp/reader";
import { isUndefined, type NamedFunction } from "../run-time.js";
import type { World } from "../world.js";

/** FNV-1a, 32 bits, of the codes of `name`: the hash of a symbol on every host. */
export function hashName(name: string): number {
  let hash = 2166136261;
  for (const character of name) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
  }
  return hash >>> 0;
}

const KINDS: Readonly<Record<string, SymbolKind>> = {
  SPECIAL: SYMBOL_KIND.special,
  CONSTANT: SYMBOL_KIND.constant,
  GLOBAL: SYMBOL_KIND.global,
  "SYMBOL-MACRO": SYMBOL_KIND.symbolMacro,
};

/** How many symbols without a package have got a hash. */
let serial = 0;

/**
 * The hash of a symbol: the low 32 bits come from its name; above them symbols without a
 * package have a number of their own, or the many of one name would meet in tables.
 */
function symbolHash(symbol: LispSymbol): number {
  if (symbol.hash < 0) {
    symbol.hash = hashName(symbol.name);
    if (symbol.package === null) symbol.hash += (++serial % 2 ** 20) * 2 ** 32;
  }
  return symbol.hash;
}

/** Numbers objects in the order in which they are asked for. */
function identityHashes() {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (x: LispObject): number => {
    if (typeof x === "number") return Math.abs(x) % 0x3fffffff;
    if (typeof x === "bigint") return Number(BigInt.asUintN(28, x));
    if (x instanceof LispSymbol) return symbolHash(x);
    if (x instanceof Char) return x.code;
    let number = numbers.get(x as object);
    if (number === undefined) {
      number = ++last;
      numbers.set(x as object, number);
    }
    return number;
  };
}

export function symbolPrimitives(world: World) {
  const bad = (x: LispObject, type: string) =>
    world.engineError("TYPE", x, world.commonLisp(type));
  const checked =
    (body: (symbol: LispSymbol) => LispObject) =>
    (x: LispObject): LispObject =>
      x instanceof LispSymbol ? body(x) : bad(x, "SYMBOL");
  const kinds: LispObject[] = [];
  for (const [name, kind] of Object.entries(KINDS)) kinds[kind] = world.keyword(name);
  const names = new WeakMap<LispSymbol, LispString>();
  const name = checked((symbol) => {
    let known = names.get(symbol);
    if (known === undefined) {
      known = LispString.from(symbol.name);
      names.set(symbol, known);
    }
    return known;
  });
  const value = checked((s) =>
    s.value === undefined ? world.engineError("UNBOUND-VARIABLE", s, NIL) : s.value,
  );
  return {
    KEYWORDP: (x: LispObject) =>
      x instanceof LispSymbol && x.package === world.keywordPackage ? T : NIL,
    "SYMBOL-NAME": name,
    "SYMBOL-PACKAGE": checked((symbol) => symbol.package ?? NIL),
    "SYMBOL-PLIST": checked((symbol) => symbol.plist),
    "%SET-SYMBOL-PLIST": (symbol: LispSymbol, plist: LispObject) => {
      symbol.plist = plist;
      return plist;
    },
    "%SET-SYMBOL-PACKAGE": (symbol: LispSymbol, pkg: LispObject) => {
      symbol.package = pkg === NIL ? null : (pkg as LispPackage);
      return pkg;
    },
    "MAKE-SYMBOL": (name: LispObject): LispObject => {
      const text = world.textOf(name);
      if (text === null) return bad(name, "STRING");
      const symbol = new LispSymbol(text);
      symbol.fn = world.undefinedFunction;
      return symbol;
    },
    BOUNDP: checked((symbol) => (symbol.value === undefined ? NIL : T)),
    "SYMBOL-VALUE": value,
    "%GLOBAL-VALUE": value,
    SET: (symbol: LispObject, value: LispObject): LispObject => {
      if (!(symbol instanceof LispSymbol)) return bad(symbol, "SYMBOL");
      symbol.value = value;
      return value;
    },
    "%SET-GLOBAL-VALUE": (symbol: LispSymbol, value: LispObject) => {
      symbol.value = value;
      return value;
    },
    MAKUNBOUND: checked((symbol) => {
      symbol.value = undefined;
      return symbol;
    }),
    "%SYMBOL-INFO": (symbol: LispSymbol) => symbol.info,
    "%SET-SYMBOL-INFO": (symbol: LispSymbol, properties: LispObject) => {
      symbol.info = properties;
      return properties;
    },
    "%SYMBOL-HASH": symbolHash,
    "%MACRO-FUNCTION": (symbol: LispSymbol) => symbol.macro ?? NIL,
    "%SET-MACRO-FUNCTION": (symbol: LispSymbol, fn: LispObject) => {
      symbol.macro = fn === NIL ? null : (fn as LispFunction);
      return fn;
    },
    "%VARIABLE-KIND": (symbol: LispSymbol): LispObject => {
      return kinds[symbol.kind] ?? NIL;
    },
    "%SET-VARIABLE-KIND": (symbol: LispSymbol, kind: LispObject) => {
      const known = kind instanceof LispSymbol ? KINDS[kind.name] : undefined;
      symbol.kind = known ?? SYMBOL_KIND.lexical;
      return kind;
    },
    "%IDENTITY-HASH": identityHashes(),
    "%IDENTITY-EPOCH": () => 0,
  };
}

export function functionPrimitives(world: World) {
  const setfSymbolOf = (name: LispObject): LispSymbol | null => {
    if (!(name instanceof Cons) || name.car !== world.setfSymbol) return null;
    const rest = name.cdr;
    return rest instanceof Cons && rest.car instanceof LispSymbol ? rest.car : null;
  };
  const get = (name: LispObject): LispObject => {
    if (name instanceof LispSymbol) return isUndefined(name.fn) ? NIL : name.fn;
    return setfSymbolOf(name)?.setfFn ?? NIL;
  };
  return {
    "%FDEFINITION": get,
    "%SET-FDEFINITION": (name: LispObject, fn: LispFunction) => {
      if (name instanceof LispSymbol) name.fn = fn;
      else {
        const symbol = setfSymbolOf(name);
        if (symbol !== null) symbol.setfFn = fn;
      }
      return fn;
    },
    "%FMAKUNBOUND": (name: LispObject) => {
      if (name instanceof LispSymbol) {
        name.fn = world.undefinedFunction;
        name.macro = null;
      } else {
        const symbol = setfSymbolOf(name);
        if (symbol !== null) symbol.setfFn = null;
      }
      return name;
    },
    "%FUNCTION-NAME": (fn: NamedFunction): LispObject => {
      if (fn.lispName !== undefined) return fn.lispName;
      return fn.name === "" ? NIL : world.functionNamed(fn.name);
    },
    "%SET-FUNCTION-NAME": (fn: NamedFunction, name: LispObject) => {
      fn.lispName = name;
      return name;
    },
    "%FUNCTION-LAMBDA-LIST": (fn: NamedFunction): LispObject => {
      const names = (fn.lambdaList ?? "").split(" ").filter((name) => name !== "");
      const home =
        fn.lispName instanceof LispSymbol ? (fn.lispName.package ?? null) : null;
      return list(
        names.map((name) =>
          name.startsWith("&")
            ? world.commonLisp(name)
            : (home?.lookup(name) ?? new LispSymbol(name)),
        ),
      );
    },
  };
}

export function characterPrimitives(world: World) {
  return {
    "CHAR-CODE": (x: LispObject): LispObject =>
      x instanceof Char
        ? x.code
        : world.engineError("TYPE", x, world.commonLisp("CHARACTER")),
    "CODE-CHAR": (x: LispObject): LispObject => {
      if (typeof x === "number" && x >= 0) return x < 0x110000 ? Char.of(x) : NIL;
      return world.engineError("TYPE", x, world.commonLisp("UNSIGNED-BYTE"));
    },
  };
}

export function consPrimitives(world: World) {
  const check = (x: LispObject): Cons => {
    if (x instanceof Cons) return x;
    return world.engineError("TYPE", x, world.commonLisp("CONS")) as Cons;
  };
  return {
    RPLACA: (x: LispObject, value: LispObject) => {
      check(x).car = value;
      return x;
    },
    RPLACD: (x: LispObject, value: LispObject) => {
      check(x).cdr = value;
      return x;
    },
    "%FIND-PACKAGE": (name: LispObject) =>
      world.registry.find(world.textOf(name)!) ?? NIL,
    "%INTERN": (name: LispObject, pkg: LispObject) =>
      world.internValues(
        world.textOf(name)!,
        pkg instanceof LispPackage ? pkg : world.currentPackage,
      ),
  };
}
