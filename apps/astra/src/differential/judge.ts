/** Judges the answers of several implementations to one program. */
import { crashed } from "./engines.js";
import { rules } from "./rules.js";

/** The answers to one program: ours, then those of the oracles by name. */
export interface Answers {
  readonly ours: string;
  readonly oracles: Readonly<Record<string, string>>;
}

/** What the answers come to. */
export type Verdict =
  /** All are the same. */
  | { readonly type: "agreed" }
  /** The oracles differ, and ours is the answer of one. */
  | { readonly type: "one of the oracles" }
  | { readonly type: "explained"; readonly rule: string }
  | { readonly type: "different" };

export function judge(program: string, answers: Answers): Verdict {
  // An oracle that crashed says nothing.
  const others = Object.values(answers.oracles).filter((answer) => answer !== crashed);
  if (others.every((answer) => answer === answers.ours)) return { type: "agreed" };
  if (others.includes(answers.ours)) return { type: "one of the oracles" };
  const rule = rules.find(({ explains }) => explains(program, answers));
  return rule === undefined
    ? { type: "different" }
    : { type: "explained", rule: rule.name };
}
