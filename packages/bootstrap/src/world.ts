/** A world: packages, definitions and the run time that compiled code sees. */
import {
  Char,
  COMMON_LISP_NAMES,
  Cons,
  Instance,
  keywordFeatures,
  type LispFunction,
  type LispObject,
  type LispPackage,
  LispString,
  type LispSymbol,
  list,
  NIL,
  PackageError,
  PackageRegistry,
  printToString,
  Reader,
  ReaderContext,
  ReaderError,
  Source,
  type SourceMap,
  SYMBOL_KIND,
  T,
  UndefinedFunctionError,
} from "@astralisp/reader";
import type { CompilerHost, References } from "./analyze.js";
import type { FunctionName } from "./ast.js";
import { analyzeForm, formScript } from "./compile-form.js";
import { Environment } from "./environment.js";
import {
  CompileError,
  ExitRequest,
  formatFrame,
  LispError,
  type LispFrame,
  type LispPlace,
} from "./errors.js";
import { FEATURES } from "./features.js";
import { canInterpret, interpret } from "./interpret.js";
import { helperProperty, type LiteralTarget } from "./literals.js";
import { environmentFunction, foreignEnvironment } from "./macro-environment.js";
import { MultipleValues } from "./multiple-values.js";
import type { LayoutInstance } from "./objects.js";
import {
  calledPrimitive,
  INTERNAL_NAMES,
  openCoded,
  type Primitive,
} from "./open-code.js";
import { definePackage, type PackageDefinition } from "./package-definition.js";
import { installPrimitives } from "./primitives/install.js";
import { makeLayoutLayout } from "./primitives/instances.js";
import {
  Catcher,
  Exit,
  isUndefined,
  makeRunTime,
  type NamedFunction,
} from "./run-time.js";
import { captureError, locateInSource, Scripts } from "./scripts.js";
import { takeMarks } from "./source-positions.js";
import { makeSpecialForms, type SpecialForms } from "./special-forms.js";
import { TopLevel } from "./top-level.js";
import { makeTransforms, type Transforms } from "./transforms.js";
import { UndefinedReferences } from "./undefined.js";

/** How a world is made. */
export interface WorldOptions {
  /** What `%command-line` answers. */
  readonly commandLine?: readonly string[];
}

let worlds = 0;

/** How many engine errors may be in the making at once. */
const MAX_ERROR_DEPTH = 40;

export class World implements CompilerHost {
  readonly registry = new PackageRegistry(COMMON_LISP_NAMES);
  readonly mv = new MultipleValues();
  readonly scripts = new Scripts(++worlds);
  readonly commandLine: readonly string[];
  readonly primitivesPackage: LispPackage;
  readonly keywordPackage: LispPackage;
  readonly runTime: Record<string, unknown>;
  readonly layoutLayout: LayoutInstance;
  readonly specialForms: SpecialForms;
  readonly transforms: Transforms;
  readonly setfSymbol: LispSymbol;
  readonly lambdaSymbol: LispSymbol;
  readonly namedLambdaSymbol: LispSymbol;
  readonly functionSymbol: LispSymbol;
  readonly specialSymbol: LispSymbol;
  readonly inlineSymbol: LispSymbol;
  readonly notinlineSymbol: LispSymbol;
  readonly declareSymbol: LispSymbol;
  readonly allowOtherKeys: LispSymbol;
  /** The `fn` of symbols of this world that have no function. */
  readonly undefinedFunction: LispFunction;
  /** What was mentioned and may still be undefined. */
  readonly undefinedReferences = new UndefinedReferences();
  private readonly primitives = new Map<LispSymbol, Primitive>();
  private readonly packageVariable: LispSymbol;
  private readonly signalSymbol: LispSymbol;
  private readonly environments = new WeakMap<LispFunction, Environment>();
  private readonly statusKeywords = {
    internal: this.registry.keyword.intern("INTERNAL"),
    external: this.registry.keyword.intern("EXTERNAL"),
    inherited: this.registry.keyword.intern("INHERITED"),
  };
  private readonly printContext = new ReaderContext(this.registry);
  private readonly keywords = new Map<string, LispSymbol>();

