/** The special operators, with SBCL as the judge. */
import { readFileSync } from "node:fs";
import { Reader, ReaderContext } from "@astralisp/reader";
import { expect, test } from "vitest";
import { answer, coreWorld } from "./core-world.js";
import { sbclAnswers } from "./sbcl.js";

/** The text of each form of a file. */
function formTexts(text: string, context: ReaderContext): string[] {
  const reader = new Reader(text, context, { sourceMap: null });
  const texts: string[] = [];
  for (let read = reader.next(); read !== null; read = reader.next()) {
    texts.push(text.slice(read.span.start, read.span.end));
  }
  return texts;
}

test("programs over the special operators answer as SBCL does", () => {
  const programs = readFileSync(new URL("programs.lisp", import.meta.url), "utf8");
  const world = coreWorld();
  const forms = formTexts(programs, new ReaderContext(world.registry));
  expect(forms.length).toBeGreaterThan(200);
  const expected = sbclAnswers(programs);
  expect(expected.length).toBe(forms.length);
  const ours = forms.map((form) => answer(world, form));
  const different = forms
    .map((form, i) => ({ form, sbcl: expected[i], ours: ours[i] }))
    .filter(({ sbcl, ours }) => sbcl !== ours);
  expect(different).toEqual([]);
});
