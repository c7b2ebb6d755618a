import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  BuildError,
  boot,
  build,
  findPaths,
  needProgram,
  type Paths,
  startDriven,
  warmWorld,
} from "@astralisp/astra";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { builtSystem, runAstra, runHosted, withFolder } from "./system.ts";

let paths: Paths;
beforeAll(async () => {
  paths = await builtSystem();
}, 300_000);

describe.each(["--hosted", "--qemu"])("astra boot %s", (where) => {
  const astra = (args: readonly string[], input = "") =>
    runAstra(paths, ["boot", where, ...args], input);

  test("evaluates forms and exits with 0", () => {
    const { status, output } = astra(["--eval", "(+ 1 2)", "--eval", "(expt 2 70)"]);
    expect(output).toMatch(/^3\n1180591620717411303424$/m);
    expect(status).toBe(0);
  });

  test("exits with 1 after an error nobody handles, and says where it was", () => {
    const { status, output } = astra(["--eval", "(car (+ 40 2))"]);
    expect(output).toMatch(/error: the value 42 is not of type LIST/);
    expect(status).toBe(1);
  });

  test("runs a script from standard input, whose exit status it takes", () => {
    const script = "(defun f (x) (* x x))\n(print (f 12))\n(quit 7)\n";
    const { status, output } = astra([], script);
    expect(output).toContain("144");
    expect(status).toBe(7);
  });

  test("reports a script that ends in the middle of a form", () => {
    const { status, output } = astra([], '(print "before")\n(list 1');
    expect(output).toMatch(
      /"before"[\s\S]*error: the input ends inside the object that begins at line 2/,
    );
    expect(status).toBe(1);
  });
});

describe("the hosted world", () => {
  test("names the arguments it knows when it gets another", () => {
    const { status, output } = runHosted(paths, ["--no-such-argument"]);
    expect(output).toMatch(/--no-such-argument is not known[\s\S]*--eval FORM/);
    expect(status).toBe(2);
  });

  test("says which file it cannot load or write", () => {
    const missing = runHosted(paths, ["--load", "/no/such/file.lisp"]);
    expect(missing.output).toMatch(/\/no\/such\/file\.lisp/);
    expect(missing.status).toBe(1);
    const unwritable = runHosted(paths, [
      "--eval",
      '(with-open-file (s "/no/such/file" :direction :output) (print 1 s))',
    ]);
    expect(unwritable.output).toMatch(/\/no\/such\/file.*no such file or directory/);
    expect(unwritable.status).toBe(1);
  });
});

describe("a missing QEMU", () => {
  test("is named, with the command that installs it", () => {
    const path = process.env.PATH;
    const getuid = vi.spyOn(process, "getuid").mockReturnValue(1000);
    process.env.PATH = "/nonexistent";
    try {
      expect(() => needProgram("qemu-system-x86_64", () => {})).toThrow(
        /qemu-system-x86_64 is missing: install it with "apt-get install qemu-system-x86"/,
      );
    } finally {
      process.env.PATH = path;
      getuid.mockRestore();
    }
  });

  test("is no obstacle: the world runs as a Linux process instead", async () => {
    const path = process.env.PATH;
    const getuid = vi.spyOn(process, "getuid").mockReturnValue(1000);
    process.env.PATH = "/nonexistent";
    const said: string[] = [];
    try {
      const status = await boot(paths, {
        hosted: undefined,
        forms: ["(astralisp.primitives:%exit 5)"],
        script: false,
        memoryMiB: 1024,
        report: (line) => said.push(line),
      });
      expect(status).toBe(5);
    } finally {
      process.env.PATH = path;
      getuid.mockRestore();
    }
    expect(said.join("\n")).toMatch(/missing.*running as a Linux process instead/);
  });
});

describe("a build that cannot go on", () => {
  const progress = { step: () => {}, done: () => {} };

  /** Paths of results in `folder`, of the same sources. */
  function elsewhere(folder: string): Paths {
    const moved = (path: string) => join(folder, path.slice(path.lastIndexOf("/") + 1));
    const all = findPaths();
    return {
      ...all,
      dist: folder,
      coldWorld: moved(all.coldWorld),
      warmWorld: moved(all.warmWorld),
      coldExecutable: moved(all.coldExecutable),
      executable: moved(all.executable),
      iso: moved(all.iso),
    };
  }

  test("names the file it cannot write", async () => {
    await withFolder(async (folder) => {
      const file = join(folder, "file");
      writeFileSync(file, "");
      const error = await build(elsewhere(join(file, "x86-64")), {
        iso: true,
        progress,
      }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(BuildError);
      expect(String(error)).toMatch(/cannot write .*file\/x86-64/);
    });
  });

  test("says that the cold world did not start", async () => {
    await withFolder((folder) => {
      const there = elsewhere(folder);
      const world = Uint8Array.from(readFileSync(paths.coldWorld));
      // The entry of the world (docs/kernel.md) leads nowhere.
      world.fill(0, 56, 64);
      world.fill(0, 176, 184);
      writeFileSync(there.coldWorld, world);
      expect(() => warmWorld(there, progress)).toThrow(/the cold world did not start \(/);
    });
  });
});

describe("a damaged boot CD", () => {
  /** What a machine says that boots `damage`d octets of the CD. */
  function bootDamaged(
    damage: (iso: Buffer) => Uint8Array,
    wanted: RegExp,
  ): Promise<string> {
    return withFolder(async (folder) => {
      const iso = join(folder, "damaged.iso");
      writeFileSync(iso, damage(readFileSync(paths.iso)));
      const program = needProgram("qemu-system-x86_64", () => {});
      const machine = startDriven(
        { program, iso, extra: ["-no-reboot"] },
        join(folder, "qmp"),
      );
      try {
        await machine.waitFor(wanted, 60);
        return machine.output();
      } finally {
        await machine.stop();
      }
    });
  }

  test("with one bit wrong is refused", async () => {
    const said = await bootDamaged((iso) => {
      const damaged = Uint8Array.from(iso);
      const at = iso.length >> 1;
      damaged[at] = (damaged[at] ?? 0) ^ 16;
      return damaged;
    }, /damaged \(checksum\); copy it again/);
    expect(said).not.toContain("CL-USER>");
  });

  test("that ends too early is refused", async () => {
    const said = await bootDamaged(
      (iso) => iso.subarray(0, (iso.length >> 1) & ~2047),
      /truncated or cannot be read; copy it again/,
    );
    expect(said).not.toContain("CL-USER>");
  });
});

test("a machine with too little memory says so", async () => {
  await withFolder(async (folder) => {
    const program = needProgram("qemu-system-x86_64", () => {});
    const machine = startDriven(
      { program, iso: paths.iso, memoryMiB: 64, extra: ["-no-reboot"] },
      join(folder, "qmp"),
    );
    try {
      await machine.waitFor(/too little memory; give the machine at least \d+ MiB/, 60);
    } finally {
      await machine.stop();
    }
  });
});