  constructor(options: WorldOptions = {}) {
    this.commandLine = options.commandLine ?? [];
    const { commonLisp, keyword, user } = this.registry;
    this.keywordPackage = keyword;
    this.primitivesPackage = this.registry.define("ASTRALISP.PRIMITIVES");
    this.packageVariable = commonLisp.intern("*PACKAGE*");
    this.packageVariable.value = user;
    this.packageVariable.kind = SYMBOL_KIND.special;
    this.undefinedFunction = this.makeUndefinedFunction();
    this.setfSymbol = this.commonLisp("SETF");
    this.lambdaSymbol = this.commonLisp("LAMBDA");
    this.functionSymbol = this.commonLisp("FUNCTION");
    this.specialSymbol = this.commonLisp("SPECIAL");
    this.inlineSymbol = this.commonLisp("INLINE");
    this.notinlineSymbol = this.commonLisp("NOTINLINE");
    this.declareSymbol = this.commonLisp("DECLARE");
    this.namedLambdaSymbol = this.primitiveSymbol("%NAMED-LAMBDA");
    this.signalSymbol = this.primitiveSymbol("%SIGNAL-ENGINE-ERROR");
    this.allowOtherKeys = this.keyword("ALLOW-OTHER-KEYS");
    this.layoutLayout = makeLayoutLayout(this.primitiveSymbol("%LAYOUT"));
    this.primitiveSymbol("%LAYOUT").type = this.layoutLayout;
    const symbols = {
      commonLisp: (name: string) => this.commonLisp(name),
      primitive: (name: string) => this.primitiveSymbol(name),
      keyword: (name: string) => this.keyword(name),
      t: T,
    };
    this.specialForms = makeSpecialForms(symbols);
    this.transforms = makeTransforms(symbols);
    this.runTime = makeRunTime(this);
    installPrimitives(this);
    this.defineConstant("MOST-POSITIVE-FIXNUM", Number.MAX_SAFE_INTEGER);
    this.defineConstant("MOST-NEGATIVE-FIXNUM", Number.MIN_SAFE_INTEGER);
    this.commonLisp("*DEBUGGER-HOOK*").value = (condition) => this.unhandled(condition!);
  }

  // ---- Symbols and packages.

  commonLisp(name: string): LispSymbol {
    return this.registry.commonLisp.intern(name);
  }

  private defineConstant(name: string, value: LispObject): void {
    const symbol = this.commonLisp(name);
    symbol.value = value;
    symbol.kind = SYMBOL_KIND.constant;
  }

  /** The exported symbol of ASTRALISP.PRIMITIVES called `name`. */
  primitiveSymbol(name: string): LispSymbol {
    const symbol = this.primitivesPackage.intern(name);
    this.primitivesPackage.export(symbol);
    return symbol;
  }

  keyword(name: string): LispSymbol {
    let symbol = this.keywords.get(name);
    if (symbol === undefined) {
      symbol = this.keywordPackage.intern(name);
      this.keywords.set(name, symbol);
    }
    return symbol;
  }

  requirePackage(name: string): LispPackage {
    const found = this.registry.find(name);
    if (found === undefined) {
      throw new PackageError("R0024", `no package is named ${name}`);
    }
    return found;
  }

  intern(pkg: string, name: string): LispSymbol {
    return this.requirePackage(pkg).intern(name);
  }

  /** The values of INTERN. */
  internValues(name: string, pkg: LispPackage): LispObject {
    const found = pkg.find(name);
    if (found !== null) {
      return this.mv.two(found.symbol, this.statusKeywords[found.status]);
    }
    const symbol = pkg.intern(name);
    symbol.fn = this.undefinedFunction;
    return this.mv.two(symbol, NIL);
  }

  get currentPackage(): LispPackage {
    return this.packageVariable.value as LispPackage;
  }

  set currentPackage(pkg: LispPackage) {
    this.packageVariable.value = pkg;
  }

  enterPackage(name: string): void {
    this.currentPackage = this.requirePackage(name);
  }

