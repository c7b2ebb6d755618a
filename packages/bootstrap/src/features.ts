/** The names in `*features*` of the JavaScript engine (docs/primitives.md). */
export const FEATURES = [
  "ASTRALISP",
  "COMMON-LISP",
  "ANSI-CL",
  "IEEE-FLOATING-POINT",
  "LITTLE-ENDIAN",
  "64-BIT",
  "PACKAGE-LOCAL-NICKNAMES",
  "JAVASCRIPT",
] as const;
