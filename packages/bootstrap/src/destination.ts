/** Where values go, and which nodes can be said as expressions. */
import type { Node } from "./ast.js";

/** Where the value of a statement goes. `mv`: somebody wants all its values. */
export type Destination =
  | { readonly kind: "return" }
  | { readonly kind: "effect" }
  | { readonly kind: "variable"; readonly name: string; readonly mv: boolean };

export const EFFECT: Destination = { kind: "effect" };
export const RETURN: Destination = { kind: "return" };

export function wantsValues(destination: Destination): boolean {
  if (destination.kind === "return") return true;
  return destination.kind === "variable" && destination.mv;
}

/** Whether `node` can be said as a JavaScript expression. */
export function isExpression(node: Node): boolean {
  node.expressible ??= computeExpressible(node);
  return node.expressible;
}

function computeExpressible(node: Node): boolean {
  switch (node.op) {
    case "const":
    case "local":
    case "global":
    case "function":
    case "lambda":
    case "layout":
    case "load-time-value":
    case "supplied":
    case "defun":
      return true;
    case "set-local":
    case "set-global":
      return isExpression(node.value);
    case "call":
      return isExpression(node.fn) && node.args.every(isExpression);
    case "global-call":
    case "local-call":
    case "prim":
    case "values":
      return node.args.every(isExpression);
    case "if":
      return (
        isExpression(node.test) &&
        isExpression(node.consequent) &&
        isExpression(node.alternative)
      );
    case "progn":
      return node.forms.every(isExpression);
    case "let":
      return (
        !node.variables.some((variable) => variable.captured) &&
        node.inits.every(isExpression) &&
        isExpression(node.body)
      );
    case "default":
      return isExpression(node.init);
    default:
      return false;
  }
}
