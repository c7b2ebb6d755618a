/** The readtable of standard syntax: CLHS 2.4 and figure 2-7. */
import { installDispatchMacros } from "./dispatch-macros.js";
import { installMacroCharacters } from "./macro-characters.js";
import { Readtable, SYNTAX } from "./readtable.js";

/** A fresh standard readtable. */
export function standardReadtable(): Readtable {
  const table = new Readtable();
  for (const code of [9, 10, 12, 13, 32, 127]) table.setSyntax(code, SYNTAX.whitespace);
  table.setSyntax(92, SYNTAX.singleEscape);
  table.setSyntax(124, SYNTAX.multipleEscape);
  installMacroCharacters(table);
  installDispatchMacros(table);
  return table;
}
