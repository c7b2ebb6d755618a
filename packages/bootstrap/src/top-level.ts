/**
 * Top-level forms (CLHS 3.2.3.1): PROGN and its like are taken apart, so that each form is
 * compiled when those before it have run and its macros are known.
 */
import {
  Cons,
  type LispFunction,
  type LispObject,
  LispString,
  LispSymbol,
  listToArray,
  NIL,
  type SourceMap,
} from "@astralisp/reader";
import { Analyzer } from "./analyze.js";
import type { Node } from "./ast.js";
import { analyzeForm } from "./compile-form.js";
import { Environment } from "./environment.js";
import { CompileError, LispError } from "./errors.js";
import { canInterpret, interpret, mentionsUninterned } from "./interpret.js";
import type { LiteralTarget } from "./literals.js";
import { NameSupply } from "./names.js";
import { definitionOptions } from "./package-definition.js";
import { macroletEnvironment, symbolMacroletEnvironment } from "./special-forms.js";
import type { World } from "./world.js";

/** Takes the code of a form and runs it; `wanted` says whether for its value. */
export interface FormSink {
  readonly target: () => LiteralTarget;
  readonly sourceMap: SourceMap | null;
  /**
   * When the forms are run: `file`, as they are compiled, which is compile time and load
   * time; `eval`, the time of EVAL; `compile`, when the file is loaded.
   */
  readonly mode: "file" | "eval" | "compile";
  run(code: string, target: LiteralTarget, wanted: boolean): LispObject;
  /** Takes the code of a form that has been run another way. */
  keep(code: string): void;
}

export class TopLevel {
  private readonly world: World;
  private readonly sink: FormSink;
  private position = -1;
  /** Whether forms are run at compile time too (CLHS 3.2.3.1, compile-time-too mode). */
  private isRunToo = false;

  constructor(world: World, sink: FormSink) {
    this.world = world;
    this.sink = sink;
  }

  /** Compiles and runs `form`; the answer is its value, if it is `wanted`. */
  process(
    form: LispObject,
    env: Environment = Environment.global({ parent: null }),
    wanted = this.sink.mode === "eval",
  ): LispObject {
    if (this.sink.mode !== "compile") return this.processLocated(form, env, wanted);
    // An error in the form is reported, and signalled when it is run.
    try {
      return this.processLocated(form, env, wanted);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      this.world.reportProblem(form, error);
      return this.compile(this.world.failureForm(error.message), env, wanted);
    }
  }

  private processLocated(
    form: LispObject,
    env: Environment,
    wanted: boolean,
  ): LispObject {
    if (!(form instanceof Cons) || !(form.car instanceof LispSymbol)) {
      return this.compile(form, env, wanted);
    }
    const outer = this.position;
    const own = this.sink.sourceMap?.spanOf(form)?.start ?? -1;
    if (own >= 0) this.position = own;
    const value = this.processForm(form, form.car, env, wanted);
    this.position = outer;
    return value;
  }

  private expand(expander: LispFunction, form: Cons, env: Environment): LispObject {
    const { world } = this;
    return this.sink.mode === "compile"
      ? world.callMacro(expander, form, env)
      : world.expandNow(expander, form, env);
  }

  private processForm(
    form: Cons,
    head: LispSymbol,
    env: Environment,
    wanted: boolean,
  ): LispObject {
    const { world } = this;
    const local = env.function(head);
    if (local?.kind === "macro") {
      return this.process(this.expand(local.expander, form, env), env, wanted);
    }
    if (local === undefined) {
      const special = this.specialForm(form, head, env, wanted);
      if (special !== undefined) return special;
      // IN-PACKAGE is obeyed as data: its macro may need functions that come later.
      if (head.name === "IN-PACKAGE" && this.obeysPackagesAsData) {
        const code = this.packageForm(form, head);
        if (code !== null) return this.sink.run(code, this.sink.target(), false);
      }
      if (head.macro !== null && world.specialForms.get(head) === undefined) {
        return this.process(this.expand(head.macro, form, env), env, wanted);
      }
      const code = this.packageForm(form, head);
      if (code !== null) return this.sink.run(code, this.sink.target(), false);
    }
    return this.compile(form, env, wanted);
  }

  private get obeysPackagesAsData(): boolean {
    if (this.sink.mode === "file") return true;
    return this.world.runtimeFunction("FIND-PACKAGE-OR-ERROR") === null;
  }

  private specialForm(
    form: Cons,
    head: LispSymbol,
    env: Environment,
    wanted: boolean,
  ): LispObject | undefined {
    if (head.package !== this.world.registry.commonLisp) return undefined;
    switch (head.name) {
      case "PROGN":
        return this.sequence(form.cdr, env, wanted);
      case "LOCALLY":
        return this.body(form.cdr, env, wanted);
      case "EVAL-WHEN":
        return this.evalWhen(form, env, wanted);
      case "MACROLET":
      case "SYMBOL-MACROLET": {
        if (!(form.cdr instanceof Cons)) return undefined;
        const extend =
          head.name === "MACROLET" ? macroletEnvironment : symbolMacroletEnvironment;
        const inner = extend(this.analyzer(), form.cdr.car, env, form.cdr.cdr);
        return this.body(form.cdr.cdr, inner, wanted);
      }
      default:
        return undefined;
    }
  }

