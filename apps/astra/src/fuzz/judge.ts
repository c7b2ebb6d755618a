/** What an outcome of a case says: is it one that a user can understand? */

/** How a case ended. */
export interface Outcome {
  /** `value`, the class of a condition, or `CRASH`, `HANG`, `HEAP`. */
  readonly type: string;
  /** The report of the condition, or what is known about the end of the world. */
  readonly report: string;
}

/** Reads the line that the driver wrote for a case. */
export function readOutcome(line: string): Outcome {
  const [, type = "", report = ""] = /^(\S+) ?([\s\S]*)$/.exec(line) ?? [];
  return { type: type.replace(/^.*:/, ""), report };
}

interface Rule {
  readonly name: string;
  readonly matches: (outcome: Outcome, text: string) => boolean;
}

const rules: readonly Rule[] = [
  { name: "the world ended", matches: ({ type }) => type === "CRASH" },
  { name: "it cannot be stopped", matches: ({ type }) => type === "HANG" },
  { name: "it went to the top level", matches: ({ type }) => type === "LOST" },
  { name: "the heap is damaged", matches: ({ type }) => type === "HEAP" },
  {
    name: "the report cannot be printed",
    matches: ({ type }) => type === "UNREADABLE" || type === "ESCAPED",
  },
  { name: "a memory fault", matches: ({ type }) => type === "MEMORY-FAULT" },
  {
    name: "the report names what is inside the system",
    matches: ({ type, report }, text) =>
      type !== "value" &&
      /ASTRALISP\.(?!FUZZ)|%[A-Z]|unbound.marker|#<marker|#:G\d/i.test(report) &&
      !/%[A-Z]|astralisp/i.test(text),
  },
  {
    name: "the report is about what the case does not have",
    matches: ({ type, report }, text) => {
      if (!/^(UNDEFINED-FUNCTION|UNBOUND-VARIABLE|.*ARGUMENT-COUNT.*)$/.test(type)) {
        return false;
      }
      const [, name] = /(?:variable|function|^|is) (\S+) is /.exec(report) ?? [];
      const plain = (name ?? "").replace(/^.*:|[|\\)]/g, "").toLowerCase();
      return !text.toLowerCase().replaceAll(/[|\\]/g, "").includes(plain);
    },
  },
];

/** The name of the rule that the outcome breaks; undefined when it is a good one. */
export function faultOf(outcome: Outcome, text: string): string | undefined {
  return rules.find(({ matches }) => matches(outcome, text))?.name;
}

/** A report without what is different in each case: what kinds of reports there are. */
export function shapeOf({ type, report }: Outcome): string {
  if (type === "value") return type;
  const words = report.replaceAll(/"[^"]*"|#?[(<].*[)>]|[^a-z\s.,:;()]\S*|\d+/g, "_");
  return `${type}: ${words.replaceAll(/_(?:[\s,]*_)+/g, "_").slice(0, 150)}`;
}
