/** One form: analysed, emitted, and made ready to run. */
import type { Cons, LispObject, SourceMap } from "@astralisp/reader";
import { Analyzer, type CompilerHost, type References } from "./analyze.js";
import type { Node } from "./ast.js";
import { FunctionEmitter } from "./emit.js";
import { Environment } from "./environment.js";
import { LiteralPool, type LiteralTarget } from "./literals.js";
import { NameSupply } from "./names.js";
import { ObjectLiterals } from "./object-literals.js";

/** A form that has been analysed. */
export interface AnalyzedForm {
  readonly node: Node;
  readonly references: References;
  /** The code of the form: a block, still with the marks of positions. */
  code(): string;
}

/** How a form is compiled. */
export interface CompileOptions {
  readonly host: CompilerHost;
  readonly env: Environment;
  readonly target: LiteralTarget;
  readonly sourceMap: SourceMap | null;
  /** Whether the code returns the values of the form. */
  readonly wanted: boolean;
  /** The position to assume outside of any form that was read. */
  readonly position: number;
}

export function analyzeForm(form: LispObject, options: CompileOptions): AnalyzedForm {
  const { host, env, sourceMap, position } = options;
  const names = new NameSupply();
  const analyzer = new Analyzer(host, names, positions(sourceMap));
  analyzer.position = position;
  const node = analyzer.bodyForm(form, env);
  const code = () => emitForm(node, analyzer, options);
  return { node, references: analyzer.references, code };
}

function positions(sourceMap: SourceMap | null): (form: Cons) => number {
  if (sourceMap === null) return () => -1;
  return (form) => sourceMap.spanOf(form)?.start ?? -1;
}

function emitForm(node: Node, analyzer: Analyzer, options: CompileOptions): string {
  const { names } = analyzer;
  const { target } = options;
  const literals =
    target.kind === "object"
      ? new ObjectLiterals(target, names)
      : new LiteralPool(target, names);
  const emitter = new FunctionEmitter({ literals, names, exits: new Map() }, null);
  literals.compile = (form) => {
    const own = analyzer.analyze(form, Environment.global({ parent: null }));
    const inner = emitter.nested(null);
    inner.emit(own, { kind: "return" });
    return `(function () {\n${inner.finish()}\n})()`;
  };
  try {
    emitter.emit(node, { kind: options.wanted ? "return" : "effect" });
  } catch (error) {
    literals.discard();
    throw error;
  }
  const body = emitter.finish();
  return ["{", ...literals.declarations, body, "}"].join("\n");
}

/** The names of the run time that `code` uses, as the pattern that binds them. */
export function importPattern(code: string, runTime: Record<string, unknown>): string {
  const used = new Set<string>();
  for (const [, name] of code.matchAll(/(?<![\w$])\$([A-Za-z]\w*)/g)) {
    if (name !== undefined && Object.hasOwn(runTime, name)) used.add(name);
  }
  return [...used].map((name) => `${name}: $${name}`).join(", ");
}

/** A function of the run time, the objects and the uninterned symbols. */
export function formScript(code: string, runTime: Record<string, unknown>): string {
  const pattern = importPattern(code, runTime);
  return `(function ($, $k, $uninterned) {"use strict";const {${pattern}} = $;\n${code}\n})`;
}

/** The module of a file made of `forms`. */
export function moduleText(
  forms: readonly string[],
  name: string,
  runTime: Record<string, unknown>,
): string {
  const code = forms.join("\n");
  return [
    `// Compiled from ${name} by the AstraLisp bootstrap.`,
    "export default function load($) {",
    `const {${importPattern(code, runTime)}} = $;`,
    "const $uninterned = $.uninternedTable();",
    code,
    "}",
    "",
  ].join("\n");
}
