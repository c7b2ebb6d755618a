/** The package functions of Common Lisp for this engine (CLHS 11.2). */
import {
  Char,
  type LispObject,
  LispPackage,
  LispString,
  LispSymbol,
  list,
  listToArray,
  NIL,
  PackageError,
  type SymbolStatus,
  T,
} from "@astralisp/reader";
import { definitionOptions } from "../package-definition.js";
import type { World } from "../world.js";

/** How package functions read their arguments and report what cannot be done. */
export class PackageDesignators {
  readonly world: World;
  constructor(world: World) {
    this.world = world;
  }

  /** The text of a string designator. */
  text(x: LispObject): string {
    if (x instanceof LispSymbol) return x.name;
    if (x instanceof Char) return String.fromCodePoint(x.code);
    const text = this.world.textOf(x);
    if (text !== null) return text;
    this.world.engineError("TYPE", x, this.world.commonLisp("STRING"));
    return "";
  }

  find(x: LispObject): LispPackage | undefined {
    if (x instanceof LispPackage) return x;
    const { registry, currentPackage } = this.world;
    return registry.find(this.text(x), currentPackage);
  }

  package(x: LispObject): LispPackage {
    const found = this.find(x);
    if (found !== undefined) return found;
    this.error(`no package is named ${this.world.show(x)}`, x);
  }

  /** Signals a PACKAGE-ERROR. */
  error(message: string, pkg: LispObject): never {
    const failure = this.world.runtimeFunction("PACKAGE-FAILURE");
    if (failure !== null) {
      failure(pkg, LispString.from("~A"), LispString.from(message));
    }
    throw new PackageError("R0024", message);
  }

  /** Signals a PACKAGE-LOCK-VIOLATION if `pkg` is locked; `action` as in Lisp's check. */
  unlocked(pkg: LispPackage, action: string): void {
    if (pkg.properties === NIL) return;
    const check = this.world.runtimeFunction("CHECK-PACKAGE-LOCK");
    if (check !== null) check(pkg, LispString.from("~A"), LispString.from(action));
  }

  /** A list of symbols, or one. */
  symbols(x: LispObject): LispSymbol[] {
    return this.items(x).map((item) => {
      if (item instanceof LispSymbol) return item;
      return this.world.engineError(
        "TYPE",
        item,
        this.world.commonLisp("SYMBOL"),
      ) as LispSymbol;
    });
  }

  items(x: LispObject): LispObject[] {
    if (x === NIL) return [];
    return typeof x === "object" && "cdr" in x && !(x instanceof LispSymbol)
      ? listToArray(x)
      : [x];
  }

  /** Runs `operation`; a conflict becomes a PACKAGE-ERROR. */
  run(operation: () => void): LispObject {
    try {
      operation();
    } catch (error) {
      if (!(error instanceof PackageError)) throw error;
      this.error(error.message, error.package ?? NIL);
    }
    return T;
  }
}

const STATUS: Readonly<Record<SymbolStatus, string>> = {
  internal: "INTERNAL",
  external: "EXTERNAL",
  inherited: "INHERITED",
};