  definePackage(definition: PackageDefinition): void {
    definePackage(this.registry, definition);
  }

  /** The text of a string, or null. */
  textOf(object: LispObject): string | null {
    if (!(object instanceof LispString)) {
      const simple = this.runtimeFunction("SIMPLE-STRING-OF")?.(object);
      return simple instanceof LispString ? this.textOf(simple) : null;
    }
    const { codes } = object;
    if (codes.length > 64 || codes.some((code) => code > 0xffff))
      return object.toString();
    return String.fromCharCode.apply(null, codes as unknown as number[]);
  }

  /** A symbol for the label of a function, or the label. */
  functionNamed(label: string): LispObject {
    if (label === "LAMBDA") return this.lambdaSymbol;
    const at = label.indexOf("::");
    const pkg = at < 0 ? undefined : this.registry.find(label.slice(0, at));
    return pkg?.lookup(label.slice(at + 2)) ?? LispString.from(label);
  }

  // ---- What the compiler asks.

  primitive(symbol: LispSymbol): Primitive | undefined {
    const known = this.primitives.get(symbol);
    if (known !== undefined || !INTERNAL_NAMES.has(symbol.name)) return known;
    return symbol.package?.name === "ASTRALISP.RUNTIME"
      ? openCoded.get(symbol.name)
      : undefined;
  }

  /** Makes `fn` the primitive `symbol`, unless it is only a function (`direct` false). */
  addPrimitive(
    symbol: LispSymbol,
    name: string,
    fn: LispFunction | null,
    options: { direct: boolean; variadic: boolean; values: boolean },
  ): void {
    if (fn !== null) {
      symbol.fn =
        options.direct && symbol.package === this.registry.commonLisp
          ? this.counted(symbol, fn)
          : fn;
      this.runTime[helperProperty(name)] = fn;
    }
    const template = openCoded.get(name);
    if (template !== undefined) this.primitives.set(symbol, template);
    else if (options.direct && fn !== null) {
      const arity = options.variadic ? -1 : fn.length;
      const result = options.values ? "values" : "value";
      this.primitives.set(symbol, calledPrimitive(name, arity, { result }));
    }
  }

  /** `fn` as the function `symbol`, which checks how many arguments it gets. */
  private counted(symbol: LispSymbol, fn: LispFunction): LispFunction {
    const { length } = fn;
    const wrong = (count: number) =>
      this.engineError("ARGUMENT-COUNT", symbol, count, String(length));
    const checked: NamedFunction =
      length === 1
        ? function (a) {
            // biome-ignore lint/complexity/noArguments: a rest parameter costs more.
            const { length: count } = arguments;
            return count === 1 ? fn(a!) : wrong(count);
          }
        : (...args) => (args.length === length ? fn(...args) : wrong(args.length));
    checked.lispName = symbol;
    return checked;
  }

  info(symbol: LispSymbol, key: string): LispObject {
    let rest = symbol.info;
    while (rest instanceof Cons && rest.cdr instanceof Cons) {
      if (rest.car === this.keyword(key)) return rest.cdr.car;
      rest = rest.cdr.cdr;
    }
    return NIL;
  }

  callMacro(expander: LispFunction, form: LispObject, env: Environment): LispObject {
    const environment = this.environmentFunction(env);
    const guarded = this.tolerance ? this.runtimeFunction("GUARDED-EXPANSION") : null;
    if (guarded === null) return expander(form, environment);
    this.mv.n = 1;
    const expansion = guarded(expander, form, environment);
    const failed = this.mv.n > 1;
    this.mv.n = 1;
    if (!failed) return expansion;
    throw new CompileError(this.textOf(expansion) ?? "", -1, "C0002");
  }

  /** The expansion of a top-level form that is run at once: errors pass as they are. */
  expandNow(expander: LispFunction, form: LispObject, env: Environment): LispObject {
    return expander(form, this.environmentFunction(env));
  }

  private tolerance = false;

  get tolerant(): boolean {
    return this.tolerance && this.runtimeFunction("REPORT-MALFORMED-FORM") !== null;
  }

