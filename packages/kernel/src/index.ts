/** The folder of the Lisp sources of this package. */
export const lispSources = new URL("../lisp/", import.meta.url);
