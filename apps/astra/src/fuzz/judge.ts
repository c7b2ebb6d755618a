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

/** Names of the system's own packages, primitives, words that are no objects. */
const inside = /ASTRALISP\.(?!FUZZ|MOP:[A-Z])|%[A-Z]|unbound.marker|#<marker|#:G\d/i;

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
    matches: ({ type }, text) =>
      type === "ESCAPED" ||
      // Users may write reports and methods that do not work.
      (type === "UNREADABLE" && !/:report|print-object|print-function/i.test(text)),
  },
  { name: "a memory fault", matches: ({ type }) => type === "MEMORY-FAULT" },
  {
    name: "the report names what is inside the system",
    matches: ({ type, report }, text) =>
      type !== "value" &&
      inside.test(report.replaceAll("#<ASTRALISP.RUNTIME::", "#<")) &&
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
      // NIL may be written (), and characters that are not ASCII come as codes.
      return (
        !/^nil$|\{/.test(plain) &&
        !text.toLowerCase().replaceAll(/[|\\]/g, "").includes(plain)
      );
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
