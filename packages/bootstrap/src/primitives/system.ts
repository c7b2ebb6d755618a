/** Files, time, the process (docs/primitives.md, system). */
import * as fs from "node:fs";
import * as os from "node:os";
import { isatty } from "node:tty";
import {
  type LispObject,
  LispString,
  type LispSymbol,
  list,
  NIL,
  normalizeInteger,
  T,
} from "@astralisp/reader";
import { ExitRequest } from "../errors.js";
import { FEATURES } from "../features.js";
import { makeObjectWriter, objectLoader } from "../object-file.js";
import type { World } from "../world.js";

const UNIX_EPOCH = 2208988800;

/** The negative errno of what `operation` throws, or its answer. */
function attempt(operation: () => LispObject): LispObject {
  try {
    return operation();
  } catch (error) {
    if (error instanceof Error && "errno" in error) {
      const { code } = error as NodeJS.ErrnoException;
      const known = os.constants.errno[code as keyof typeof os.constants.errno];
      return -(known ?? 5);
    }
    throw error;
  }
}

const OPEN_FLAGS: Readonly<Record<string, number>> = {
  INPUT: fs.constants.O_RDONLY,
  OUTPUT: fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_TRUNC,
  OVERWRITE: fs.constants.O_WRONLY,
  APPEND: fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_APPEND,
  NEW: fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL,
  IO: fs.constants.O_RDWR | fs.constants.O_CREAT,
};

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Repeats `operation` while a descriptor that does not block is not ready. */
function whenReady(operation: () => number): number {
  for (;;) {
    try {
      return operation();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(sleeper, 0, 0, 5);
    }
  }
}

