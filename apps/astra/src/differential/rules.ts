/** What the standard leaves open: differences that are explained, each with its reason. */
import type { Answers } from "./judge.js";

/** An explanation of a difference between implementations. */
export interface Rule {
  readonly name: string;
  /** What the standard says, and where. */
  readonly why: string;
  readonly explains: (program: string, answers: Answers) => boolean;
}

export const rules: readonly Rule[] = [
  {
    name: "another class of error",
    why: "where no class is named (CLHS 1.4.2), one answers ERROR, or all differ",
    explains: (_, { ours, oracles }) => {
      const all = [ours, ...Object.values(oracles)];
      const isOpen = all.includes("error ERROR", 1) || new Set(all).size === all.length;
      return all.length > 2 && isOpen && all.every((text) => text.startsWith("error "));
    },
  },
  {
    name: "the exponent of zero",
    why: "DECODE-FLOAT of zero may give any exponent (CLHS DECODE-FLOAT)",
    explains: (program, { ours, oracles }) =>
      program.includes("decode-float") &&
      /\b0 ; -\d+ ; 1/.test(ours) &&
      Object.values(oracles).some((answer) => answer.includes("0 ; 0 ; 1")),
  },
  {
    name: "the sign of zero",
    why: "complex division may give either zero (CLHS 12.1.4.2)",
    explains: (program, { ours, oracles }) =>
      /c\(|complex/.test(program) &&
      Object.values(oracles).some(
        (text) => text.replaceAll("-0.0", "0.0") === ours.replaceAll("-0.0", "0.0"),
      ),
  },
  {
    name: "the form of a backquote",
    why: "what the reader makes of a backquote is not specified (CLHS 2.4.6)",
    explains: (program) => /"[^"]*`/.test(program),
  },
  {
    name: "when an instance is updated",
    why: "for each redefinition, or for all of them once it is touched (CLHS 4.3.6)",
    explains: (program, { ours, oracles }) =>
      /\(let \(\(o .*\(defclass |instances-obsolete/.test(program) &&
      Object.values(oracles).some((answer) => valuesOf(answer) === valuesOf(ours)),
  },
  {
    name: "a mistake in a format control",
    why: "wrong parameters and arguments of a directive are undefined (CLHS 22.3)",
    explains: (program, { ours, oracles }) =>
      /\(format |formatter/.test(program) &&
      [ours, ...Object.values(oracles)].every((text) => text.startsWith("error ")),
  },
  {
    name: "a float that rounds up",
    why: "9.9999 to three digits is 1.000e+1, as 22.3.3.2 has one digit before the point",
    explains: (program, { oracles }) =>
      /~[^~"]*[eg]/i.test(program) &&
      Object.values(oracles).some((text) => /\b10+\.0*[ed][-+]/i.test(text)),
  },
  {
    name: "when a shared slot is initialized",
    why: "some time before its class has instances (CLHS 4.3.5, 7.1)",
    explains: (program, { ours, oracles }) =>
      /\(princ 'ib\)/.test(program) &&
      program.includes(":allocation :class") &&
      Object.values(oracles).some((answer) => withoutMark(answer) === withoutMark(ours)),
  },
  {
    name: "a float's last digits",
    why: "irrational functions and mixed float arithmetic are approximations (CLHS 12.1.4)",
    explains: (program, { ours, oracles }) =>
      approximate.some((name) => program.includes(`(${name} `)) &&
      Object.values(oracles).some((answer) => areClose(ours, answer)),
  },
];

/** An answer without what the program wrote. */
function valuesOf(answer: string): string {
  return answer.replace(/ \| .*$/, "");
}

/** An answer without the trace of the form `(princ 'ib)`. */
function withoutMark(answer: string): string {
  return answer.replaceAll("IB", "");
}

/** Functions whose float results are approximations. */
const approximate =
  "exp log sin cos tan atan asin acos sinh cosh tanh asinh acosh atanh expt cis phase sqrt".split(
    " ",
  );

/** Are the texts the same but for the last digits of floats? */
function areClose(one: string, other: string): boolean {
  const float = /-?\d+\.\d+(?:[a-z][-+]?\d+)?/g;
  const [mine, theirs] = [one.match(float) ?? [], other.match(float) ?? []];
  if (one.replace(float, "#") !== other.replace(float, "#")) return false;
  return mine.every((text, index) => {
    const [a, b] = [text, theirs[index] ?? ""].map((digits) =>
      Number(digits.replace(/[a-z]/, "e")),
    ) as [number, number];
    return Math.abs(a - b) <= 1e-5 * Math.max(1e-3, Math.abs(a), Math.abs(b));
  });
}
