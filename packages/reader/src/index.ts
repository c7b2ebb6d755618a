/** The text of Common Lisp: data model, packages, reader, printer. */
export * from "./data.js";
export * from "./lisp-package.js";
