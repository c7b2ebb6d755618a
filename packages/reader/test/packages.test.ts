import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, suite, test } from "vitest";
import * as R from "../src/index.js";

function code(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (error instanceof R.PackageError) return error.code;
    throw error;
  }
  return "none";
}

suite("packages", () => {
  const registry = () => new R.PackageRegistry(R.COMMON_LISP_NAMES);

  test("COMMON-LISP exports the 978 symbols, NIL and T among them", () => {
    const { commonLisp } = registry();
    expect(commonLisp.external.size).toBe(978);
    expect(commonLisp.external.get("NIL")).toBe(R.NIL);
    expect(commonLisp.external.get("T")).toBe(R.T);
    expect(commonLisp.internal.size).toBe(0);
  });

  test("the runtime's list of them is the same", () => {
    const list = new URL("../../runtime/lisp/cl-symbols.lisp-expr", import.meta.url);
    expect(existsSync(list)).toBe(true);
    const names = Array.from(
      readFileSync(list, "utf8").matchAll(/"([^"]+)"/g),
      (m) => m[1],
    );
    expect(names.toSorted()).toEqual(R.COMMON_LISP_NAMES.toSorted());
  });

  test("keywords are external constants", () => {
    const key = registry().keyword.intern("KEY");
    expect(key.value).toBe(key);
    expect(key.kind).toBe(R.SYMBOL_KIND.constant);
    expect(registry().keyword.find("KEY")).toBeNull();
  });

  test("find tells internal, external and inherited", () => {
    const world = registry();
    const a = world.define("A", { use: [world.commonLisp] });
    const x = a.intern("X");
    expect(a.find("X")).toEqual({ symbol: x, status: "internal" });
    a.export(x);
    expect(a.find("X")?.status).toBe("external");
    expect(a.find("CAR")?.status).toBe("inherited");
    a.unexport(x);
    expect(a.find("X")?.status).toBe("internal");
    expect(a.unintern(x)).toBe(true);
    expect(a.unintern(x)).toBe(false);
    expect(x.package).toBeNull();
    expect(a.find("X")).toBeNull();
  });

  test("conflicts are refused and change nothing", () => {
    const world = registry();
    const [a, b, user] = ["A", "B", "U"].map((name) => world.define(name)) as [
      R.LispPackage,
      R.LispPackage,
      R.LispPackage,
    ];
    for (const pkg of [a, b]) pkg.export(pkg.intern("X"));
    user.use(a);
    expect(code(() => user.use(b))).toBe("R0020");
    expect(user.uses).toEqual([a]);
    expect(code(() => user.import(b.lookup("X")!))).toBe("R0020");
    const own = user.intern("Y");
    expect(code(() => a.export(a.intern("Y")))).toBe("R0020");
    expect(a.find("Y")?.status).toBe("internal");
    expect(user.lookup("Y")).toBe(own);
    expect(code(() => a.export(own))).toBe("R0021");
    user.shadow("X");
    user.use(b);
    expect(user.find("X")?.status).toBe("internal");
    expect(code(() => user.unintern(user.lookup("X")!))).toBe("R0020");
    user.shadowingImport(b.lookup("X")!);
    expect(user.lookup("X")).toBe(b.lookup("X"));
    expect(code(() => world.define("A"))).toBe("R0022");
    expect(code(() => world.delete(a))).toBe("R0023");
    user.unuse(a);
    world.delete(a);
    expect(world.find("A")).toBeUndefined();
  });

  test("names, nicknames and local nicknames find a package", () => {
    const world = registry();
    const a = world.define("LONG", { nicknames: ["L"] });
    expect(world.find("L")).toBe(a);
    world.rename(a, "OTHER", ["O"]);
    expect([world.find("LONG"), world.find("L")]).toEqual([undefined, undefined]);
    expect(world.find("O")).toBe(a);
    world.user.localNicknames.set("L", a);
    expect(world.find("L", world.user)).toBe(a);
    expect(world.find("L")).toBeUndefined();
    const context = new R.ReaderContext(world);
    expect(R.readForm("l::x", 0, context)?.datum).toBe(a.lookup("X"));
  });

  test("no sequence of operations makes one name mean two symbols", () => {
    const operation = fc.tuple(
      fc.constantFrom("intern", "export", "import", "use", "unuse", "shadow", "unintern"),
      fc.nat(2),
      fc.nat(2),
      fc.constantFrom("X", "Y"),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const world = registry();
        const packages = ["A", "B", "C"].map((name) => world.define(name));
        for (const [verb, first, second, name] of operations) {
          const a = packages[first] as R.LispPackage;
          const b = packages[second] as R.LispPackage;
          code(() => {
            if (verb === "intern") a.intern(name);
            if (verb === "export") a.export(a.intern(name));
            if (verb === "import") a.import(b.intern(name));
            if (verb === "use") a.use(b);
            if (verb === "unuse") a.unuse(b);
            if (verb === "shadow") a.shadow(name);
            if (verb === "unintern" && a.lookup(name)) a.unintern(a.lookup(name)!);
          });
          for (const pkg of packages) expectOneMeaning(pkg);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function expectOneMeaning(pkg: R.LispPackage): void {
  for (const name of ["X", "Y"]) {
    const own = pkg.internal.get(name) ?? pkg.external.get(name);
    const meanings = new Set(pkg.uses.map((used) => used.external.get(name)));
    meanings.delete(undefined);
    if (own === undefined) expect(meanings.size).toBeLessThan(2);
    else if (!pkg.shadowing.has(name)) {
      meanings.delete(own);
      expect(meanings.size).toBe(0);
    }
  }
}
