/** What a run of the ANSI suite means: its score, and what is new beside the list. */
import { readFileSync } from "node:fs";
import type {
  ConformanceEngine,
  ConformanceResult,
  Ending,
  Outcome,
} from "./conformance.js";

/** Failures that are expected for one reason; docs/conformance.md explains each class. */
export interface FailureClass {
  readonly name: string;
  readonly reason: string;
  /** Names of tests. */
  readonly tests: readonly string[];
}

/** A list of expected failures that is malformed. */
export class FailureListError extends Error {
  override readonly name = "FailureListError";
}

/**
 * Reads the expected failures of `engine`. A class begins with a line `[name] reason`,
 * or `[name: engine engine] reason` if it is of some engines only; each line behind it
 * is the name of a test. Empty lines and lines that begin with `#` say nothing.
 * @throws FailureListError when a test is on the list twice, or in no class
 */
export function readExpectedFailures(
  file: string,
  engine: ConformanceEngine,
): FailureClass[] {
  const classes: { name: string; reason: string; tests: string[] }[] = [];
  const seen = new Set<string>();
  let tests: string[] | undefined;
  let isWanted = true;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    const head = /^\[([\w-]+)(?:: ([\w ]+))?\] (.+)$/.exec(text);
    if (head !== null) {
      const [, name = "", engines, reason = ""] = head;
      isWanted = engines === undefined || engines.split(" ").includes(engine);
      tests = [];
      if (isWanted) classes.push({ name, reason, tests });
    } else if (tests === undefined) {
      throw new FailureListError(`${file}: ${text} is in no class`);
    } else if (isWanted && seen.has(text)) {
      throw new FailureListError(`${file}: ${text} is listed twice`);
    } else {
      if (isWanted) seen.add(text);
      tests.push(text);
    }
  }
  return classes;
}

/** The differences between a run and the expected failures. */
export interface News {
  /** What failed and is not on the list. */
  readonly failures: readonly Outcome[];
  /** Tests on the list that passed. */
  readonly successes: readonly string[];
  /** Tests on the list that there are not, when the whole suite was run. */
  readonly missing: readonly string[];
}

/** Compares the outcomes with the expected failures, in both directions. */
export function findNews(
  { outcomes }: ConformanceResult,
  classes: readonly FailureClass[],
  isWhole: boolean,
): News {
  const expected = new Set(classes.flatMap(({ tests }) => tests));
  const failures = outcomes.filter(
    ({ name, ending }) => isFailure(ending) && !expected.has(name),
  );
  const ran = new Map(outcomes.map(({ name, ending }) => [name, ending]));
  const listed = [...expected];
  return {
    failures,
    successes: listed.filter((name) => ran.get(name) === "passed"),
    missing: isWhole ? listed.filter((name) => !ran.has(name)) : [],
  };
}

function isFailure(ending: Ending): boolean {
  return ending !== "passed" && ending !== "inactive";
}

/** How many tests passed and failed. */
export function countOutcomes(outcomes: readonly Outcome[]): {
  readonly passed: number;
  readonly failed: number;
} {
  const passed = outcomes.filter(({ ending }) => ending === "passed").length;
  const failed = outcomes.filter(({ ending }) => isFailure(ending)).length;
  return { passed, failed };
}

/** The score by chapter, the news, and the closing line. */
export function formatConformance(
  { chapters, outcomes, heap }: ConformanceResult,
  classes: readonly FailureClass[],
  news: News,
): string {
  const row = (name: string, some: readonly Outcome[]): string => {
    const { passed, failed } = countOutcomes(some);
    const percent = ((100 * passed) / Math.max(1, passed + failed)).toFixed(2);
    const counts = [passed, failed].map((n) => String(n).padStart(7)).join("");
    return `${name.padEnd(24)}${counts}${percent.padStart(8)}%`;
  };
  const rows = chapters.map((chapter) =>
    row(
      chapter,
      outcomes.filter((outcome) => outcome.chapter === chapter),
    ),
  );
  const listed = classes.map(({ name, tests }) => `${tests.length} ${name}`);
  const mebibytes = heap.map((octets) => `${Math.round(octets / 1048576)} MiB`);
  const { passed, failed } = countOutcomes(outcomes);
  return [
    `${"chapter".padEnd(24)} passed failed`,
    ...rows,
    row("all", outcomes),
    `expected failures: ${listed.join(", ") || "none"}`,
    `heap before and after the tests: ${mebibytes.join(", ")}`,
    ...news.failures.map(
      ({ chapter, name, ending }) => `new failure: ${chapter}: ${name} (${ending})`,
    ),
    ...news.successes.map((name) => `fails no longer, take it off the list: ${name}`),
    ...news.missing.map((name) => `is on the list and did not run: ${name}`),
    `${passed} passed, ${failed} failed`,
  ].join("\n");
}
