/** Feature expressions: CLHS 24.1.2.1. */
import { Cons, type LispObject, LispSymbol, listToArray, NIL } from "./data.js";

/**
 * Whether the feature expression `form` holds, given which symbols are features; null if
 * it is malformed.
 */
export function featureHolds(
  form: LispObject,
  hasFeature: (feature: LispSymbol) => boolean,
): boolean | null {
  if (form instanceof LispSymbol && form !== NIL) return hasFeature(form);
  if (!(form instanceof Cons) || !(form.car instanceof LispSymbol)) return null;
  let operands: LispObject[];
  try {
    operands = listToArray(form.cdr);
  } catch {
    return null;
  }
  const values = operands.map((operand) => featureHolds(operand, hasFeature));
  if (values.includes(null)) return null;
  switch (form.car.name) {
    case "AND":
      return values.every(Boolean);
    case "OR":
      return values.some(Boolean);
    case "NOT":
      return values.length === 1 ? !values[0] : null;
    default:
      return null;
  }
}

/** A `hasFeature` for keywords with these names (as they are, so in upper case). */
export function keywordFeatures(
  names: Iterable<string>,
): (feature: LispSymbol) => boolean {
  const known = new Set(names);
  return (feature) => known.has(feature.name) && feature.package?.name === "KEYWORD";
}
