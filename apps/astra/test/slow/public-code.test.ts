import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Paths } from "@astralisp/astra";
import { beforeAll, expect, test } from "vitest";
import { builtSystem, runAstra } from "./system.ts";

const calls = fileURLToPath(new URL("public-code/calls.lisp", import.meta.url));
const config = fileURLToPath(new URL("public-code/astra.config.mjs", import.meta.url));

/** The answers in what a system printed, in their order. */
function answers(output: string): readonly string[] {
  return [...output.matchAll(/^ANSWER (.*)$/gm)].map(([, answer = ""]) => answer.trim());
}

let paths: Paths;
let expected: readonly string[];
beforeAll(async () => {
  paths = await builtSystem();
  const { stdout } = spawnSync("sbcl", ["--script", calls], { encoding: "utf8" });
  expected = answers(stdout);
  expect(expected.length).toBeGreaterThan(50);
}, 300_000);

test.each(["--hosted", "--qemu"])("answers as SBCL does, %s", (where) => {
  const args = ["boot", where, "--config", config];
  const { output, status } = runAstra(paths, args, readFileSync(calls, "utf8"));
  expect(answers(output), output.slice(-2000)).toEqual(expected);
  expect(status).toBe(0);
});
