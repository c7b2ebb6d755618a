/** The native AstraLisp compiler: Lisp to x86-64 machine code and object files. */
export {
  type CompiledFunction,
  Compiler,
  createCompiler,
  loadCompiler,
  type ObjectFile,
  PASSES,
  type Pass,
} from "./compiler.js";

/** The version of this package. */
export const version = "0.0.0";