function symbolFunctions(d: PackageDesignators) {
  const { world } = d;
  const here = (x: LispObject | undefined) =>
    x === undefined ? world.currentPackage : d.package(x);
  type Status = SymbolStatus | undefined;
  /** Does `body` for symbols; `changes` tells whether a symbol's status will change. */
  const each =
    (
      action: string,
      changes: (status: Status) => boolean,
      body: (pkg: LispPackage, symbol: LispSymbol) => void,
    ) =>
    (symbols: LispObject, pkg?: LispObject) =>
      d.run(() => {
        const home = here(pkg);
        for (const symbol of d.symbols(symbols)) {
          const found = home.find(symbol.name);
          if (changes(found?.symbol === symbol ? found.status : undefined)) {
            d.unlocked(home, action.replace("*", symbol.name));
          }
          body(home, symbol);
        }
      });
  const absent = (status: Status) => status === undefined || status === "inherited";
  return {
    INTERN: (name: LispObject, pkg?: LispObject) => {
      const home = here(pkg);
      const text = d.text(name);
      if (home.properties !== NIL && home.find(text) === null) {
        d.unlocked(home, `interning ${text} in`);
      }
      return world.internValues(text, home);
    },
    "FIND-SYMBOL": (name: LispObject, pkg?: LispObject): LispObject => {
      const found = here(pkg).find(d.text(name));
      if (found === null) return world.mv.two(NIL, NIL);
      return world.mv.two(found.symbol, world.keyword(STATUS[found.status]));
    },
    UNINTERN: (symbol: LispObject, pkg?: LispObject): LispObject => {
      let done = false;
      const home = here(pkg);
      if (home.isPresent(symbol as LispSymbol)) {
        d.unlocked(home, `uninterning ${(symbol as LispSymbol).name} from`);
      }
      d.run(() => {
        done = home.unintern(symbol as LispSymbol);
      });
      return done ? T : NIL;
    },
    EXPORT: each(
      "exporting * from",
      (status) => status !== "external",
      (pkg, symbol) => pkg.export(symbol),
    ),
    UNEXPORT: each(
      "unexporting * from",
      (status) => status === "external",
      (pkg, symbol) => pkg.unexport(symbol),
    ),
    IMPORT: each("importing * into", absent, (pkg, symbol) => pkg.import(symbol)),
    "SHADOWING-IMPORT": each("importing * into", absent, (pkg, symbol) =>
      pkg.shadowingImport(symbol),
    ),
    SHADOW: (names: LispObject, pkg?: LispObject) =>
      d.run(() => {
        const home = here(pkg);
        for (const item of d.items(names)) {
          const name = d.text(item);
          const status = home.find(name)?.status;
          if (absent(status)) d.unlocked(home, `shadowing ${name} in`);
          home.shadow(name);
        }
      }),
    "FIND-ALL-SYMBOLS": (name: LispObject) => {
      const text = d.text(name);
      const found = new Set<LispSymbol>();
      for (const pkg of world.registry.all()) {
        const own = pkg.internal.get(text) ?? pkg.external.get(text);
        if (own !== undefined) found.add(own);
      }
      return list([...found]);
    },
  };
}

function packageSymbols(pkg: LispPackage, kind: string): LispSymbol[] {
  if (kind === "INTERNAL") return [...pkg.internal.values()];
  if (kind === "EXTERNAL") return [...pkg.external.values()];
  const inherited = pkg.uses.flatMap((used) => [...used.external.values()]);
  return [...new Set(inherited)].filter((symbol) => pkg.isAccessible(symbol));
}

function packageFunctions(d: PackageDesignators) {
  const { world } = d;
  const { registry } = world;
  const strings = (names: Iterable<string>) =>
    list([...names].map((name) => LispString.from(name)));
  return {
    PACKAGEP: (x: LispObject) => (x instanceof LispPackage ? T : NIL),
    "FIND-PACKAGE": (x: LispObject) => d.find(x) ?? NIL,
    "LIST-ALL-PACKAGES": () => list(registry.all()),
    "PACKAGE-NAME": (x: LispObject): LispObject => {
      const pkg = d.package(x);
      return registry.find(pkg.name) === pkg ? LispString.from(pkg.name) : NIL;
    },
    "PACKAGE-NICKNAMES": (x: LispObject) => strings(d.package(x).nicknames),
    "PACKAGE-USE-LIST": (x: LispObject) => list(d.package(x).uses),
    "PACKAGE-USED-BY-LIST": (x: LispObject) => list(d.package(x).usedBy),
    "PACKAGE-SHADOWING-SYMBOLS": (x: LispObject) =>
      list([...d.package(x).shadowing.values()]),
    "USE-PACKAGE": (used: LispObject, user?: LispObject) =>
      d.run(() => {
        const pkg = user === undefined ? world.currentPackage : d.package(user);
        for (const item of d.items(used)) {
          const other = d.package(item);
          if (!pkg.uses.includes(other)) d.unlocked(pkg, `using ${other.name} in`);
          pkg.use(other);
        }
      }),
    "UNUSE-PACKAGE": (used: LispObject, user?: LispObject) =>
      d.run(() => {
        const pkg = user === undefined ? world.currentPackage : d.package(user);
        for (const item of d.items(used)) {
          const other = d.package(item);
          if (pkg.uses.includes(other)) d.unlocked(pkg, `unusing ${other.name} in`);
          pkg.unuse(other);
        }
      }),
    "MAKE-PACKAGE": (name: LispObject, ...options: LispObject[]): LispObject => {
      const nicknames: string[] = [];
      const use: LispPackage[] = [];
      for (let i = 0; i < options.length; i += 2) {
        const values = d.items(options[i + 1]!);
        if (options[i] === world.keyword("NICKNAMES")) {
          nicknames.push(...values.map((value) => d.text(value)));
        } else if (options[i] === world.keyword("USE")) {
          use.push(...values.map((value) => d.package(value)));
        }
      }
      let made: LispObject = NIL;
      d.run(() => {
        made = registry.define(d.text(name), { nicknames, use });
      });
      return made;
    },
    "DELETE-PACKAGE": (x: LispObject): LispObject => {
      const pkg = d.package(x);
      if (registry.find(pkg.name) !== pkg) return NIL;
      d.unlocked(pkg, "deleting");
      return d.run(() => registry.delete(pkg));
    },
    "RENAME-PACKAGE": (x: LispObject, name: LispObject, nicknames?: LispObject) => {
      const pkg = d.package(x);
      const others = d.items(nicknames ?? NIL).map((item) => d.text(item));
      d.unlocked(pkg, "renaming");
      d.run(() => registry.rename(pkg, d.text(name), others));
      return pkg;
    },
    "%PACKAGE-SYMBOLS": (x: LispObject, kind: LispObject) =>
      list(packageSymbols(d.package(x), (kind as LispSymbol).name)),
    "%DEFINE-PACKAGE": (name: LispObject, clauses: LispObject): LispObject => {
      const options = listToArray(clauses).flatMap((clause) =>
        definitionOptions(clause, (item) => d.text(item)),
      );
      const definition = { name: d.text(name), options };
      d.run(() => world.definePackage(definition));
      return d.package(name);
    },
    "%PACKAGE-LOCAL-NICKNAMES": (x: LispObject) =>
      list(
        [...d.package(x).localNicknames].map(([name, pkg]) =>
          list([LispString.from(name)], pkg),
        ),
      ),
    "%ADD-PACKAGE-LOCAL-NICKNAME": (name: LispObject, of: LispObject, x: LispObject) => {
      const pkg = d.package(x);
      pkg.localNicknames.set(d.text(name), d.package(of));
      return pkg;
    },
    "%REMOVE-PACKAGE-LOCAL-NICKNAME": (name: LispObject, x: LispObject) =>
      d.package(x).localNicknames.delete(d.text(name)) ? T : NIL,
    "%PACKAGE-PROPERTIES": (x: LispObject) => d.package(x).properties,
    "%SET-PACKAGE-PROPERTIES": (x: LispObject, list: LispObject) => {
      d.package(x).properties = list;
      return list;
    },
    "%SET-PACKAGE-DOCUMENTATION": (x: LispObject, text: LispObject) => {
      d.package(x).documentation = text;
      return text;
    },
    "%PACKAGE-DOCUMENTATION": (x: LispObject) => d.package(x).documentation,
  };
}