function kindOf(name: string): string | null {
  const stat = fs.statSync(name, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  return stat.isDirectory() ? "DIRECTORY" : stat.isFile() ? "FILE" : "OTHER";
}

/** The name of an existing file without symbolic links. */
function trueName(name: string): LispString {
  try {
    return LispString.from(fs.realpathSync(name));
  } catch {
    // Gone since it was seen: it is what it is called.
    return LispString.from(name);
  }
}

/** Reading and writing; where a file can be sought, its position is kept here. */
function octetPrimitives(text: (x: LispObject) => string) {
  const positions = new Map<number, number>();
  const advance = (fd: number, count: number) => {
    const position = positions.get(fd);
    if (position !== undefined) positions.set(fd, position + count);
    return count;
  };
  const at = (fd: number) => positions.get(fd) ?? null;
  return {
    "%WRITE-OCTETS": (fd: number, v: Uint8Array, start: number, end: number) =>
      attempt(() => {
        let from = start;
        while (from < end) {
          const first = from;
          const write = () => fs.writeSync(fd, v, first, end - first, at(fd));
          from += advance(fd, whenReady(write));
        }
        return end - start;
      }),
    "%READ-OCTETS": (fd: number, v: Uint8Array, start: number, end: number) =>
      attempt(() => {
        const read = () => fs.readSync(fd, v, start, end - start, at(fd));
        return advance(fd, whenReady(read));
      }),
    "%OPEN-FILE": (name: LispObject, direction: LispObject) =>
      attempt(() => {
        const { name: kind } = direction as LispSymbol;
        const fd = fs.openSync(
          text(name),
          OPEN_FLAGS[kind] ?? 0,
          kind === "NEW" ? 0o600 : 0o666,
        );
        if (kind !== "APPEND" && fs.fstatSync(fd).isFile()) positions.set(fd, 0);
        return fd;
      }),
    "%SEEK-FILE": (fd: number, position: number) => {
      if (!positions.has(fd)) return -os.constants.errno.ESPIPE;
      positions.set(fd, position);
      return position;
    },
    "%CLOSE-FILE": (fd: number) =>
      attempt(() => {
        positions.delete(fd);
        fs.closeSync(fd);
        return 0;
      }),
    "%FILE-LENGTH": (fd: number) => attempt(() => fs.fstatSync(fd).size),
    "%INPUT-READY-P": (_fd: number) => T,
    "%TERMINAL-P": (fd: number) => (isatty(fd) ? T : NIL),
  };
}

/** The kind of a file as a keyword's name, from what `stat` told. */
function kindOfStatus(status: fs.BigIntStats): string {
  if (status.isFile()) return "FILE";
  if (status.isDirectory()) return "DIRECTORY";
  if (status.isSymbolicLink()) return "LINK";
  if (status.isFIFO()) return "PIPE";
  if (status.isSocket()) return "SOCKET";
  if (status.isCharacterDevice()) return "CHARACTER-DEVICE";
  return status.isBlockDevice() ? "BLOCK-DEVICE" : "OTHER";
}

/** What `%file-status` answers for a file that is there. */
function statusList(world: World, status: fs.BigIntStats): LispObject {
  const time = (ns: bigint) => normalizeInteger(ns / 1_000_000_000n + BigInt(UNIX_EPOCH));
  return list([
    world.keyword(kindOfStatus(status)),
    normalizeInteger(status.mode & 0o7777n),
    normalizeInteger(status.size),
    time(status.mtimeNs),
    time(status.atimeNs),
    time(status.ctimeNs),
    ...[status.ino, status.dev, status.nlink, status.uid, status.gid].map((n) =>
      normalizeInteger(n),
    ),
  ]);
}

/** Status, links, the current directory: a worker of Node cannot change that itself. */
function statusPrimitives(world: World, directory: Directory) {
  const { text } = directory;
  return {
    "%FILE-STATUS": (name: LispObject, follow: LispObject) =>
      attempt(() => {
        const options = { bigint: true } as const;
        const path = text(name);
        const status =
          follow === NIL ? fs.lstatSync(path, options) : fs.statSync(path, options);
        return statusList(world, status);
      }),
    "%READ-LINK": (name: LispObject) =>
      attempt(() => LispString.from(fs.readlinkSync(text(name)))),
    "%MAKE-LINK": (target: LispObject, name: LispObject, hard: LispObject) =>
      attempt(() => {
        if (hard === NIL) fs.symlinkSync(world.textOf(target) ?? "", text(name));
        else fs.linkSync(text(target), text(name));
        return 0;
      }),
    "%CHANGE-DIRECTORY": (name: LispObject) =>
      attempt(() => {
        const path = text(name);
        if (!fs.statSync(path).isDirectory()) return -os.constants.errno.ENOTDIR;
        fs.accessSync(path, fs.constants.X_OK);
        directory.enter(path);
        return 0;
      }),
    "%CURRENT-DIRECTORY": () => LispString.from(directory.name()),
  };
}

/** The current directory, and the names of files as seen from there. */
interface Directory {
  readonly text: (x: LispObject) => string;
  readonly enter: (path: string) => void;
  /** Its name, with a final slash. */
  readonly name: () => string;
}

function currentDirectory(world: World): Directory {
  let current: string | undefined;
  const name = () => `${current ?? process.cwd()}/`.replace("//", "/");
  return {
    name,
    text: (x) => {
      const path = world.textOf(x) ?? "";
      return path.startsWith("/") || current === undefined ? path : name() + path;
    },
    enter: (path) => {
      current = fs.realpathSync(path);
    },
  };
}

function filePrimitives(world: World) {
  const directory = currentDirectory(world);
  const { text } = directory;
  return {
    ...octetPrimitives(text),
    ...statusPrimitives(world, directory),
    "%PROBE-FILE": (name: LispObject): LispObject => {
      let kind: string | null = null;
      attempt(() => {
        kind = kindOf(text(name));
        return 0;
      });
      return kind === null ? NIL : world.keyword(kind);
    },
    "%TRUE-NAME": (name: LispObject) => trueName(text(name)),
    "%DELETE-FILE": (name: LispObject) =>
      attempt(() => {
        const path = text(name);
        if (fs.lstatSync(path).isDirectory()) fs.rmdirSync(path);
        else fs.unlinkSync(path);
        return 0;
      }),
    "%RENAME-FILE": (from: LispObject, to: LispObject) =>
      attempt(() => {
        fs.renameSync(text(from), text(to));
        return 0;
      }),
    "%MAKE-DIRECTORY": (name: LispObject, mode: LispObject | undefined) =>
      attempt(() => {
        fs.mkdirSync(text(name), typeof mode === "number" ? mode : 0o777);
        return 0;
      }),
    "%LIST-DIRECTORY": (name: LispObject) =>
      attempt(() =>
        list(
          fs
            .readdirSync(text(name), { withFileTypes: true })
            .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
            .sort()
            .map((entry) => LispString.from(entry)),
        ),
      ),
    "%FILE-WRITE-DATE": (name: LispObject): LispObject => {
      const stat = fs.statSync(text(name), { throwIfNoEntry: false });
      return stat === undefined ? NIL : Math.floor(stat.mtimeMs / 1000) + UNIX_EPOCH;
    },
  };
}

export function systemPrimitives(world: World) {
  const text = (x: LispObject) => world.textOf(x) ?? "";
  return {
    ...filePrimitives(world),
    "%REAL-TIME-NS": () => normalizeInteger(process.hrtime.bigint()),
    "%RUN-TIME-NS": () => {
      const { user, system } = process.cpuUsage();
      return (user + system) * 1000;
    },
    "%SLEEP-NS": (n: LispObject) => {
      Atomics.wait(sleeper, 0, 0, Number(n) / 1e6);
      return NIL;
    },
    "%UNIVERSAL-TIME": () => Math.floor(Date.now() / 1000) + UNIX_EPOCH,
    "%EXIT": (code: LispObject): LispObject => {
      throw new ExitRequest(typeof code === "number" ? code : 0);
    },
    "%COMMAND-LINE": () =>
      list(world.commandLine.map((argument) => LispString.from(argument))),
    "%GETENV": (name: LispObject): LispObject => {
      const value = process.env[text(name)];
      return value === undefined ? NIL : LispString.from(value);
    },
    "%SET-ENVIRONMENT": (name: LispObject, value: LispObject): LispObject => {
      if (value === NIL) delete process.env[text(name)];
      else process.env[text(name)] = text(value);
      return value;
    },
    "%ENVIRONMENT": () =>
      list(
        Object.entries(process.env).map(([name, value]) =>
          LispString.from(`${name}=${value}`),
        ),
      ),
    "%PROCESS-ID": () => process.pid,
    "%PLATFORM": () => world.keyword("JAVASCRIPT"),
    "%COLLECT-GARBAGE": (_full: LispObject): LispObject => {
      (globalThis as { gc?: () => void }).gc?.();
      return T;
    },
    "%HEAP-USAGE": () => {
      const { heapUsed, heapTotal } = process.memoryUsage();
      return world.mv.two(heapUsed, heapTotal);
    },
    "%FEATURES": () => list(FEATURES.map((name) => world.keyword(name))),
    "%CURRENT-THREAD": () => NIL,
    "%BACKTRACE": () => world.backtraceList(),
    "%EVAL": (form: LispObject, env: LispObject) => world.evalIn(form, env),
    "%COMPILE": (lambda: LispObject, name: LispObject) =>
      world.compileLambda(lambda, name),
    "%JS-OBJECT-WRITER": () => makeObjectWriter(world),
    "%JS-OBJECT-LOADER": (name: LispObject) => objectLoader(world, text(name)),
    "%JS-READ-FORMS": (name: LispObject) => list(world.readForms(text(name))),
  };
}