  /** Calls `body`; forms that cannot be compiled are `tolerated` in it, or not. */
  tolerating<R>(tolerance: boolean, body: () => R): R {
    const outer = this.tolerance;
    this.tolerance = tolerance;
    try {
      return body();
    } finally {
      this.tolerance = outer;
    }
  }

  reportProblem(form: LispObject, { message, code }: CompileError): void {
    const report = this.runtimeFunction("REPORT-MALFORMED-FORM");
    report?.(form, LispString.from(message), LispString.from(code));
    this.mv.n = 1;
  }

  failureForm(message: string): LispObject {
    const quote = this.commonLisp("QUOTE");
    return list([
      this.commonLisp("ERROR"),
      list([quote, this.intern("ASTRALISP", "SIMPLE-PROGRAM-ERROR")]),
      this.keyword("FORMAT-CONTROL"),
      LispString.from("~A"),
      this.keyword("FORMAT-ARGUMENTS"),
      list([quote, list([LispString.from(message)])]),
    ]);
  }

  /** The environment as macros get it: NIL or a function. */
  environmentFunction(env: Environment): LispObject {
    if (env.isGlobal) return NIL;
    if (env.lispFunction === null) {
      env.lispFunction = environmentFunction(this, env);
      this.environments.set(env.lispFunction, env);
    }
    return env.lispFunction;
  }

  private environmentOf(env: LispObject): Environment {
    const scope = { parent: null };
    if (typeof env !== "function") return Environment.global(scope);
    const known = this.environments.get(env as LispFunction);
    if (known !== undefined) return known.forCompileTime(scope).inFunction(scope);
    return Environment.over(foreignEnvironment(this, env as LispFunction), scope);
  }

  localMacro(definition: LispObject, env: Environment): LispFunction {
    const parse = this.runtimeFunction("PARSE-MACRO");
    if (parse === null) {
      throw new CompileError("MACROLET needs the function PARSE-MACRO", -1);
    }
    const { car: name, cdr } = definition as Cons;
    const { car: lambdaList, cdr: body } = cdr as Cons;
    const expression = parse(name, lambdaList, body);
    const scope = { parent: null };
    const value = this.evaluate(expression, env.forCompileTime(scope).inFunction(scope));
    return value as LispFunction;
  }

  show(object: LispObject): string {
    const context = this.printContext;
    context.package = this.currentPackage;
    try {
      return printToString(object, context, { circle: true });
    } catch {
      return "#<unprintable>";
    }
  }

  /** Remembers what `references` mentions and is not defined yet. */
  noteReferences(references: References, source: Source | null): void {
    const place = (position: number): LispPlace | null =>
      source === null || position < 0
        ? null
        : { file: source.name, ...source.place(position) };
    for (const [symbol, position] of references.functions) {
      if (isUndefined(symbol.fn)) {
        this.undefinedReferences.note("function", symbol, () => place(position));
      }
    }
    for (const [symbol, position] of references.variables) {
      if (symbol.kind === SYMBOL_KIND.lexical && symbol.value === undefined) {
        this.undefinedReferences.note("variable", symbol, () => place(position));
      }
    }
  }

  // ---- Running code.

  /** A table of the uninterned symbols of one file. */
  uninternedTable(): unknown {
    return (this.runTime.uninternedTable as () => unknown)();
  }

  /** Runs the code of a form made for `target`. */
  runForm(
    code: string,
    target: LiteralTarget,
    options: { source: Source | null; uninterned?: unknown },
  ): LispObject {
    const text = takeMarks(formScript(code, this.runTime));
    const { source } = options;
    const name = this.scripts.register(
      source === null ? () => null : locateInSource(text.mappings, source),
    );
    const load = this.scripts.run(text.code, name).value as (
      runTime: unknown,
      objects: unknown,
      uninterned: unknown,
    ) => LispObject | undefined;
    this.mv.n = 1;
    const objects = target.kind === "memory" ? target.objects : [];
    return load(this.runTime, objects, options.uninterned) ?? NIL;
  }

