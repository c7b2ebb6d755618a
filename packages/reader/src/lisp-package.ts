/** Packages: CLHS chapter 11, with name conflicts as typed errors. */
import { type LispObject, LispSymbol, NIL, SYMBOL_KIND, T, TAG } from "./data.js";

/** How a symbol is accessible in a package, as `find-symbol` reports it. */
export type SymbolStatus = "internal" | "external" | "inherited";

/** A symbol and how it is accessible. */
export interface FoundSymbol {
  readonly symbol: LispSymbol;
  readonly status: SymbolStatus;
}

export type PackageErrorCode = "R0020" | "R0021" | "R0022" | "R0023" | "R0024";

/**
 * An operation on packages that cannot be done as asked:
 * R0020 name conflict, R0021 symbol not accessible, R0022 package name taken,
 * R0023 package in use, R0024 no such package.
 */
export class PackageError extends Error {
  readonly code: PackageErrorCode;
  readonly package: LispPackage | null;
  /** The symbols that contend for one name; those involved, for other codes. */
  readonly symbols: readonly LispSymbol[];
  constructor(
    code: PackageErrorCode,
    message: string,
    pkg: LispPackage | null = null,
    symbols: readonly LispSymbol[] = [],
  ) {
    super(message);
    this.name = "PackageError";
    this.code = code;
    this.package = pkg;
    this.symbols = symbols;
  }
}

/** A package. Use the methods to change it; the maps are open for fast reading. */
export class LispPackage {
  readonly tag = TAG.package;
  name: string;
  nicknames: string[];
  readonly internal = new Map<string, LispSymbol>();
  readonly external = new Map<string, LispSymbol>();
  readonly uses: LispPackage[] = [];
  readonly usedBy: LispPackage[] = [];
  /** The shadowing symbols, by name. */
  readonly shadowing = new Map<string, LispSymbol>();
  readonly localNicknames = new Map<string, LispPackage>();
  /** In the keyword package every interned symbol becomes an external constant. */
  readonly isKeyword: boolean;
  documentation: LispObject = NIL;
  /** A property list for the runtime: locks are kept there. */
  properties: LispObject = NIL;
  constructor(name: string, nicknames: readonly string[] = [], isKeyword = false) {
    this.name = name;
    this.nicknames = [...nicknames];
    this.isKeyword = isKeyword;
  }

