import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { build } from "../../src/build.js";
import { needProgram } from "../../src/debian.js";
import { findPaths } from "../../src/paths.js";
import { type DrivenMachine, startDriven } from "../../src/qemu.js";

const paths = findPaths();
const folder = mkdtempSync(join(tmpdir(), "astra-metal-"));
const prompt = "CL-USER> ";
let program = "";
let machine: DrivenMachine | undefined;
let machines = 0;

beforeAll(async () => {
  program = needProgram("qemu-system-x86_64", () => {});
  await build(paths, { iso: true, progress: { step: () => {}, done: () => {} } });
}, 600_000);
afterEach(() => machine?.stop());
afterAll(() => rmSync(folder, { recursive: true }));

function start(memoryMiB: number, extra: readonly string[] = [], iso = paths.iso) {
  machines += 1;
  machine = startDriven(
    { program, iso, memoryMiB, extra: ["-no-reboot", ...extra] },
    join(folder, `monitor-${machines}`),
  );
  return machine;
}

/** Boots to the prompt. */
async function booted(memoryMiB = 512, extra: readonly string[] = []) {
  const started = start(memoryMiB, extra);
  await started.waitFor(prompt, 60);
  return started;
}

/** Types `form` on the serial line; resolves to what is printed until `until`. */
async function evaluate(
  { type, waitFor }: DrivenMachine,
  form: string,
  until = prompt,
): Promise<string> {
  type(`${form}\r`);
  await waitFor("\n", 20);
  return (await waitFor(until, 60)).trim();
}

/** QEMU arguments that give the world a file through fw_cfg. */
function firmwareFile(name: string, content: string): string[] {
  const path = join(folder, `${name}-${machines}`);
  writeFileSync(path, content);
  return ["-fw_cfg", `name=opt/org.astralisp/${name},file=${path}`];
}

const exitDevice = ["-device", "isa-debug-exit,iobase=0xf4"];
const keyNames: Readonly<Record<string, string>> = {
  "(": "shift-9",
  ")": "shift-0",
  "*": "shift-8",
  " ": "spc",
  "\n": "ret",
};

async function typeKeys({ control }: DrivenMachine, text: string): Promise<void> {
  for (const character of text) {
    const key = keyNames[character] ?? character;
    await control("human-monitor-command", { "command-line": `sendkey ${key} 20` });
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

describe("the system on a bare machine", () => {
  it("says what it found and answers on the serial line", async () => {
    const world = await booted();
    expect(world.output()).toMatch(
      /memory 511 MiB, heap up to \d+ MiB.*screen 128 by 48/,
    );
    expect(world.output()).toContain("AstraLisp ready");
    await evaluate(world, "(defun f (n) (if (< n 2) 1 (* n (f (- n 1)))))");
    expect(await evaluate(world, "(f 25)")).toBe("15511210043330985984000000");
    const time = Number(await evaluate(world, "(get-universal-time)"));
    expect(Math.abs(time - 2_208_988_800 - Date.now() / 1000)).toBeLessThan(60);
  });

  it("reads the keyboard and shows the same on the screen", async () => {
    const world = await booted();
    await typeKeys(world, "(* 6 7 111)\n");
    expect(await world.waitFor("4662", 30)).toContain("(* 6 7 111)");
    await world.waitFor(prompt, 20);
    const picture = join(folder, "screen.ppm");
    await world.control("screendump", { filename: picture });
    await expect.poll(() => inkRows(readFileSync(picture))).toBeGreaterThan(30);
  });

  it("interrupts a loop with Ctrl-C while another thread goes on", async () => {
    const world = await booted();
    await evaluate(world, "(defvar *n* 0)");
    await evaluate(
      world,
      "(defvar *t* (astralisp:make-thread (lambda () (loop (incf *n*) (sleep 0.02)))))",
    );
    world.type("(loop)\r");
    await world.waitFor("(loop)\r\n", 20);
    world.type("\u0003");
    expect(await world.waitFor("debug 1> ", 30)).toContain("interrupted");
    const before = Number(await evaluate(world, "*n*", "debug 1> "));
    const after = Number(await evaluate(world, "(progn (sleep 0.5) *n*)", "debug 1> "));
    expect(after).toBeGreaterThan(before + 5);
  });

  it("turns faults into conditions", async () => {
    const world = await booted();
    const bad = await evaluate(
      world,
      "(ignore-errors (astralisp.primitives:%raw-load-u8 8 0))",
    );
    expect(bad).toMatch(/^NIL/);
    // A divisor that the compiler does not see.
    expect(
      await evaluate(world, '(ignore-errors (truncate 5 (parse-integer "0")))'),
    ).toMatch(/^NIL/);
    expect(await evaluate(world, "(+ 1 2)")).toBe("3");
  });

  it("survives heap exhaustion in 256 MiB", async () => {
    const world = await booted(256);
    await evaluate(world, "(defvar *l* '())");
    const message = await evaluate(
      world,
      "(loop (push (make-array 100000) *l*))",
      "debug 1> ",
    );
    expect(message).toContain("the heap is exhausted");
    await evaluate(world, "(setq *l* nil)", "debug 1> ");
    const again = await evaluate(world, "(length (make-list 100000))", "debug 1> ");
    expect(again).toBe("100000");
  });

  it("stops with a message when the kernel finds itself broken", async () => {
    const world = await booted(512, [...firmwareFile("exit", "1"), ...exitDevice]);
    world.type("(astralisp.kernel::pc-panic 7)\r");
    await world.waitFor("*** AstraLisp stopped: failure 7", 20);
    expect(await world.exited).toBe(2 * 70 + 1);
  });

  it("evaluates arguments and scripts and sets the exit status", async () => {
    const harness = (...files: string[]) => [
      ...files,
      ...firmwareFile("exit", "1"),
      ...exitDevice,
    ];
    const first = start(512, harness(...firmwareFile("arguments", "--eval\0(+ 1 2)")));
    await first.waitFor("\n3\r\n", 60);
    expect(await first.exited).toBe(1);
    const script = [
      ...firmwareFile("arguments", "--script"),
      ...firmwareFile("script", '(print (* 6 7))\n(error "on purpose")\n'),
    ];
    const second = start(512, harness(...script));
    await second.waitFor("on purpose", 60);
    expect(await second.exited).toBe(2 * 1 + 1);
    expect(second.output()).toContain("42");
  });

  it("refuses a damaged medium and too little memory", async () => {
    const damaged = join(folder, "damaged.iso");
    const octets = readFileSync(paths.iso);
    const place = Math.floor(octets.length / 2);
    octets.writeUInt8(octets.readUInt8(place) ^ 1, place);
    writeFileSync(damaged, octets);
    await start(512, [], damaged).waitFor("damaged (checksum)", 60);
    await machine?.stop();
    await start(32).waitFor("too little memory", 60);
  });
});

/** How many rows of a PPM picture have a dot that is neither dark nor the ground. */
function inkRows(picture: Buffer): number {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(picture.toString("latin1", 0, 40));
  if (header === null) return 0;
  const [text, width, height] = [header[0], Number(header[1]), Number(header[2])];
  if (width !== 1024 || height !== 768) return 0;
  let rows = 0;
  for (let row = 0; row < height; row++) {
    const start = text.length + row * width * 3;
    if (picture.subarray(start, start + width * 3).some((value) => value > 0xc0)) rows++;
  }
  return rows;
}
