/** AstraLisp to JavaScript. */
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
export { findSystem, loadSystem, readSystem, type SystemDefinition } from "./system.js";
export { formatUndefined, type Undefined } from "./undefined.js";
export { World, type WorldOptions } from "./world.js";
