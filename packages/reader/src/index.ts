/** The text of Common Lisp: data model, packages, reader, printer. */

export { characterCode, characterName } from "./character-names.js";
export { makeComplex } from "./complex-syntax.js";
export * from "./data.js";
export { featureHolds, keywordFeatures } from "./features.js";
export {
  doubleDigits,
  type FloatDigits,
  singleDigits,
  textToDouble,
  textToSingle,
} from "./float-text.js";
export * from "./lisp-package.js";
export {
  type FloatFormat,
  type NumberProblem,
  type ParsedNumber,
  parseInteger,
  parseNumber,
  parseRational,
} from "./number-syntax.js";
export { isPotentialNumber, printSymbol } from "./print-symbol.js";
export {
  headerElements,
  PrintError,
  type PrintOptions,
  printToString,
} from "./printer.js";
export {
  type FailureDetails,
  Reader,
  type ReaderOptions,
  type ReadResult,
  readAll,
  readForm,
} from "./reader.js";
export { ReaderContext } from "./reader-context.js";
export {
  READER_ERRORS,
  ReaderError,
  type ReaderErrorCode,
  type ReaderErrorDetails,
} from "./reader-error.js";
export {
  type DispatchFunction,
  type MacroFunction,
  Readtable,
  type ReadtableCase,
  SYNTAX,
  type Syntax,
} from "./readtable.js";
export { type Place, Source, type Span } from "./source.js";
export { SourceMap, type SourceMapEntry } from "./source-map.js";
export { standardReadtable } from "./standard-readtable.js";
export { COMMON_LISP_NAMES } from "./standard-symbols.js";
export { convertCase, lowerLetter, upperLetter } from "./token.js";
