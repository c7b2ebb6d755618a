/** The examples of the READMEs do what they say. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exampleFailure, exampleOf } from "../gates/readme.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

for (const name of ["reader", "bootstrap", "runtime", "asm-kit", "compiler"]) {
  test(`the example of ${name} prints what its README says`, async () => {
    const directory = join(root, "packages", name);
    const readme = readFileSync(join(directory, "README.md"), "utf8");
    expect(await exampleFailure(readme, directory)).toBeNull();
  });
}

test("an example that prints something else, or fails, is found", async () => {
  const example = (code: string) =>
    `\`\`\`ts\n${code}\n\`\`\`\nprints\n\`\`\`text\n1\n\`\`\`\n`;
  expect(await exampleFailure(example("console.log(1)"), root)).toBeNull();
  expect(await exampleFailure(example("console.log(2)"), root)).toContain("prints:\n2");
  expect(await exampleFailure(example("nobody()"), root)).toContain("ReferenceError");
  expect(exampleOf("no example")).toBeNull();
});