  /** The symbol called `name` that is accessible here, or undefined. */
  lookup(name: string): LispSymbol | undefined {
    const own = this.internal.get(name) ?? this.external.get(name);
    if (own !== undefined) return own;
    for (const used of this.uses) {
      const inherited = used.external.get(name);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  }

  /** The accessible symbol called `name` with its status, or null. */
  find(name: string): FoundSymbol | null {
    const internal = this.internal.get(name);
    if (internal !== undefined) return { symbol: internal, status: "internal" };
    const external = this.external.get(name);
    if (external !== undefined) return { symbol: external, status: "external" };
    for (const used of this.uses) {
      const inherited = used.external.get(name);
      if (inherited !== undefined) return { symbol: inherited, status: "inherited" };
    }
    return null;
  }

  /** The accessible symbol called `name`, made and owned by this package if there is none. */
  intern(name: string): LispSymbol {
    return this.lookup(name) ?? this.adopt(new LispSymbol(name, this));
  }

  /** Makes a symbol without conflicts present here. */
  private adopt(symbol: LispSymbol): LispSymbol {
    if (this.isKeyword) {
      symbol.value = symbol;
      symbol.kind = SYMBOL_KIND.constant;
      this.external.set(symbol.name, symbol);
    } else {
      this.internal.set(symbol.name, symbol);
    }
    return symbol;
  }

  /** Whether `symbol` itself is accessible here. */
  isAccessible(symbol: LispSymbol): boolean {
    return this.lookup(symbol.name) === symbol;
  }

  /** Whether `symbol` is present: internal or external, not inherited. */
  isPresent(symbol: LispSymbol): boolean {
    const { name } = symbol;
    return (this.internal.get(name) ?? this.external.get(name)) === symbol;
  }

  /** CLHS `import`: makes `symbol` present. R0020 if another of its name is accessible. */
  import(symbol: LispSymbol): void {
    const known = this.lookup(symbol.name);
    if (known !== undefined && known !== symbol) this.conflict([known, symbol], "import");
    if (this.isPresent(symbol)) return;
    this.internal.set(symbol.name, symbol);
    if (symbol.package === null) symbol.package = this;
  }

  /**
   * CLHS `export`. R0021 if `symbol` is not accessible, R0020 if a package that uses this
   * one has another symbol of its name and does not shadow it.
   */
  export(symbol: LispSymbol): void {
    const { name } = symbol;
    if (!this.isAccessible(symbol)) {
      const message = `${name} is not accessible in ${this.name}`;
      throw new PackageError("R0021", message, this, [symbol]);
    }
    if (this.external.get(name) === symbol) return;
    for (const user of this.usedBy) {
      const other = user.lookup(name);
      if (other !== undefined && other !== symbol && !user.shadowing.has(name)) {
        user.conflict([other, symbol], "export");
      }
    }
    this.internal.delete(name);
    this.external.set(name, symbol);
  }

  /** CLHS `unexport`: R0021 if `symbol` is not accessible. */
  unexport(symbol: LispSymbol): void {
    if (!this.isAccessible(symbol)) {
      const message = `${symbol.name} is not accessible in ${this.name}`;
      throw new PackageError("R0021", message, this, [symbol]);
    }
    if (this.external.get(symbol.name) !== symbol) return;
    this.external.delete(symbol.name);
    this.internal.set(symbol.name, symbol);
  }

  /**
   * CLHS `unintern`: whether `symbol` was present. R0020 if it shadowed different symbols
   * of used packages, which would now contend.
   */
  unintern(symbol: LispSymbol): boolean {
    if (!this.isPresent(symbol)) return false;
    const { name } = symbol;
    if (this.shadowing.get(name) === symbol) {
      const contenders = new Set<LispSymbol>();
      for (const used of this.uses) {
        const inherited = used.external.get(name);
        if (inherited !== undefined) contenders.add(inherited);
      }
      if (contenders.size > 1) this.conflict([...contenders], "unintern");
      this.shadowing.delete(name);
    }
    this.internal.delete(name);
    this.external.delete(name);
    if (symbol.package === this) symbol.package = null;
    return true;
  }

  /** CLHS `shadow`: makes a symbol called `name` present and shadowing. */
  shadow(name: string): void {
    const own = this.internal.get(name) ?? this.external.get(name);
    const symbol = own ?? this.adopt(new LispSymbol(name, this));
    this.shadowing.set(name, symbol);
  }

  /** CLHS `shadowing-import`: makes `symbol` present, in the place of another if need be. */
  shadowingImport(symbol: LispSymbol): void {
    const { name } = symbol;
    const own = this.internal.get(name) ?? this.external.get(name);
    if (own !== undefined && own !== symbol) {
      this.shadowing.delete(name);
      this.unintern(own);
    }
    if (own !== symbol) this.internal.set(name, symbol);
    if (symbol.package === null) symbol.package = this;
    this.shadowing.set(name, symbol);
  }

  /** CLHS `use-package`. R0020 if two symbols of one name would be accessible. */
  use(used: LispPackage): void {
    if (used === this || this.uses.includes(used)) return;
    for (const [name, symbol] of used.external) {
      const known = this.lookup(name);
      if (known !== undefined && known !== symbol && !this.shadowing.has(name)) {
        this.conflict([known, symbol], "use");
      }
    }
    this.uses.push(used);
    used.usedBy.push(this);
  }

  /** CLHS `unuse-package`. */
  unuse(used: LispPackage): void {
    removeFrom(this.uses, used);
    removeFrom(used.usedBy, this);
  }

  private conflict(symbols: readonly LispSymbol[], operation: string): never {
    const owners = symbols.map((s) => `${s.package?.name ?? "#"}::${s.name}`);
    const message = `${operation} makes ${owners.join(" and ")} contend in ${this.name}`;
    throw new PackageError("R0020", message, this, symbols);
  }
}

function removeFrom<E>(array: E[], element: E): void {
  const at = array.indexOf(element);
  if (at >= 0) array.splice(at, 1);
}

/** What `PackageRegistry.define` takes. */
export interface PackageOptions {
  readonly nicknames?: readonly string[];
  readonly use?: readonly LispPackage[];
}

/**
 * The packages of one Lisp world. NIL and T are present in the COMMON-LISP of every
 * registry, and belong to that of the first.
 */
export class PackageRegistry {
  private readonly byName = new Map<string, LispPackage>();
  readonly commonLisp: LispPackage;
  readonly keyword: LispPackage;
  readonly user: LispPackage;

