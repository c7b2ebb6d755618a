import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 as zlibCrc32 } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  bootableIso,
  crc32,
  linuxExecutable,
  parseWorld,
  sectorSize,
  WorldFileError,
  writeIso,
} from "../src/index.js";
import { sampleWorld } from "./sample-world.js";

const folder = mkdtempSync(join(tmpdir(), "asm-kit-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, ...args: string[]) {
  return spawnSync(command, args, { encoding: "utf8", timeout: 30_000 });
}

describe("crc32", () => {
  it("agrees with zlib", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(crc32(octets)).toBe(zlibCrc32(octets));
      }),
    );
  });
});

describe("world files", () => {
  it("have three parts at their addresses", () => {
    const { parts, entry } = parseWorld(sampleWorld());
    expect(entry).toBe(0x1400_0000);
    expect(parts.map(({ name, octets }) => [name, octets.length])).toEqual([
      ["static", 4096],
      ["code", 3 * 4096],
      ["heap", 8 * 4096],
    ]);
  });

  it("are refused when truncated anywhere", () => {
    const file = sampleWorld();
    fc.assert(
      fc.property(fc.nat(file.length - 1), (length) => {
        expect(() => parseWorld(file.subarray(0, length))).toThrow(WorldFileError);
      }),
    );
  });

  it("are refused with another magic or version", () => {
    const other = sampleWorld();
    other[0] = 0;
    expect(() => parseWorld(other)).toThrow(/not a world file/);
    const newer = sampleWorld();
    newer[8] = 9;
    expect(() => parseWorld(newer)).toThrow(/format 9/);
  });
});

describe("Linux executables", () => {
  it("run: exit status 42 from three instructions", () => {
    // mov eax, 60; mov edi, 42; syscall
    const code = [0xb8, 60, 0, 0, 0, 0xbf, 42, 0, 0, 0, 0x0f, 0x05];
    const path = join(folder, "exit42");
    writeFileSync(path, linuxExecutable(sampleWorld({ code }), "x86-64"));
    chmodSync(path, 0o755);
    expect(run(path).status).toBe(42);
  });

  it("are what readelf expects", () => {
    const path = join(folder, "elf");
    writeFileSync(path, linuxExecutable(sampleWorld(), "x86-64"));
    const { stdout, stderr } = run("readelf", "-hlW", path);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/Type:\s+EXEC/);
    expect(stdout).toMatch(/Entry point address:\s+0x14000000/);
    expect(stdout.match(/^ {2}LOAD/gm)).toHaveLength(6);
    expect(stdout).toMatch(/0x0000000014000000 .* RWE /);
  });
});

describe("CD images", () => {
  it("are read by xorriso: files, boot image and its information table", () => {
    const path = join(folder, "cd.iso");
    writeFileSync(path, bootableIso(sampleWorld(), new Uint8Array(5120)));
    const { stdout } = run(
      "xorriso",
      "-indev",
      path,
      "-report_el_torito",
      "plain",
      "-lsl",
      "/",
    );
    expect(stdout).toMatch(
      /El Torito boot img :\s+1\s+BIOS\s+y\s+none\s+0x0000\s+0x00\s+4\s+23/,
    );
    expect(stdout).toMatch(/boot-info-table/);
    expect(stdout).toMatch(/49152 .*'WORLD.IMG'/);
  });

  it("give every file back as it was", () => {
    const file = fc.uint8Array({ maxLength: 3 * sectorSize });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 5 }), (contents) => {
        let starts: readonly number[] = [];
        const iso = writeIso({
          volume: "TEST",
          bootImageSize: 100,
          bootImage: (sectors) => {
            starts = sectors;
            return new Uint8Array(100);
          },
          files: contents.map((octets, index) => ({ name: `F${index}.BIN`, octets })),
        });
        contents.forEach((octets, index) => {
          const start = (starts[index] ?? 0) * sectorSize;
          expect(iso.subarray(start, start + octets.length)).toEqual(octets);
        });
      }),
    );
  });

  it("come out the same from the same world", () => {
    const boot = new Uint8Array(5120);
    expect(bootableIso(sampleWorld(), boot)).toEqual(bootableIso(sampleWorld(), boot));
  });
});