/** How many arguments the functions of the standard take: least and most. */
const ARGUMENT_COUNTS: Readonly<Record<string, readonly [number, number]>> = {
  INTERN: [1, 2],
  "FIND-SYMBOL": [1, 2],
  UNINTERN: [1, 2],
  EXPORT: [1, 2],
  UNEXPORT: [1, 2],
  IMPORT: [1, 2],
  "SHADOWING-IMPORT": [1, 2],
  SHADOW: [1, 2],
  "FIND-ALL-SYMBOLS": [1, 1],
  PACKAGEP: [1, 1],
  "FIND-PACKAGE": [1, 1],
  "LIST-ALL-PACKAGES": [0, 0],
  "PACKAGE-NAME": [1, 1],
  "PACKAGE-NICKNAMES": [1, 1],
  "PACKAGE-USE-LIST": [1, 1],
  "PACKAGE-USED-BY-LIST": [1, 1],
  "PACKAGE-SHADOWING-SYMBOLS": [1, 1],
  "USE-PACKAGE": [1, 2],
  "UNUSE-PACKAGE": [1, 2],
  "MAKE-PACKAGE": [1, 5],
  "DELETE-PACKAGE": [1, 1],
  "RENAME-PACKAGE": [2, 3],
};

type PackageFunction = (...args: LispObject[]) => LispObject;

/** `fn`, called `name`, behind a check of the number of its arguments. */
function counted(world: World, name: string, fn: PackageFunction): PackageFunction {
  const [least, most] = ARGUMENT_COUNTS[name] ?? [0, Number.POSITIVE_INFINITY];
  return (...args) =>
    args.length >= least && args.length <= most
      ? fn(...args)
      : world.engineError("ARGUMENT-COUNT", world.commonLisp(name), args.length);
}

/** The functions that are not open-coded: installed under their names. */
export function packagePrimitives(world: World) {
  const designators = new PackageDesignators(world);
  const functions: Record<string, PackageFunction> = {};
  const all = { ...symbolFunctions(designators), ...packageFunctions(designators) };
  for (const [name, fn] of Object.entries(all)) {
    // Each takes Lisp objects, as many as the table says.
    functions[name] = counted(world, name, fn as PackageFunction);
  }
  return functions;
}