  /** The value of the single form `form` in `env`. */
  evaluate(form: LispObject, env: Environment): LispObject {
    const target: LiteralTarget = { kind: "memory", objects: [] };
    const { node, references, code } = analyzeForm(form, {
      host: this,
      env,
      target,
      sourceMap: null,
      wanted: true,
      position: -1,
    });
    this.noteReferences(references, null);
    if (canInterpret(node)) return interpret(this, node);
    return this.runForm(code(), target, { source: null });
  }

  /** EVAL of `form`, whose other values are in `mv`. Errors pass as they are. */
  evalIn(
    form: LispObject,
    env: LispObject,
    sourceMap: SourceMap | null = null,
  ): LispObject {
    const source = sourceMap?.source ?? null;
    const sink = {
      target: (): LiteralTarget => ({ kind: "memory", objects: [] }),
      sourceMap,
      mode: "eval" as const,
      keep: () => {},
      run: (code: string, target: LiteralTarget) =>
        this.runForm(code, target, { source }),
    };
    this.mv.n = 1;
    try {
      return this.tolerating(true, () =>
        new TopLevel(this, sink).process(form, this.environmentOf(env)),
      );
    } catch (error) {
      if (error instanceof CompileError) return this.programError(error);
      const failure = this.runtimeFunction("PACKAGE-FAILURE");
      if (!(error instanceof PackageError) || failure === null) throw error;
      return failure(
        LispString.from(error.message.replace(/^no package is named /, "")),
        LispString.from("~A"),
        LispString.from(error.message),
      );
    }
  }

  /** Signals a PROGRAM-ERROR for a form that cannot be compiled. */
  private programError(error: CompileError): LispObject {
    const signal = this.commonLisp("ERROR").fn;
    const type = this.registry.find("ASTRALISP")?.lookup("SIMPLE-PROGRAM-ERROR");
    if (type === undefined || isUndefined(signal)) throw error;
    return signal(
      type,
      this.keyword("FORMAT-CONTROL"),
      LispString.from("~A"),
      this.keyword("FORMAT-ARGUMENTS"),
      list([LispString.from(error.message)]),
    );
  }

  /** The function called `name` in ASTRALISP.RUNTIME, or null. */
  runtimeFunction(name: string): LispFunction | null {
    const symbol = this.registry.find("ASTRALISP.RUNTIME")?.lookup(name);
    return symbol === undefined || isUndefined(symbol.fn) ? null : symbol.fn;
  }

  compileLambda(lambda: LispObject, name: LispObject): LispObject {
    const fn = this.evalIn(list([this.functionSymbol, lambda]), NIL);
    if (name !== NIL) (fn as { lispName?: LispObject }).lispName = name;
    this.mv.n = 1;
    return fn;
  }

  /** The values of `form`. Throws a LispError with frames. */
  eval(form: LispObject, sourceMap: SourceMap | null = null): LispObject[] {
    return this.guard(() => this.mv.all(this.evalIn(form, NIL, sourceMap)));
  }

  /** A context to read and print with, as `*package*` and the features are now. */
  readerContext(): ReaderContext {
    const context = new ReaderContext(this.registry);
    context.package = this.currentPackage;
    context.hasFeature = keywordFeatures(FEATURES);
    context.evaluate = (form) => this.evalIn(form, NIL);
    const pathname = this.commonLisp("PATHNAME").fn;
    if (!isUndefined(pathname)) context.makePathname = (text) => pathname(text);
    const nameChar = this.commonLisp("NAME-CHAR").fn;
    if (!isUndefined(nameChar)) {
      context.characterCode = (name) => {
        const character = nameChar(LispString.from(name));
        return character instanceof Char ? character.code : -1;
      };
    }
    return context;
  }

  /** The values of the last form of `text`, which messages call `name`. */
  evalText(text: string, name = "eval"): LispObject[] {
    let values: LispObject[] = [];
    const reader = new Reader(new Source(text, name), this.readerContext());
    for (;;) {
      reader.context.package = this.currentPackage;
      const read = reader.next();
      if (read === null) return values;
      values = this.eval(read.datum, reader.sourceMap);
    }
  }

