import type { Paths } from "@astralisp/astra";
import { beforeAll, expect, test } from "vitest";
import { builtSystem, runAstra } from "./system.ts";

let paths: Paths;
beforeAll(async () => {
  paths = await builtSystem();
}, 300_000);

/** Libraries of each kind of test suite that take a few seconds in all. */
const some = {
  hosted: [
    ...["asdf", "alexandria", "anaphora", "split-sequence", "named-readtables"],
    ...["nibbles", "babel", "chipz"],
  ],
  qemu: ["asdf", "anaphora"],
  js: ["asdf", "anaphora"],
};

test.each(Object.entries(some))(
  "public libraries pass their tests, %s",
  (engine, names) => {
    const args = ["third-party", "--engine", engine, ...names];
    const { output, status } = runAstra(paths, args);
    for (const name of names) {
      const line = new RegExp(
        `^${engine}: ${name}: loaded, \\d+ tests passed, 0 failed$`,
        "m",
      );
      expect(output, output.slice(-3000)).toMatch(line);
    }
    expect(output).toMatch(/^\d{2,} passed, 0 failed$/m);
    expect(status).toBe(0);
  },
);

test("a library that is not known is refused, with the names of those that are", () => {
  const { output, status } = runAstra(paths, ["third-party", "no-such-library"]);
  expect(output).toMatch(/no library is called no-such-library: use asdf, .*chipz/);
  expect(status).toBe(1);
});
