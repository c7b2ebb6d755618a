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

/** The folder of the Lisp sources of this package. */
export const lispSources = new URL("../lisp/", import.meta.url);
