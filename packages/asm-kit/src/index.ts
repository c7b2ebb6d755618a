/** Machine code as data: assembler, disassembler, executable and boot media formats. */
export {
  type AssembledProgram,
  type AssembleOptions,
  Assembler,
  AssemblyError,
  createAssembler,
  type DisassembleOptions,
  type ListedInstruction,
  loadAssembler,
  type Mode,
} from "./assembler.js";
export { BootImageError, bootableIso } from "./boot-image.js";
export { crc32 } from "./crc32.js";
export {
  type Executable,
  linuxExecutable,
  machines,
  type Segment,
  writeElf,
} from "./elf.js";
export { type IsoFile, type IsoImage, sectorSize, writeIso } from "./iso9660.js";
export {
  codeBase,
  pageSize,
  parseWorld,
  staticBase,
  type World,
  WorldFileError,
  type WorldPart,
} from "./world-file.js";

/** The folder of the Lisp sources of this package. */
export const lispSources = new URL("../lisp/", import.meta.url);