  private analyzer(): Analyzer {
    const analyzer = new Analyzer(this.world, new NameSupply());
    analyzer.position = this.position;
    return analyzer;
  }

  private sequence(forms: LispObject, env: Environment, wanted: boolean): LispObject {
    let value: LispObject = NIL;
    let rest = forms;
    if (wanted) this.world.mv.n = 1;
    while (rest instanceof Cons) {
      value = this.process(rest.car, env, wanted && rest.cdr === NIL);
      rest = rest.cdr;
    }
    return value;
  }

  private body(body: LispObject, env: Environment, wanted: boolean): LispObject {
    const analyzer = this.analyzer();
    const parsed = analyzer.parseBody(body);
    let rest = body;
    while (rest instanceof Cons && isDeclaration(rest.car)) rest = rest.cdr;
    return this.sequence(rest, analyzer.declare(parsed, env), wanted);
  }

  private evalWhen(form: Cons, env: Environment, wanted: boolean): LispObject {
    if (!(form.cdr instanceof Cons)) return NIL;
    const names = listToArray(form.cdr.car).map((s) => (s as LispSymbol).name);
    const has = (...some: string[]) => some.some((name) => names.includes(name));
    const compile = has("COMPILE-TOPLEVEL", "COMPILE");
    const load = has("LOAD-TOPLEVEL", "LOAD");
    const execute = has("EXECUTE", "EVAL");
    const { mode } = this.sink;
    if (mode === "compile") {
      this.compileSituations(form.cdr.cdr, env, { compile, load, execute });
      return NIL;
    }
    if (mode === "file" ? !compile && !load : !execute) return NIL;
    return this.sequence(form.cdr.cdr, env, wanted);
  }

  /** EVAL-WHEN in a file that is compiled: the table of CLHS 3.2.3.1. */
  private compileSituations(
    body: LispObject,
    env: Environment,
    { compile, load, execute }: Record<"compile" | "load" | "execute", boolean>,
  ): void {
    const now = compile || (execute && this.isRunToo);
    if (load) {
      const outer = this.isRunToo;
      this.isRunToo = now;
      this.sequence(body, env, false);
      this.isRunToo = outer;
    } else if (now) this.runNow(new Cons(this.world.commonLisp("PROGN"), body), env);
  }

  /** Runs `form`, a part of a file that is being compiled, at compile time. */
  private runNow(form: LispObject, env: Environment): void {
    const { world } = this;
    const run = world.runtimeFunction("EVALUATE-AT-COMPILE-TIME");
    run?.(form, world.environmentFunction(env));
    world.mv.n = 1;
  }

  /** IN-PACKAGE and DEFPACKAGE, before they are macros. */
  private packageForm(form: Cons, head: LispSymbol): string | null {
    if (head.package !== this.world.registry.commonLisp) return null;
    if (head.name === "IN-PACKAGE" && form.cdr instanceof Cons) {
      return `{ $inPackage(${JSON.stringify(this.text(form.cdr.car))}); }`;
    }
    if (head.name !== "DEFPACKAGE" || !(form.cdr instanceof Cons)) return null;
    const options = listToArray(form.cdr.cdr).flatMap((option) =>
      definitionOptions(option, (item) => this.text(item)),
    );
    const definition = { name: this.text(form.cdr.car), options };
    const json = JSON.stringify(JSON.stringify(definition));
    return `{ $definePackage(${json}); }`;
  }

  private text(object: LispObject): string {
    if (object instanceof LispSymbol) return object.name;
    if (object instanceof LispString) return object.toString();
    throw new CompileError("the name of a package or symbol was expected", this.position);
  }

  private compile(form: LispObject, env: Environment, wanted: boolean): LispObject {
    const { world, sink } = this;
    const target = sink.target();
    const { node, references, code } = analyzeForm(form, {
      host: world,
      env,
      target,
      sourceMap: sink.sourceMap,
      wanted,
      position: this.position,
    });
    world.noteReferences(references, sink.sourceMap?.source ?? null);
    if (sink.mode === "compile") {
      sink.keep(code());
      // The code holds what the constants are now: the form may change them.
      if (this.isRunToo) this.runNow(form, env);
      return NIL;
    }
    if (!canInterpret(node)) return sink.run(code(), target, wanted);
    if (sink.mode === "eval") return this.interpret(node);
    if (mentionsUninterned(node)) return sink.run(code(), target, wanted);
    sink.keep(code());
    return this.interpret(node);
  }

  /** Runs `node` without compiling it; an error learns where it stands. */
  private interpret(node: Node): LispObject {
    try {
      return interpret(this.world, node);
    } catch (error) {
      const source = this.sink.sourceMap?.source;
      if (error instanceof LispError && source !== undefined && node.position >= 0) {
        const place = { file: source.name, ...source.place(node.position) };
        error.frames = [...error.frames, { name: "LAMBDA", place }];
      }
      throw error;
    }
  }
}

function isDeclaration(form: LispObject): boolean {
  return (
    form instanceof Cons && form.car instanceof LispSymbol && form.car.name === "DECLARE"
  );
}
