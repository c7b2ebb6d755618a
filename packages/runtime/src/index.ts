/** The AstraLisp standard library for Node: Common Lisp, evaluated and called from types. */
export {
  CompileError,
  ExitRequest,
  LispError,
  type LispFrame,
  type LispPlace,
  runWithStack,
  type WorldOptions,
} from "@astralisp/bootstrap";
export { type LispObject as LispValue, ReaderError } from "@astralisp/reader";
export { createLisp, formatError, Lisp } from "./lisp.js";
export { type LispInput, type PlainValue, toLisp, toPlain } from "./values.js";

/** The folder of the Lisp sources of this package. */
export const lispSources = new URL("../lisp/", import.meta.url);
