/** AstraLisp to JavaScript. */

export {
  type BuildOptions,
  type BuildResult,
  buildSystem,
  loadCompiledSystem,
} from "./compiled-system.js";
export {
  CompileError,
  ExitRequest,
  formatFrame,
  LispError,
  type LispFrame,
  type LispPlace,
} from "./errors.js";
export {
  type CompiledFile,
  formatLoadError,
  Loader,
  type LoaderOptions,
} from "./files.js";
export { runWithStack, type StackOptions } from "./run-with-stack.js";
export { findSystem, loadSystem, readSystem, type SystemDefinition } from "./system.js";
export { formatUndefined, type Undefined } from "./undefined.js";
export { World, type WorldOptions } from "./world.js";
