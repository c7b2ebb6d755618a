/** References to what was not defined when it was compiled. */
import { type LispSymbol, SYMBOL_KIND } from "@astralisp/reader";
import { formatFrame, type LispPlace } from "./errors.js";
import { isUndefined } from "./run-time.js";

/** A function or variable that was mentioned before it was defined. */
export interface Undefined {
  readonly kind: "function" | "variable";
  readonly symbol: LispSymbol;
  readonly place: LispPlace | null;
}

/** What has been mentioned and may still be undefined. */
export class UndefinedReferences {
  private readonly known = new Map<LispSymbol, Undefined>();
  /** Those noted since `record` was called. */
  private recorded: Undefined[] = [];

  note(kind: Undefined["kind"], symbol: LispSymbol, place: () => LispPlace | null): void {
    const known = this.known.get(symbol);
    const noted = known ?? { kind, symbol, place: place() };
    if (known === undefined) this.known.set(symbol, noted);
    this.recorded.push(noted);
  }

  /** Begins to record what is noted. */
  record(): void {
    this.recorded = [];
  }

  /** What was noted since `record`, each once. */
  takeRecorded(): Undefined[] {
    const result = [...new Set(this.recorded)];
    this.recorded = [];
    return result;
  }

  /** What was mentioned and is still undefined; forgets all mentions. */
  take(): Undefined[] {
    const result = [...this.known.values()].filter(isStillUndefined);
    this.known.clear();
    return result;
  }
}

function isStillUndefined({ kind, symbol }: Undefined): boolean {
  return kind === "function"
    ? isUndefined(symbol.fn) && symbol.macro === null
    : symbol.kind === SYMBOL_KIND.lexical && symbol.value === undefined;
}

/** The warning about `reference`; `show` prints its symbol. */
export function formatUndefined(
  reference: Undefined,
  show: (symbol: LispSymbol) => string,
): string {
  const { kind, symbol, place } = reference;
  const what = `undefined ${kind} ${show(symbol)}`;
  if (place === null) return what;
  return `${formatFrame({ name: "", place }).trim().slice(1, -1)}: ${what}`;
}
