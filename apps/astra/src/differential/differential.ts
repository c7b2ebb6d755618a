/** The differential test: random programs, which several implementations answer. */
import { join } from "node:path";
import type { Arbitrary, Value } from "fast-check";
import type { Paths } from "../paths.js";
import { answersOf, type Implementation } from "./engines.js";
import { type Answers, judge, type Verdict } from "./judge.js";
import { isWhole, type Program, programs, readGrammars } from "./program.js";
import { seededRandom } from "./random.js";

export interface DifferentialOptions {
  readonly seed: number;
  /** How many programs. */
  readonly count: number;
  /** The kind of term of the grammar that a program is. */
  readonly kind?: string;
  /** Are the programs that differ shrunk? They are, unless this is false. */
  readonly shrink?: boolean;
  /** Do programs count as different on which the oracles differ? */
  readonly disputed?: boolean;
  /** The implementation under test. */
  readonly ours: Implementation;
  readonly oracles: readonly Implementation[];
  readonly report: (line: string) => void;
}

/** A program on which we differ, and the smallest that was found to differ like it. */
export interface Difference {
  /** How many programs shrank to this one. */
  readonly times: number;
  readonly found: string;
  readonly program: string;
  readonly answers: Answers;
}

export interface DifferentialResult {
  readonly seed: number;
  readonly programs: number;
  /** How many programs each verdict was given to; explained ones by rule. */
  readonly counts: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

/** Forms longer than this say little about where they differ, and are left out. */
const longestForm = 600;

/** The same for whole programs, which define what they use. */
const longestProgram = 3000;

/** Programs that one process answers. */
const batchSize = 500;

/** How many smaller programs are tried at once. */
const shrinkBreadth = 40;

/** How many times at the most, for one program. */
const shrinkRounds = 24;

/** Where the grammar and the driver are in a checkout. */
export function differentialPaths({ root }: Paths): { grammar: string; driver: string } {
  const folder = join(root, "apps/astra");
  return {
    grammar: join(folder, "grammar"),
    driver: join(folder, "lisp/answers.lisp"),
  };
}

/** Runs the programs that follow from the seed. */
export async function runDifferential(
  paths: Paths,
  options: DifferentialOptions,
): Promise<DifferentialResult> {
  const { grammar, driver } = differentialPaths(paths);
  const arbitrary = programs(readGrammars(grammar), options.kind);
  const panel: Panel = { ours: options.ours, oracles: options.oracles, driver };
  const counts: Record<string, number> = {};
  const differences = new Map<string, Difference>();
  const random = seededRandom(options.seed);
  const longest = isWhole(options.kind ?? "form") ? longestProgram : longestForm;
  let done = 0;
  while (done < options.count) {
    const size = Math.min(batchSize, options.count - done);
    const batch: Value<Program>[] = [];
    while (batch.length < size) {
      const value = arbitrary.generate(random, undefined);
      if (value.value.text.length <= longest) batch.push(value);
    }
    const judged = await ask(panel, batch);
    for (const { value, verdict, answers } of judged) {
      const name = verdict.type === "explained" ? verdict.rule : verdict.type;
      counts[name] = (counts[name] ?? 0) + 1;
      const isDisputed = verdict.type === "one of the oracles";
      if (verdict.type !== "different" && !(options.disputed && isDisputed)) continue;
      let least: Judged = { value, verdict, answers };
      if (options.shrink !== false && !isDisputed) {
        options.report(`shrinking: ${value.value.text}`);
        least = await shrink(panel, arbitrary, least);
      }
      const { text } = least.value.value;
      const known = differences.get(text);
      differences.set(text, {
        times: (known?.times ?? 0) + 1,
        found: known?.found ?? value.value.text,
        program: text,
        answers: least.answers,
      });
    }
    done += size;
    options.report(`differential: ${done} programs, ${differences.size} differences`);
  }
  return {
    seed: options.seed,
    programs: done,
    counts,
    differences: [...differences.values()],
  };
}

interface Panel {
  readonly ours: Implementation;
  readonly oracles: readonly Implementation[];
  readonly driver: string;
}

interface Judged {
  readonly value: Value<Program>;
  readonly verdict: Verdict;
  readonly answers: Answers;
}

/** The answers of all implementations, which work at the same time. */
async function ask(
  { ours, oracles, driver }: Panel,
  values: readonly Value<Program>[],
): Promise<readonly Judged[]> {
  const texts = values.map(({ value }) => value);
  const all = [ours, ...oracles];
  const answers = await Promise.all(all.map((one) => answersOf(one, driver, texts)));
  return values.map((value, index) => {
    const [own = "", ...others] = answers.map((list) => list[index] ?? "");
    const named = Object.fromEntries(
      oracles.map(({ name }, i) => [name, others[i] ?? ""]),
    );
    const result: Answers = { ours: own, oracles: named };
    return { value, verdict: judge(value.value.text, result), answers: result };
  });
}

/** A smallest program that differs in the same way, found level by level. */
async function shrink(
  panel: Panel,
  arbitrary: Arbitrary<Program>,
  start: Judged,
): Promise<Judged> {
  let best = start;
  let rounds = 0;
  for (;;) {
    const { value, context } = best.value;
    const candidates = arbitrary.shrink(value, context)[Symbol.iterator]();
    let next: Judged | undefined;
    for (let tried = 0; tried < 4 && next === undefined; tried++) {
      if (++rounds > shrinkRounds) return best;
      const batch = take(candidates, shrinkBreadth);
      if (batch.length === 0) break;
      const judged = await ask(panel, batch);
      next = judged.find((one) => isLike(start, one));
    }
    if (next === undefined) return best;
    best = next;
  }
}

/** Do both differ, and the wrong answers are both errors, or both not? */
function isLike(one: Judged, other: Judged): boolean {
  const isError = ({ answers }: Judged): boolean => answers.ours.startsWith("error");
  return other.verdict.type === "different" && isError(one) === isError(other);
}

function take<T>(iterator: IterableIterator<T>, count: number): readonly T[] {
  const result: T[] = [];
  while (result.length < count) {
    const { value, done } = iterator.next();
    if (done === true) break;
    result.push(value);
  }
  return result;
}

/** The report of a run: every difference as a test to add, then the counts. */
export function formatDifferential(result: DifferentialResult): string {
  const lines = result.differences.flatMap(
    ({ program, answers, found, times }, index) => [
      `(define-test differential-${result.seed}-${index + 1}`,
      `  ${program})`,
      `;; AstraLisp: ${answers.ours}`,
      ...Object.entries(answers.oracles).map(([name, answer]) => `;; ${name}: ${answer}`),
      ...(found === program
        ? []
        : [`;; found ${times === 1 ? "" : `${times} times, first `}as ${found}`]),
      "",
    ],
  );
  const counts = Object.entries(result.counts).map(([name, n]) => `  ${n} ${name}`);
  const different = result.counts.different ?? 0;
  return [
    ...lines,
    `seed ${result.seed}:`,
    ...counts,
    `${result.programs - different} passed, ${different} failed`,
  ].join("\n");
}

export type { Implementation } from "./engines.js";

/** How to start the implementations that are known. */
export const implementations = {
  hosted: (command: string): Implementation => ({
    name: "AstraLisp",
    command,
    args: (file) => ["--load", file],
  }),
  js: (command: string): Implementation => ({
    name: "AstraLisp in JavaScript",
    command: process.execPath,
    args: (file) => [command, "--quiet", "--load", file],
  }),
  sbcl: (command: string): Implementation => ({
    name: "SBCL",
    command,
    args: (file) => [
      "--noinform",
      "--no-userinit",
      "--no-sysinit",
      "--disable-debugger",
      "--load",
      file,
      "--quit",
    ],
    prelude: "(setf sb-impl::*default-external-format* :utf-8) (sb-ext:enable-debugger)",
  }),
  clisp: (command: string): Implementation => ({
    name: "CLISP",
    command,
    args: (file) => ["-q", "-norc", "-E", "utf-8", file],
  }),
} as const;
