/**
 * Calls of global functions with simple arguments, which most top-level forms and most
 * lines typed to a listener are, run faster from their nodes than JavaScript can be made
 * of them. Everything with variables of its own is compiled.
 */
import { Cons, type LispObject, LispSymbol, NIL } from "@astralisp/reader";
import type { FunctionName, Node } from "./ast.js";
import { isUndefined } from "./run-time.js";
import type { World } from "./world.js";

/** Whether `interpret` can run `node`. */
export function canInterpret(node: Node): boolean {
  switch (node.op) {
    case "const":
    case "global":
    case "function":
      return true;
    case "set-global":
      return canInterpret(node.value);
    case "global-call":
    case "values":
      return node.args.every(canInterpret);
    case "prim":
      return !isUndefined(node.symbol.fn) && node.args.every(canInterpret);
    case "if":
      return (
        canInterpret(node.test) &&
        canInterpret(node.consequent) &&
        canInterpret(node.alternative)
      );
    case "progn":
      return node.forms.every(canInterpret);
    default:
      return false;
  }
}

/** Whether a constant in `node` holds a symbol without a home package. */
export function mentionsUninterned(node: Node): boolean {
  switch (node.op) {
    case "const":
      return holdsUninterned(node.value);
    case "global":
      return node.symbol.package === null;
    case "function":
      return node.name.symbol.package === null;
    case "set-global":
      return node.symbol.package === null || mentionsUninterned(node.value);
    case "global-call":
      return node.name.symbol.package === null || node.args.some(mentionsUninterned);
    case "values":
    case "prim":
      return node.args.some(mentionsUninterned);
    case "if":
      return [node.test, node.consequent, node.alternative].some(mentionsUninterned);
    case "progn":
      return node.forms.some(mentionsUninterned);
    default:
      return true;
  }
}

function holdsUninterned(object: LispObject): boolean {
  let rest = object;
  while (rest instanceof Cons) {
    if (holdsUninterned(rest.car)) return true;
    rest = rest.cdr;
  }
  if (Array.isArray(rest)) return rest.some(holdsUninterned);
  return rest instanceof LispSymbol && rest.package === null;
}

/** Runs `node`, for which `canInterpret` holds; its other values are in `world.mv`. */
export function interpret(world: World, node: Node): LispObject {
  const { mv } = world;
  switch (node.op) {
    case "const":
      mv.n = 1;
      return node.value;
    case "global": {
      const value = node.symbol.value ?? world.unbound(node.symbol);
      mv.n = 1;
      return value;
    }
    case "function":
      mv.n = 1;
      return world.functionOf(node.name);
    case "set-global": {
      const value = interpret(world, node.value);
      node.symbol.value = value;
      mv.n = 1;
      return value;
    }
    case "global-call":
      return call(world, node.name, node.args);
    case "prim":
      return call(world, { symbol: node.symbol, setf: false }, node.args);
    case "values":
      return mv.set(node.args.map((arg) => interpret(world, arg)));
    case "if": {
      const test = interpret(world, node.test) !== NIL;
      return interpret(world, test ? node.consequent : node.alternative);
    }
    case "progn": {
      let value: LispObject = NIL;
      for (const form of node.forms) value = interpret(world, form);
      return value;
    }
    default:
      throw new Error(`not for the interpreter: ${node.op}`);
  }
}

function call(world: World, name: FunctionName, args: readonly Node[]): LispObject {
  const values = args.map((arg) => interpret(world, arg));
  world.mv.n = 1;
  if (name.setf) return world.functionOf(name)(...values);
  return world.ready(name.symbol).fn(...values);
}
