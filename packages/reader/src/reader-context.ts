/** The variables of the reader (CLHS 23.2), as one object instead of dynamic variables. */
import { type LispObject, type LispString, type LispSymbol, Pathname } from "./data.js";
import type { LispPackage, PackageRegistry } from "./lisp-package.js";
import type { FloatFormat } from "./number-syntax.js";
import type { Readtable } from "./readtable.js";
import { standardReadtable } from "./standard-readtable.js";

/** All of it may be changed between two forms, and by the hooks within one. */
export class ReaderContext {
  readonly registry: PackageRegistry;
  /** `*package*`, COMMON-LISP-USER at first. */
  package: LispPackage;
  /** `*readtable*`: a fresh standard one at first. */
  readtable: Readtable = standardReadtable();
  /** `*read-base*`, 2 to 36. */
  readBase = 10;
  /** `*read-default-float-format*`. */
  defaultFloatFormat: FloatFormat = "single-float";
  /** Whether a symbol is in `*features*`. */
  hasFeature: (feature: LispSymbol) => boolean = () => false;
  /** Evaluates the form of `#.`; null is `*read-eval*` false. */
  evaluate: ((form: LispObject) => LispObject) | null = null;
  /** Makes the structure of `#S(NAME slot value …)`. */
  makeStructure: ((name: LispSymbol, slots: LispObject[]) => LispObject) | null = null;
  /** Makes the pathname of `#P"…"`. */
  makePathname: (namestring: LispString) => LispObject = (text) =>
    new Pathname(text.toString());
  /** The code of the character with this name, none of the usual ones, or -1. */
  characterCode: (name: string) => number = () => -1;

  constructor(registry: PackageRegistry) {
    this.registry = registry;
    this.package = registry.user;
  }
}
