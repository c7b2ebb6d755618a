/** Build, boot and measure AstraLisp systems. */
export {
  BenchError,
  type BenchResult,
  type BenchRow,
  compare,
  formatBench,
} from "./bench.js";
export { type BootOptions, boot } from "./boot.js";
export { BuildError, type BuildOptions, build, warmWorld } from "./build.js";
export { findProgram, MissingProgramError, needProgram, type Program } from "./debian.js";
export {
  type Configuration,
  withConfiguration,
  worldStatus,
} from "./fw-cfg.js";
export {
  buildImage,
  ConfigError,
  defineImage,
  type ImageConfig,
  imagePaths,
  readImageConfig,
} from "./image.js";
export { findPaths, type Paths } from "./paths.js";
export { type Progress, startProgress } from "./progress.js";
export { type DrivenMachine, driven, type Machine, startDriven } from "./qemu.js";
export {
  type Engine,
  type EngineResult,
  engines,
  formatResults,
  runTests,
  type TestOptions,
} from "./test.js";

/** The version of this package. */
export const version = "0.0.0";
