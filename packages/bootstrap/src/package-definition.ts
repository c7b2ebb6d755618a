/** DEFPACKAGE as data, for the packages that exist before the macro does. */
import {
  isCons,
  type LispObject,
  type LispPackage,
  listToArray,
  PackageError,
  type PackageRegistry,
} from "@astralisp/reader";

/** A DEFPACKAGE form with all designators turned into text. */
export interface PackageDefinition {
  readonly name: string;
  /** Each begins with the name of the option. */
  readonly options: readonly (readonly string[])[];
}

/** Makes the package, or adds to it. The order is that of CLHS DEFPACKAGE. */
export function definePackage(
  registry: PackageRegistry,
  { name, options }: PackageDefinition,
): LispPackage {
  const all = (option: string) =>
    options.filter(([key]) => key === option).map(([, ...items]) => items);
  const known = registry.find(name);
  const nicknames = all("NICKNAMES").flat();
  const pkg = known ?? registry.define(name, { nicknames });
  const other = (named: string): LispPackage => {
    const found = registry.find(named);
    if (found === undefined) {
      throw new PackageError("R0024", `no package is named ${named}`);
    }
    return found;
  };
  for (const [local, named] of all("LOCAL-NICKNAMES")) {
    pkg.localNicknames.set(local!, other(named!));
  }
  for (const shadowed of all("SHADOW").flat()) pkg.shadow(shadowed);
  for (const [from, ...names] of all("SHADOWING-IMPORT-FROM")) {
    for (const item of names) pkg.shadowingImport(other(from!).intern(item));
  }
  for (const used of all("USE").flat()) pkg.use(other(used));
  for (const [from, ...names] of all("IMPORT-FROM")) {
    for (const item of names) pkg.import(other(from!).intern(item));
  }
  for (const item of all("INTERN").flat()) pkg.intern(item);
  for (const item of all("EXPORT").flat()) pkg.export(pkg.intern(item));
  return pkg;
}

/**
 * The options of one clause of DEFPACKAGE, `text` turning designators into text: one for
 * each pair of a clause whose items are lists, as those of LOCAL-NICKNAMES are.
 */
export function definitionOptions(
  clause: LispObject,
  text: (designator: LispObject) => string,
): string[][] {
  const [key, ...items] = listToArray(clause);
  if (key === undefined) return [];
  const name = text(key);
  const lists = items.filter(isCons);
  if (lists.length === 0) return [[name, ...items.map(text)]];
  return lists.map((item) => [name, ...listToArray(item).map(text)]);
}
