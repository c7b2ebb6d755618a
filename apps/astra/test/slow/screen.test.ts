import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtSystem, type Listener, startListener, withFolder } from "./system.ts";

/** A picture in the format that QEMU writes, PPM. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

function readPicture(file: string): Picture {
  const octets = readFileSync(file);
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(octets.toString("latin1", 0, 64));
  if (header === null) throw new Error("QEMU did not write a PPM picture");
  const [all, width, height] = header;
  return {
    width: Number(width),
    height: Number(height),
    pixels: octets.subarray(all.length),
  };
}

/** Rows of pixels that are not all of one colour. */
function writtenRows({ width, height, pixels }: Picture): number {
  let rows = 0;
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width * 3, (y + 1) * width * 3);
    if (row.some((octet, at) => octet !== row[at % 3])) rows++;
  }
  return rows;
}

/** PS/2 keys of a line, as QEMU names them; pairs are pressed together. */
const keys: Readonly<Record<string, readonly string[]>> = {
  "(": ["shift", "9"],
  ")": ["shift", "0"],
  "+": ["shift", "equal"],
  "*": ["shift", "8"],
  " ": ["spc"],
  "\n": ["ret"],
};

describe("the screen and the keyboard of a PC", () => {
  let listener: Listener;
  beforeAll(async () => {
    listener = await startListener(await builtSystem(), "qemu", ["-vga", "std"]);
  }, 300_000);
  afterAll(() => listener.end());

  /** What is on the screen now. */
  function screen(): Promise<Picture> {
    return withFolder(async (folder) => {
      const filename = join(folder, "screen.ppm");
      await listener.machine.control("screendump", { filename });
      return readPicture(filename);
    });
  }

  test("the screen shows text", async () => {
    const picture = await screen();
    expect(picture.width).toBeGreaterThanOrEqual(640);
    const before = writtenRows(picture);
    expect(before).toBeGreaterThan(16);
    await listener.askFor("CL-USER>", "(dotimes (i 5) (print i))");
    await expect
      .poll(async () => writtenRows(await screen()), { timeout: 10_000 })
      .toBeGreaterThan(before + 40);
  });

  test("what is typed on the keyboard is evaluated", async () => {
    for (const key of "(* 6 7)\n") {
      const names = keys[key] ?? [key];
      const pressed = names.map((data) => ({ type: "qcode", data }));
      const answer = await listener.machine.control("send-key", { keys: pressed });
      expect(answer).toHaveProperty("return");
    }
    const { before } = await listener.prompt();
    expect(before).toMatch(/\(\* 6 7\)\s+42/);
  });
});
