/** The protocol of environments that macros see (docs/primitives.md). */
import {
  Cons,
  type LispFunction,
  type LispObject,
  LispSymbol,
  NIL,
} from "@astralisp/reader";
import type { Environment, ForeignEnvironment } from "./environment.js";
import type { World } from "./world.js";

/** `env` as a function of `:function` or `:variable` and a name. */
export function environmentFunction(world: World, env: Environment): LispFunction {
  const functionKey = world.keyword("FUNCTION");
  const answer = (kind: string, value: LispObject): LispObject =>
    world.mv.two(world.keyword(kind), value);
  const aboutFunction = (name: LispObject): LispObject => {
    const setf = name instanceof Cons;
    const symbol = setf ? (name.cdr as Cons).car : name;
    if (!(symbol instanceof LispSymbol)) return NIL;
    const meaning = env.function(symbol, setf);
    if (meaning === undefined) return NIL;
    if (meaning.kind === "macro") return answer("MACRO", meaning.expander);
    return answer("FUNCTION", NIL);
  };
  const aboutVariable = (name: LispObject): LispObject => {
    if (!(name instanceof LispSymbol)) return NIL;
    const meaning = env.variable(name);
    switch (meaning?.kind) {
      case "symbol-macro":
        return answer("SYMBOL-MACRO", meaning.expansion);
      case "lexical":
        return answer("LEXICAL", NIL);
      case "special":
        return answer("SPECIAL", NIL);
      default:
        return NIL;
    }
  };
  return (kind, name) => {
    world.mv.n = 1;
    return kind === functionKey ? aboutFunction(name!) : aboutVariable(name!);
  };
}

/** What an environment function of somebody else says. */
export function foreignEnvironment(world: World, fn: LispFunction): ForeignEnvironment {
  const ask = (kind: string, name: LispSymbol): [string, LispObject] => {
    world.mv.n = 1;
    const answer = fn(world.keyword(kind), name);
    const value = world.mv.n > 1 ? world.mv.v1 : NIL;
    world.mv.n = 1;
    return [answer instanceof LispSymbol ? answer.name : "NIL", value];
  };
  return {
    variable(symbol) {
      const [kind, expansion] = ask("VARIABLE", symbol);
      if (kind === "SYMBOL-MACRO") return { kind: "symbol-macro", expansion };
      return kind === "NIL" ? undefined : { kind: "special" };
    },
    function(symbol) {
      const [kind, expander] = ask("FUNCTION", symbol);
      if (kind === "MACRO") return { kind: "macro", expander: expander as LispFunction };
      return kind === "NIL" ? undefined : { kind: "foreign" };
    },
  };
}