  /** `commonLispNames`: the symbols that COMMON-LISP exports; NIL and T always are. */
  constructor(commonLispNames: Iterable<string>) {
    this.commonLisp = this.define("COMMON-LISP", { nicknames: ["CL"] });
    this.keyword = new LispPackage("KEYWORD", [], true);
    this.add(this.keyword);
    for (const constant of [NIL, T]) {
      this.commonLisp.import(constant);
      this.commonLisp.export(constant);
    }
    for (const name of commonLispNames) {
      this.commonLisp.export(this.commonLisp.intern(name));
    }
    const options = { nicknames: ["CL-USER"], use: [this.commonLisp] };
    this.user = this.define("COMMON-LISP-USER", options);
  }

  /** The package with this name or nickname; local nicknames of `from` come first. */
  find(name: string, from?: LispPackage): LispPackage | undefined {
    return from?.localNicknames.get(name) ?? this.byName.get(name);
  }

  /** CLHS `make-package`. R0022 if a name is taken, R0020 if used packages conflict. */
  define(name: string, options: PackageOptions = {}): LispPackage {
    const made = new LispPackage(name, options.nicknames);
    for (const used of options.use ?? []) made.use(used);
    this.add(made);
    return made;
  }

  private add(pkg: LispPackage): void {
    this.checkFree([pkg.name, ...pkg.nicknames], pkg);
    for (const key of [pkg.name, ...pkg.nicknames]) this.byName.set(key, pkg);
  }

  private checkFree(names: readonly string[], pkg: LispPackage): void {
    for (const name of names) {
      const owner = this.byName.get(name);
      if (owner !== undefined && owner !== pkg) {
        const message = `the package ${owner.name} already has the name ${name}`;
        throw new PackageError("R0022", message, owner);
      }
    }
  }

  /** CLHS `rename-package`. R0022 if another package has one of the names. */
  rename(pkg: LispPackage, name: string, nicknames: readonly string[] = []): void {
    this.checkFree([name, ...nicknames], pkg);
    for (const key of [pkg.name, ...pkg.nicknames]) this.byName.delete(key);
    pkg.name = name;
    pkg.nicknames = [...nicknames];
    this.add(pkg);
  }

  /** CLHS `delete-package`: R0023 while another package uses it. */
  delete(pkg: LispPackage): void {
    if (pkg.usedBy.length > 0) {
      const users = pkg.usedBy.map((user) => user.name).join(", ");
      throw new PackageError("R0023", `${pkg.name} is used by ${users}`, pkg);
    }
    for (const used of [...pkg.uses]) pkg.unuse(used);
    for (const map of [pkg.internal, pkg.external]) {
      for (const symbol of map.values()) {
        if (symbol.package === pkg) symbol.package = null;
      }
    }
    for (const key of [pkg.name, ...pkg.nicknames]) this.byName.delete(key);
    for (const other of this.all()) {
      for (const [nickname, named] of other.localNicknames) {
        if (named === pkg) other.localNicknames.delete(nickname);
      }
    }
  }

  /** All packages, in the order of their definition. */
  all(): LispPackage[] {
    return [...new Set(this.byName.values())];
  }
}
