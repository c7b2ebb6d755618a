/** A Lisp in Node: the standard library loaded, ready to evaluate and be called. */
import {
  formatFrame,
  formatLoadError,
  LispError,
  loadCompiledSystem,
  World,
  type WorldOptions,
} from "@astralisp/bootstrap";
import {
  Cons,
  type LispFunction,
  type LispObject,
  LispSymbol,
  listToArray,
  Reader,
} from "@astralisp/reader";
import { type LispInput, toLisp } from "./values.js";

/** A Lisp world of its own; worlds share nothing. Made by `createLisp`. */
export class Lisp {
  /** What is below: packages, symbols, the compiler to JavaScript. */
  readonly world: World;
  private readonly names = new Map<string, LispObject>();

  constructor(world: World) {
    this.world = world;
  }

  /** The first value of the last form of `text`; `name` stands for it in backtraces. */
  eval(text: string, name = "eval"): LispObject {
    const [value] = this.evalValues(text, name);
    // NIL is the value of no values.
    return value ?? toLisp(null);
  }

  /** All values of the last form of `text`. */
  evalValues(text: string, name = "eval"): LispObject[] {
    const { world } = this;
    const values = world.guard(() => world.evalText(text, name));
    this.flush();
    return values;
  }

  /** The text of `object`, as PRIN1 writes it. */
  print(object: LispObject): string {
    return String(this.callFunction("CL:PRIN1-TO-STRING", object));
  }

  /** The object that `text` is the text of: READ-FROM-STRING. */
  read(text: string): LispObject {
    return this.callFunction("CL:READ-FROM-STRING", toLisp(text));
  }

  /** Calls the function called `name` (`"CL:FORMAT"`); its first value. */
  call(name: string, ...args: readonly LispInput[]): LispObject {
    const value = this.callFunction(name, ...args.map(toLisp));
    this.flush();
    return value;
  }

  /** Like `call`, and answers all values. */
  callValues(name: string, ...args: readonly LispInput[]): LispObject[] {
    const { mv } = this.world;
    const objects = args.map(toLisp);
    const values = this.world.guard(() => {
      const fn = this.function(name);
      mv.n = 1;
      return mv.all(fn(...objects));
    });
    this.flush();
    return values;
  }

  /** The symbol called `name`, read as Lisp reads it: `"cl:car"`, `":key"`, `"my-name"`. */
  symbol(name: string): LispSymbol {
    const object = this.named(name);
    if (object instanceof LispSymbol) return object;
    throw new TypeError(`${name} does not name a symbol`);
  }

  /** Loads the compiled system in `folder`, what `astra-js-build` made. */
  load(folder: URL): void {
    loadCompiledSystem(this.world, folder);
  }

  /** Writes `text` and a new line to *STANDARD-OUTPUT*. */
  writeLine(text: string): void {
    this.call("CL:WRITE-LINE", text);
  }

  /** Writes out what streams of the system still hold back. */
  flush(): void {
    this.callFunction("CL:FINISH-OUTPUT");
  }

  private callFunction(name: string, ...args: readonly LispObject[]): LispObject {
    return this.world.guard(() => {
      const fn = this.function(name);
      this.world.mv.n = 1;
      return fn(...args);
    });
  }

  /** The function called `name`, `"(setf car)"` included. */
  private function(name: string): LispFunction {
    const object = this.named(name);
    if (object instanceof LispSymbol) {
      return this.world.functionOf({ symbol: object, setf: false });
    }
    const [setf, symbol] = object instanceof Cons ? listToArray(object) : [];
    if (setf === this.world.setfSymbol && symbol instanceof LispSymbol) {
      return this.world.functionOf({ symbol, setf: true });
    }
    throw new TypeError(`${name} does not name a function`);
  }

  private named(name: string): LispObject {
    const key = `${this.world.currentPackage.name} ${name}`;
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const read = new Reader(name, this.world.readerContext(), { sourceMap: null }).next();
    if (read === null) throw new TypeError("a name was expected, not nothing");
    this.names.set(key, read.datum);
    return read.datum;
  }
}

/** Makes a Lisp: ANSI Common Lisp but for the object system, see the README. */
export function createLisp(options: WorldOptions = {}): Lisp {
  const lisp = new Lisp(new World(options));
  lisp.load(new URL("../dist/lisp/", import.meta.url));
  return lisp;
}

/** What people read of an error that `eval` or `call` threw: message and Lisp frames. */
export function formatError(error: unknown): string {
  const frames = error instanceof LispError ? error.frames : [];
  const lines = frames.map((frame) => `  in ${formatFrame(frame)}`);
  return [formatLoadError(error), ...lines].join("\n");
}
