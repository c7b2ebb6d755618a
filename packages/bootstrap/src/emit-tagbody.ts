/**
 * TAGBODY. Where its jumps nest, it becomes labelled blocks and loops: a jump forward is a
 * `break` out of a block that ends before the tag, a jump backward a `continue` of a loop
 * that begins at it. Otherwise, and when a closure jumps, it is a `switch` in a loop.
 */
import {
  children,
  type Node,
  type NodeOf,
  type Segment,
  type TagbodyInfo,
} from "./ast.js";
import { type Destination, EFFECT } from "./destination.js";
import type { FunctionEmitter } from "./emit.js";
import { mayCall } from "./mv-analysis.js";

interface Region {
  readonly kind: "loop" | "block";
  /** The tag it serves. */
  readonly tag: number;
  /** First and last segment within. */
  first: number;
  last: number;
}

export function emitTagbody(
  e: FunctionEmitter,
  node: NodeOf<"tagbody">,
  to: Destination,
): void {
  const regions = node.info.crossed ? null : plan(node);
  if (mayCall(node)) e.clean = false;
  if (regions !== null) new Structured(e, node, regions).emit();
  else if (node.info.crossed) emitCrossed(e, node);
  else emitSwitch(e, node, e.fresh("at"));
  e.tagbodies.delete(node.info);
  e.deliver("$NIL", to);
}

/** The tags that `node` jumps to, outside of closures. */
function jumps(node: Node, info: TagbodyInfo, into: Set<number>): void {
  if (node.op === "go") {
    if (node.info === info) into.add(node.index);
    return;
  }
  for (const child of children(node)) jumps(child, info, into);
}

/** Regions that nest and serve all jumps, or null if there are none. */
function plan({ info, segments }: NodeOf<"tagbody">): Region[] | null {
  const regions = new Map<string, Region>();
  const serve = (kind: Region["kind"], tag: number, first: number, last: number) => {
    const known = regions.get(`${kind}${tag}`);
    if (known === undefined) {
      regions.set(`${kind}${tag}`, { kind, tag, first, last });
      return;
    }
    known.first = Math.min(known.first, first);
    known.last = Math.max(known.last, last);
  };
  segments.forEach((segment, at) => {
    const targets = new Set<number>();
    for (const form of segment.forms) jumps(form, info, targets);
    for (const tag of targets) {
      if (tag <= at) serve("loop", tag, tag, at);
      else serve("block", tag, at, tag - 1);
    }
  });
  const all = [...regions.values()];
  while (true) {
    const overlap = findOverlap(all);
    if (overlap === null) return all;
    if (!resolve(...overlap)) return null;
  }
}

/** Two regions of which neither contains the other, the one that begins first first. */
function findOverlap(regions: readonly Region[]): [Region, Region] | null {
  for (const a of regions) {
    for (const b of regions) {
      if (a.first < b.first && b.first <= a.last && a.last < b.last) return [a, b];
    }
  }
  return null;
}

/** Makes one of two overlapping regions larger, so that they nest. */
function resolve(a: Region, b: Region): boolean {
  if (b.kind === "block") {
    b.first = a.first;
    return true;
  }
  if (a.kind === "loop") {
    a.last = b.last;
    return true;
  }
  return false; // A jump into the middle of a loop.
}

class Structured {
  private readonly e: FunctionEmitter;
  private readonly info: TagbodyInfo;
  private readonly segments: readonly Segment[];
  private readonly pending: Region[];
  private readonly open: Region[] = [];

  constructor(e: FunctionEmitter, node: NodeOf<"tagbody">, regions: readonly Region[]) {
    this.e = e;
    this.info = node.info;
    this.segments = node.segments;
    // Outer regions first; a block around a loop of the same extent.
    this.pending = [...regions].sort(
      (a, b) => a.first - b.first || b.last - a.last || (a.kind === "block" ? -1 : 1),
    );
  }

  private label(region: Region): string {
    return `${this.info.js}_${region.kind}${region.tag}`;
  }

  emit(): void {
    this.range(0, this.segments.length - 1);
  }

  private range(first: number, last: number): void {
    let at = first;
    while (at <= last) {
      const region = this.pending[0];
      if (region !== undefined && region.first === at) {
        this.pending.shift();
        this.region(region);
        at = region.last + 1;
      } else {
        this.segment(at);
        at++;
      }
    }
  }

  private region(region: Region): void {
    const { e } = this;
    const label = this.label(region);
    this.open.push(region);
    e.line(region.kind === "loop" ? `${label}: for (;;) {` : `${label}: {`);
    this.range(region.first, region.last);
    if (region.kind === "loop") e.line(`break ${label};`);
    e.line("}");
    this.open.pop();
  }

  private segment(at: number): void {
    const { e, open } = this;
    const jump = (tag: number) => {
      const kind = tag <= at ? "loop" : "block";
      const region = open.find((r) => r.kind === kind && r.tag === tag)!;
      return `${kind === "loop" ? "continue" : "break"} ${this.label(region)};`;
    };
    for (const form of this.segments[at]!.forms) {
      e.tagbodies.set(this.info, { jump });
      e.emit(form, EFFECT);
    }
  }
}

/** The segments as the cases of a `switch` on `at`, in a loop. */
function emitSwitch(e: FunctionEmitter, node: NodeOf<"tagbody">, at: string): void {
  const { info, segments } = node;
  const jump = (tag: number) => `${at} = ${tag}; continue ${info.js};`;
  e.line(`let ${at} = 0;`);
  e.nest(`${info.js}: for (;;) {`, () => {
    cases(e, segments, info, at, jump);
    e.line("break;");
  });
}

function cases(
  e: FunctionEmitter,
  segments: readonly Segment[],
  info: TagbodyInfo,
  at: string,
  jump: (tag: number) => string,
): void {
  e.tagbodies.set(info, { jump });
  e.nest(`switch (${at}) {`, () => {
    for (const segment of segments) {
      e.nest(`case ${segment.index}: {`, () => {
        for (const form of segment.forms) e.emit(form, EFFECT);
      });
    }
  });
}

function emitCrossed(e: FunctionEmitter, node: NodeOf<"tagbody">): void {
  const { info, segments } = node;
  const at = e.fresh("at");
  const exit = e.fresh("exit");
  e.form.exits.set(info, exit);
  const jump = (tag: number) => `${at} = ${tag}; continue ${info.js};`;
  e.line(`let ${at} = 0; const ${exit} = new $Exit();`);
  e.protectedDepth++;
  e.line(`try { ${info.js}: for (;;) { try {`);
  cases(e, segments, info, at, jump);
  e.line(`break; } catch ($error) { if ($error !== ${exit}) throw $error;`);
  e.line(`${at} = ${exit}.value; } } } finally { ${exit}.live = false; }`);
  e.protectedDepth--;
}
