/** Bad input: whatever it is, the answer is a value or a condition with a clear report. */
import { casesOf, type FuzzKind } from "./cases.js";
import { faultOf, type Outcome, shapeOf } from "./judge.js";
import { smaller } from "./shrink.js";
import { type Case, type FuzzWorld, tryCases } from "./worlds.js";

export interface FuzzOptions {
  readonly seed: number;
  /** How many cases of each kind. */
  readonly count: number;
  readonly kinds: readonly FuzzKind[];
  readonly world: FuzzWorld;
  /** Are failing cases shrunk? They are, unless this is false. */
  readonly shrink?: boolean;
  readonly report: (line: string) => void;
}

/** A way to fail, and the smallest case that was found for it. */
export interface Failure {
  readonly kind: string;
  /** What is wrong with the outcome. */
  readonly fault: string;
  readonly text: string;
  /** The cases that have to come before it in the same world. */
  readonly after: readonly string[];
  readonly found: string;
  readonly outcome: Outcome;
  /** How many cases failed like this. */
  readonly times: number;
}

export interface FuzzResult {
  readonly seed: number;
  readonly cases: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
  /** How many outcomes of each shape there were, for every kind. */
  readonly shapes: Readonly<Record<string, number>>;
}

/** Cases that one process tries. */
const batchSize = 400;

/** How often a case is made smaller, and how many smaller ones are tried at once. */
const shrinkRounds = 40;
const shrinkBreadth = 60;

/** Tries the cases that follow from the seed. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, count, kinds, world, report } = options;
  const failures = new Map<string, Failure>();
  const shapes: Record<string, number> = {};
  let [done, failed] = [0, 0];
  for (const kind of kinds) {
    const cases = casesOf(world.paths, kind, seed, count);
    for (let from = 0; from < cases.length; from += batchSize) {
      const batch = cases.slice(from, from + batchSize);
      const outcomes = await tryCases(world, batch);
      for (const [index, outcome] of outcomes.entries()) {
        const one = batch[index] ?? { kind, text: "" };
        const shape = `${kind} ${shapeOf(outcome)}`;
        shapes[shape] = (shapes[shape] ?? 0) + 1;
        const fault = faultOf(outcome, one.text);
        if (fault === undefined) continue;
        failed++;
        await note(one, { outcome, fault }, batch.slice(0, index));
      }
      done += batch.length;
      report(`fuzz: ${kind}, ${done} cases, ${failures.size} ways to fail`);
    }
  }
  return { seed, cases: done, failed, failures: [...failures.values()], shapes };

  async function note(
    one: Case,
    { outcome, fault }: Judged,
    before: readonly Case[],
  ): Promise<void> {
    const key = `${one.kind} ${fault} ${shapeOf(outcome)}`;
    const known = failures.get(key);
    if (known !== undefined) {
      failures.set(key, { ...known, times: known.times + 1 });
      return;
    }
    let least: Tried = { one, judged: { outcome, fault } };
    let after: readonly Case[] = [];
    if (options.shrink !== false) {
      report(`shrinking: ${one.text}`);
      const alone = await firstLike(least, [one.text], world);
      if (alone === undefined) after = await neededBefore(world, least, before);
      else least = await shrink(world, alone);
    }
    failures.set(key, {
      kind: one.kind,
      fault,
      text: least.one.text,
      after: after.map(({ text }) => text),
      found: one.text,
      outcome: least.judged.outcome,
      times: 1,
    });
  }
}

/** Those of the cases `before` that have to come first for `tried` to fail. */
async function neededBefore(
  world: FuzzWorld,
  { one, judged }: Tried,
  before: readonly Case[],
): Promise<readonly Case[]> {
  const fails = async (cases: readonly Case[]): Promise<boolean> => {
    const outcome = (await tryCases(world, [...cases, one])).at(-1);
    return outcome !== undefined && faultOf(outcome, one.text) === judged.fault;
  };
  if (!(await fails(before))) return [];
  let needed = before;
  for (let size = Math.ceil(needed.length / 2); size >= 1; size = size >> 1) {
    for (let from = 0; from < needed.length; ) {
      const fewer = [...needed.slice(0, from), ...needed.slice(from + size)];
      if (await fails(fewer)) needed = fewer;
      else from += size;
    }
  }
  return needed;
}

interface Judged {
  readonly outcome: Outcome;
  readonly fault: string;
}

interface Tried {
  readonly one: Case;
  readonly judged: Judged;
}

/** A smallest case that fails in the same way, found step by step. */
async function shrink(world: FuzzWorld, start: Tried): Promise<Tried> {
  let best = start;
  for (let rounds = 0; rounds < shrinkRounds; rounds++) {
    const texts = smaller(best.one.text);
    let next: Tried | undefined;
    for (let from = 0; from < texts.length && next === undefined; from += breadth()) {
      const tried = texts.slice(from, from + breadth());
      next = await firstLike(start, tried, world);
    }
    if (next === undefined) return best;
    best = next;
  }
  return best;

  // Each case that hangs costs a world and seconds of waiting.
  function breadth(): number {
    return start.judged.outcome.type === "HANG" ? 1 : shrinkBreadth;
  }
}

async function firstLike(
  { one: { kind }, judged: { fault, outcome } }: Tried,
  texts: readonly string[],
  world: FuzzWorld,
): Promise<Tried | undefined> {
  const outcomes = await tryCases(
    world,
    texts.map((text) => ({ kind, text })),
  );
  for (const [index, other] of outcomes.entries()) {
    const text = texts[index] ?? "";
    if (other.type !== outcome.type || faultOf(other, text) !== fault) continue;
    // What the cases before it did may be the reason: alone it must fail as well.
    const [alone] =
      texts.length === 1 ? [other] : await tryCases(world, [{ kind, text }]);
    if (alone === undefined || alone.type !== outcome.type) continue;
    if (faultOf(alone, text) !== fault) continue;
    return { one: { kind, text }, judged: { fault, outcome: alone } };
  }
  return undefined;
}

/** The report of a run: every way to fail, then the counts. */
export function formatFuzz({ seed, cases, failed, failures }: FuzzResult): string {
  const line = (text: string): string => text.replaceAll("\n", "\\n");
  const lines = failures.flatMap(
    ({ kind, fault, text, after, found, outcome, times }) => [
      `${kind}: ${fault}${times === 1 ? "" : `, ${times} times`}`,
      ...after.map((one) => `  after ${line(one)}`),
      `  ${line(text)}`,
      `  => ${outcome.type} ${outcome.report}`,
      ...(text === found ? [] : [`  found as ${line(found)}`]),
    ],
  );
  return [...lines, `seed ${seed}: ${cases - failed} passed, ${failed} failed`].join(
    "\n",
  );
}