  /** The JavaScript of each form of `text`; the forms are run as well. */
  showCode(text: string): string[] {
    const codes: string[] = [];
    const target: LiteralTarget = { kind: "file", uninterned: new Map() };
    const uninterned = this.uninternedTable();
    const topLevel = new TopLevel(this, {
      target: () => target,
      sourceMap: null,
      mode: "file",
      keep: (code) => codes.push(takeMarks(code).code),
      run: (code) => {
        codes.push(takeMarks(code).code);
        return this.runForm(code, target, { source: null, uninterned });
      },
    });
    const reader = new Reader(text, this.readerContext(), { sourceMap: null });
    for (let read = reader.next(); read !== null; read = reader.next()) {
      const { datum } = read;
      this.guard(() => topLevel.process(datum));
    }
    return codes;
  }

  /** Runs `body`; what it throws becomes a LispError that knows its Lisp frames. */
  guard<R>(body: () => R): R {
    try {
      return body();
    } catch (error) {
      throw this.lispError(error);
    }
  }

  private lispError(error: unknown): unknown {
    if (error instanceof ExitRequest || error instanceof CompileError) return error;
    if (error instanceof ReaderError) return error;
    if (error instanceof Exit || error instanceof Catcher) {
      return new LispError("control", "a non-local exit left the program");
    }
    if (!(error instanceof Error)) return error;
    const frames = this.scripts.frames(error);
    const known = error instanceof LispError ? error : this.describeFault(error);
    if (known.frames.length === 0) known.frames = frames;
    return known;
  }

  // ---- What the interpreter asks.

  /** `symbol`, with a function that reports it where it has none. */
  ready(symbol: LispSymbol): LispSymbol {
    return (this.runTime.ready as (symbol: LispSymbol) => LispSymbol)(symbol);
  }

  /** What to go on with where `symbol` is unbound. */
  unbound(symbol: LispSymbol): LispObject {
    return (this.runTime.unbound as (symbol: LispSymbol) => LispObject)(symbol);
  }

  functionOf({ symbol, setf }: FunctionName): LispFunction {
    const { functionOf, setfFunction } = this.runTime as Record<
      string,
      (symbol: LispSymbol) => LispFunction
    >;
    return setf ? setfFunction!(symbol) : functionOf!(symbol);
  }

  // ---- Errors.

  private makeUndefinedFunction(): LispFunction {
    const world = this;
    function undefinedFunction(this: LispSymbol, ...args: LispObject[]): LispObject {
      const fn = world.undefined(this);
      world.mv.n = 1;
      return (world.runTime.callable as (f: LispObject) => LispFunction)(fn)(...args);
    }
    return Object.assign(undefinedFunction, { undefinedIn: true });
  }

  /** The function to call where `name` is undefined, if Lisp offers one. */
  undefined(name: LispObject): LispObject {
    return this.engineError("UNDEFINED-FUNCTION", name, NIL);
  }

  /**
   * Reports an engine error to Lisp, and answers what a restart puts in place of the
   * datum. Throws a LispError as long as Lisp does not define %SIGNAL-ENGINE-ERROR.
   */
  engineError(
    kind: string,
    datum: LispObject,
    expected: LispObject,
    detail = "",
  ): LispObject {
    const { fn } = this.signalSymbol;
    // Errors in reporting an error, without end, are reported here.
    if (isUndefined(fn) || this.errorDepth >= MAX_ERROR_DEPTH) {
      throw this.makeError(kind, datum, expected, detail);
    }
    this.errorDepth++;
    try {
      return fn(this.keyword(kind), datum, expected);
    } finally {
      this.errorDepth--;
    }
  }

  private errorDepth = 0;

  private makeError(
    kind: string,
    datum: LispObject,
    expected: LispObject,
    detail: string,
  ): LispError {
    const shown = this.show(expected);
    const message = this.errorMessage(kind, this.show(datum), shown, detail);
    const error = new LispError(kind.toLowerCase(), message);
    error.frames = this.scripts.frames(captureError());
    return error;
  }

