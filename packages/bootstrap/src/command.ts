/** The developer's command: loads systems and files, evaluates forms, prints results. */
import { writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { LispObject } from "@astralisp/reader";
import { ExitRequest, formatFrame, LispError } from "./errors.js";
import { formatLoadError, Loader } from "./files.js";
import { isUndefined } from "./run-time.js";
import { loadSystem } from "./system.js";
import { formatUndefined } from "./undefined.js";
import { World } from "./world.js";

/** What `runCommand` needs of its surroundings. */
export interface CommandOptions {
  readonly argv: readonly string[];
  readonly runtimeSystem: string;
  readonly cacheDirectory: string;
  readonly compilerVersion: string;
}

const USAGE = `usage: astra-js [option | file.lisp | system.asd] …
  --eval, -e FORM   evaluate and print the values
  --load, -l FILE   load a file, or the system of an .asd file
  --no-runtime      do not load the runtime first
  --no-cache        compile everything anew
  --verbose         name the files as they are loaded
  --time            say how long each step took
  --show FORM       print the JavaScript of a form
  --quiet           no warnings about undefined names
  -- ARGUMENT …     what (%command-line) answers
Everything is done in the order given. Exit code 1 after an error.`;

interface Step {
  readonly kind: "eval" | "load" | "show";
  readonly text: string;
}

interface Settings {
  readonly steps: Step[];
  readonly flags: Set<string>;
  readonly rest: string[];
}

function parse(argv: readonly string[]): Settings {
  const steps: Step[] = [];
  const flags = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const item = argv[i]!;
    if (item === "--") return { steps, flags, rest: argv.slice(i + 1) };
    if (item === "--eval" || item === "-e")
      steps.push({ kind: "eval", text: argv[++i]! });
    else if (item === "--load" || item === "-l") {
      steps.push({ kind: "load", text: argv[++i]! });
    } else if (item === "--show") steps.push({ kind: "show", text: argv[++i]! });
    else if (item.startsWith("--")) flags.add(item.slice(2));
    else steps.push({ kind: "load", text: item });
  }
  return { steps, flags, rest: [] };
}

/** Writes a line at once: the streams of a thread wait until it is idle. */
function say(fd: number, line: string | undefined): void {
  writeSync(fd, `${line}\n`);
}

class Command {
  private readonly world: World;
  private readonly loader: Loader;
  private readonly flags: ReadonlySet<string>;
  private readonly loaded = new Set<string>();

  constructor(options: CommandOptions, { flags, rest }: Settings) {
    this.flags = flags;
    this.world = new World({ commandLine: ["astra-js", ...rest] });
    const { cacheDirectory, compilerVersion } = options;
    this.loader = new Loader(
      this.world,
      flags.has("no-cache") ? {} : { cacheDirectory, compilerVersion },
    );
  }

  load(path: string): void {
    this.timed(`load ${path}`, () => {
      if (!path.endsWith(".asd")) this.loader.loadFile(resolve(path));
      else loadSystem(this.loader, resolve(path), (file) => this.note(file), this.loaded);
    });
    this.warn();
  }

  private note(file: string): void {
    if (this.flags.has("verbose")) say(2, `; ${file}`);
  }

  private timed(what: string, body: () => void): void {
    const start = performance.now();
    this.world.guard(body);
    if (!this.flags.has("time")) return;
    say(2, `; ${what}: ${(performance.now() - start).toFixed(0)} ms`);
  }

  private warn(): void {
    const missing = this.world.undefinedReferences.take();
    if (this.flags.has("quiet")) return;
    for (const item of missing) {
      say(2, `warning: ${formatUndefined(item, (symbol) => this.world.show(symbol))}`);
    }
  }

  run(step: Step): void {
    if (step.kind === "load") return this.load(step.text);
    this.loader.noteChange(step.text);
    if (step.kind === "show") {
      for (const code of this.world.showCode(step.text)) say(1, code);
      return;
    }
    this.timed("eval", () => {
      const values = this.world.evalText(step.text);
      this.flush();
      for (const value of values) say(1, this.print(value));
    });
    this.warn();
  }

  /** Writes out what the streams of the runtime, once there are any, hold back. */
  flush(): void {
    for (const name of ["*STANDARD-OUTPUT*", "*ERROR-OUTPUT*"]) {
      const stream = this.world.commonLisp(name).value;
      const { fn } = this.world.commonLisp("FINISH-OUTPUT");
      if (isUndefined(fn) || stream === undefined) continue;
      try {
        this.world.guard(() => fn(stream));
      } catch {
        // Nobody reads on; what is left cannot be shown.
      }
    }
  }

  /** The text of a value: by the Lisp printer once there is one. */
  private print(value: LispObject): string {
    const printer = this.world.commonLisp("PRIN1-TO-STRING");
    if (!isUndefined(printer.fn)) {
      const text = this.world.textOf(printer.fn(value));
      if (text !== null) return text;
    }
    return this.world.show(value);
  }
}

/** Runs the command and answers its exit code. */
export function runCommand(options: CommandOptions): number {
  const settings = parse(options.argv);
  if (settings.flags.has("help") || settings.steps.length === 0) {
    say(1, USAGE);
    return settings.flags.has("help") ? 0 : 2;
  }
  Error.stackTraceLimit = 200;
  const command = new Command(options, settings);
  try {
    if (!settings.flags.has("no-runtime")) command.load(options.runtimeSystem);
    for (const step of settings.steps) command.run(step);
    return 0;
  } catch (error) {
    command.flush();
    if (error instanceof ExitRequest) return error.code;
    say(2, formatLoadError(error));
    if (error instanceof LispError) {
      for (const frame of error.frames.slice(0, 40)) {
        say(2, `  in ${formatFrame(frame)}`);
      }
    }
    if (settings.flags.has("debug") && error instanceof Error) say(2, error.stack);
    return 1;
  } finally {
    command.flush();
  }
}

/** Where the runtime's system definition is, seen from a file of this package's `dist`. */
export function defaultRuntimeSystem(from: string): string {
  return resolve(dirname(from), "../../runtime/lisp/astralisp-runtime.asd");
}
