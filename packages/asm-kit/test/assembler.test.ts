/** Assembling and disassembling from JavaScript. */
import { Instance, list } from "@astralisp/reader";
import fc from "fast-check";
import { expect, suite, test } from "vitest";
import { AssemblyError, createAssembler, type Mode } from "../src/index.js";

const assembler = createAssembler();
const { lisp } = assembler;

const NAMES = {
  16: ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"],
  32: ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"],
  64: ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r13", "r15"],
} as const;
const WORDS = { 16: "word", 32: "dword", 64: "qword" } as const;

/** Random instructions of `mode` as LAP, addresses with it. */
function instruction(mode: Mode): fc.Arbitrary<string> {
  const register = fc.constantFrom(...NAMES[mode]);
  const base = mode === 16 ? fc.constantFrom("bx", "si", "di") : register;
  const displacement = fc.integer({ min: -0x7000, max: 0x7000 });
  const memory = fc
    .tuple(base, displacement)
    .map(([b, d]) => `(mem ${WORDS[mode]} ${b} ${d})`);
  const immediate = fc.integer({ min: -0x8000, max: 0x7fff });
  const two = fc.constantFrom(
    "add",
    "or",
    "adc",
    "sbb",
    "and",
    "sub",
    "xor",
    "cmp",
    "mov",
  );
  const one = fc.constantFrom("neg", "not", "inc", "dec", "mul", "div");
  const form = (...parts: fc.Arbitrary<string | number>[]) =>
    fc.tuple(...parts).map((items) => `(${items.join(" ")})`);
  return fc.oneof(
    form(two, register, register),
    form(two, register, memory),
    form(two, memory, register),
    form(two, register, immediate),
    form(two, memory, immediate),
    form(one, fc.oneof(register, memory)),
    form(fc.constantFrom("shl", "sar"), register, fc.integer({ min: 1, max: 15 })),
    fc.constantFrom("(nop)", "(ret)", "(cld)", "(cpuid)"),
  );
}

/** The octets of the first instruction of `octets`, decoded and encoded again. */
function encodedAgain(octets: Uint8Array, mode: Mode): Uint8Array | null {
  const decode = "astralisp.asm:decode-instruction";
  const found = lisp.callValues(decode, octets, 0, octets.length, 0, mode)[1];
  if (!(found instanceof Instance)) return null;
  const form = lisp.call("astralisp.asm:instruction-form", found);
  const again = lisp.call("astralisp.asm:assemble-lap", mode, 0, list([form]));
  return again instanceof Uint8Array ? again : null;
}

suite.each<Mode>([16, 32, 64])("%i-bit code", (mode) => {
  test("what is assembled is listed, octet for octet", () => {
    const program = fc.array(instruction(mode), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(program, (forms) => {
        const octets = assembler.assemble(forms.join(" "), { mode, origin: 0x1000 });
        const lines = assembler.disassemble(octets, { mode, address: 0x1000 });
        expect(lines.map(({ text }) => text)).not.toContain("(bad)");
        expect(lines).toHaveLength(forms.length);
        let address = 0x1000;
        for (const line of lines) {
          expect(line.address).toBe(address);
          address += line.length;
        }
        expect(address).toBe(0x1000 + octets.length);
      }),
      { numRuns: 150 },
    );
  });

  test("an instruction decoded and encoded again is the same", () => {
    fc.assert(
      fc.property(instruction(mode), (text) => {
        const octets = assembler.assemble(text, { mode });
        expect(encodedAgain(octets, mode), text).toEqual(octets);
      }),
      { numRuns: 150 },
    );
  });

  test("any octets can be listed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const lines = assembler.disassemble(octets, { mode });
        expect(lines.reduce((sum, { length }) => sum + length, 0)).toBe(octets.length);
      }),
      { numRuns: 150 },
    );
  });
});

suite("programs", () => {
  test("labels have addresses, jumps the shortest form", () => {
    const { octets, labels } = assembler.assembleProgram(
      "start (jmp end) (fill 100 144) end (jmp start)",
      { origin: 0x7c00 },
    );
    expect([...labels]).toEqual([
      ["start", 0x7c00],
      ["end", 0x7c66],
    ]);
    expect([...octets.slice(0, 2), ...octets.slice(-2)]).toEqual([0xeb, 100, 0xeb, 0x98]);
  });

  test("addresses beyond the safe integers are bigints", () => {
    const address = 0xffff_ffff_8000_0000n;
    const [line] = assembler.disassemble(Uint8Array.of(0xeb, 0xfe), { address });
    expect(line).toEqual({ address, length: 2, text: "jmp 0xffffffff80000000" });
  });

  test("what cannot be assembled names its form", () => {
    const error = (text: string): unknown => {
      try {
        return assembler.assemble(text);
      } catch (thrown) {
        return thrown;
      }
    };
    const wrong = error("(nop) (mov rax cl)");
    expect(wrong).toBeInstanceOf(AssemblyError);
    expect(wrong).toMatchObject({ form: "(MOV RAX CL)" });
    expect(error("(jmp nowhere)")).toBeInstanceOf(AssemblyError);
    expect(error("(nop")).toMatchObject({ name: "ReaderError" });
    expect(assembler.assemble("(nop)")).toEqual(Uint8Array.of(0x90));
  });
});