  private errorMessage(
    kind: string,
    datum: string,
    expected: string,
    detail: string,
  ): string {
    switch (kind) {
      case "TYPE":
        return `${datum} is not of type ${expected}`;
      case "UNDEFINED-FUNCTION":
        return `the function ${datum} is undefined`;
      case "UNBOUND-VARIABLE":
        return `the variable ${datum} is unbound`;
      case "ARGUMENT-COUNT":
        return `${datum} takes ${detail} arguments, not ${expected}`;
      case "UNKNOWN-KEY":
        return `${datum} is not a keyword argument of ${expected}`;
      case "ODD-KEYS":
        return `the keyword arguments of ${datum} are not pairs: ${expected}`;
      default:
        return expected === "NIL"
          ? `${kind}: ${datum}`
          : `${kind}: ${datum}, ${expected}`;
    }
  }

  /**
   * The first value of `*debugger-hook*`: a condition that nothing handles becomes a
   * LispError of the program that uses the world. A listener sets another hook.
   */
  private unhandled(condition: LispObject): never {
    // INVOKE-DEBUGGER binds the hook to NIL. An error in printing the condition must not
    // enter the debugger of Lisp, which would read from the terminal.
    this.commonLisp("*DEBUGGER-HOOK*").value = (nested) => {
      throw new LispError("error", this.show((nested as Instance).layout.name));
    };
    const error = new LispError("error", this.describeCondition(condition));
    error.condition = condition;
    error.frames = this.scripts.frames(captureError());
    throw error;
  }

  private describeCondition(condition: LispObject): string {
    const { fn } = this.commonLisp("PRINC-TO-STRING");
    const type =
      condition instanceof Instance ? `${this.show(condition.layout.name)}: ` : "";
    try {
      const text = isUndefined(fn) ? null : this.textOf(fn(condition));
      return type + (text ?? this.showSlots(condition));
    } catch {
      return type + this.showSlots(condition);
    }
  }

  private showSlots(object: LispObject): string {
    if (!(object instanceof Instance)) return this.show(object);
    return object.slots.map((slot) => this.show(slot)).join(" ");
  }

  /** What a JavaScript error means to Lisp. */
  private describeFault(error: Error): LispError {
    if (error instanceof UndefinedFunctionError) {
      return new LispError("undefined-function", error.message);
    }
    if (isStackOverflow(error)) {
      return new LispError("stack-exhausted", "the stack is exhausted");
    }
    if (error instanceof RangeError)
      return new LispError("heap-exhausted", error.message);
    return new LispError("javascript", `${error.name}: ${error.message}`);
  }

  /** Reports a JavaScript error to Lisp; answers what is to be thrown on. */
  engineFault(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    if (isStackOverflow(error) && !hasRoom()) return error;
    const fault = this.describeFault(error);
    fault.frames = this.scripts.frames(error);
    const { fn } = this.signalSymbol;
    if (isUndefined(fn)) return fault;
    const datum =
      error instanceof UndefinedFunctionError
        ? error.symbol
        : LispString.from(fault.message);
    if (this.errorDepth < MAX_ERROR_DEPTH) {
      this.engineError(fault.kind.toUpperCase(), datum, NIL);
    }
    return fault;
  }

  /** The Lisp frames of the caller. */
  backtrace(): LispFrame[] {
    return this.scripts.frames(captureError());
  }

  /** The frames as Lisp data: lists of name, arguments and source. */
  backtraceList(): LispObject {
    return list(
      this.backtrace().map((frame) => {
        const { place } = frame;
        const source =
          place === null
            ? NIL
            : LispString.from(formatFrame({ ...frame, name: "" }).trim());
        return list([this.functionNamed(frame.name), NIL, source]);
      }),
    );
  }

  /** The forms of a file, for `%js-read-forms`; see `files.ts`. */
  readForms: (name: string) => LispObject[] = () => [];
}

function isStackOverflow(error: Error): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

/** Whether enough stack is free again to run handlers. */
function hasRoom(): boolean {
  const descend = (depth: number): number => (depth === 0 ? 0 : 1 + descend(depth - 1));
  try {
    return descend(2000) === 2000;
  } catch {
    return false;
  }
}
