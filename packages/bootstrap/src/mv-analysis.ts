/** What a node does to the count of multiple values, and where it stands. */
import { children, type FunctionNode, type Node } from "./ast.js";

/** Whether evaluating `node` may leave the count of values at something else than 1. */
export function mayCall(node: Node): boolean {
  node.mayCall ??= callsItself(node) || children(node).some(mayCall);
  return node.mayCall;
}

function callsItself(node: Node): boolean {
  switch (node.op) {
    case "call":
    case "global-call":
    case "local-call":
    case "mv-call":
    case "throw":
      return true;
    case "values":
      return node.args.length !== 1;
    case "prim":
      return node.primitive.calls || node.primitive.result === "values";
    default:
      return false;
  }
}

/** Whether `node` always answers one value, without regard to the count. */
export function isSingleValued(node: Node): boolean {
  switch (node.op) {
    case "const":
    case "local":
    case "set-local":
    case "global":
    case "set-global":
    case "function":
    case "lambda":
    case "layout":
    case "load-time-value":
    case "defun":
    case "supplied":
    case "default":
    case "tagbody":
      return true;
    case "values":
      return node.args.length === 1;
    case "prim":
      return (
        node.primitive.result !== "values" &&
        !node.primitive.calls &&
        !node.primitive.singleOnly
      );
    default:
      return false;
  }
}

/** Whether `call` calls the function `fn` with its exact number of required arguments. */
export function isSelfCall(call: Node, fn: FunctionNode): boolean {
  const { parameters } = fn;
  if (parameters.optional.length > 0 || parameters.rest !== null || parameters.hasKeys) {
    return false;
  }
  if (call.op === "local-call") {
    return call.variable.fn === fn && call.args.length === parameters.required.length;
  }
  return (
    call.op === "global-call" &&
    !call.name.setf &&
    call.name.symbol === fn.symbol &&
    call.args.length === parameters.required.length
  );
}

/** Whether the body of `fn` calls `fn` in tail position, as far as the emitter sees it. */
export function hasSelfTailCall(fn: FunctionNode): boolean {
  const tailBlocks = new Set<object>();
  const inTail = (node: Node): boolean => {
    switch (node.op) {
      case "if":
        return inTail(node.consequent) || inTail(node.alternative) || escapes(node.test);
      case "progn":
        return node.forms.some((form, i) =>
          i === node.forms.length - 1 ? inTail(form) : escapes(form),
        );
      case "let":
        return node.inits.some(escapes) || inTail(node.body);
      case "mv-let":
        return escapes(node.form) || inTail(node.body);
      case "labels":
        return inTail(node.body);
      case "block":
        if (node.info.crossed) return false;
        tailBlocks.add(node.info);
        return inTail(node.body);
      case "global-call":
      case "local-call":
        return isSelfCall(node, fn) || node.args.some(escapes);
      default:
        return escapes(node);
    }
  };
  // Inside other forms only a return from a block in tail position leads to one.
  const escapes = (node: Node): boolean => {
    if (node.op === "return-from" && tailBlocks.has(node.info)) return inTail(node.value);
    if (node.op === "bind" || node.op === "progv" || node.op === "catch") return false;
    if (node.op === "unwind-protect") return false;
    return children(node).some(escapes);
  };
  return inTail(fn.body);
}
