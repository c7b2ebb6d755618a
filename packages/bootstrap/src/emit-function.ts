/** Functions: the JavaScript around a Lisp body, with its parameters and their checks. */
import type { FunctionNode, KeyParameter, LocalVar, OptionalParameter } from "./ast.js";
import { isExpression, RETURN } from "./destination.js";
import type { FunctionEmitter } from "./emit.js";
import { RAW } from "./lambda-list.js";
import { hasSelfTailCall, mayCall } from "./mv-analysis.js";
import { mangle } from "./names.js";

/** A function as an expression, with its Lisp name. */
export function functionExpression(outer: FunctionEmitter, fn: FunctionNode): string {
  const { parameters, body } = emitFunction(outer, fn, true);
  const mark = outer.mark(fn as never);
  const name = JSON.stringify(fn.name);
  if (fn.name === "LAMBDA") return `${mark}(function (${parameters}) {\n${body}\n})`;
  return `${mark}({${name}: function (${parameters}) {\n${body}\n}})[${name}]`;
}

/** A local function as a declaration. */
export function functionDeclaration(outer: FunctionEmitter, variable: LocalVar): string {
  const fn = variable.fn!;
  // Its calls are all in sight and counted when they are emitted.
  const { parameters, body } = emitFunction(outer, fn, variable.escapes);
  return `function ${variable.js}(${parameters}) {\n${body}\n}`;
}

function emitFunction(outer: FunctionEmitter, fn: FunctionNode, checked: boolean) {
  const e = outer.nested(fn);
  const { required, optional, rest, hasKeys } = fn.parameters;
  if (hasSelfTailCall(fn)) return emitLoop(e, fn, checked);
  const names = [...required, ...optional.map((o) => o.variable)].map((v) => v.js);
  if (checked) checkCount(e, fn);
  for (const parameter of optional) emitOptional(e, parameter);
  const array = rest === null ? null : e.fresh("args");
  if (rest !== null) e.line(`let ${rest.js} = $arrayToList(${array});`);
  if (hasKeys) emitKeys(e, fn, array, names.length);
  e.emit(fn.body, RETURN);
  const parameters = array === null ? names : [...names, `...${array}`];
  return { parameters: parameters.join(", "), body: e.finish() };
}

/** A function that calls itself in tail position: a loop that assigns its parameters. */
function emitLoop(e: FunctionEmitter, fn: FunctionNode, checked: boolean) {
  const { required } = fn.parameters;
  // A captured parameter needs a binding of its own in each round.
  const names = required.map((v) => (v.captured ? e.fresh(`${v.js}_in`) : v.js));
  e.selfTargets = names;
  e.selfLabel = e.fresh(`again_${mangle(fn.name).slice(-20)}`);
  if (checked) checkCount(e, fn);
  e.clean = !mayCall(fn.body);
  e.nest(`${e.selfLabel}: for (;;) {`, () => {
    required.forEach((v, i) => {
      if (v.captured) e.line(`let ${v.js} = ${names[i]};`);
    });
    e.emit(fn.body, RETURN);
  });
  return { parameters: names.join(", "), body: e.finish() };
}

function checkCount(e: FunctionEmitter, fn: FunctionNode): void {
  const { required, optional, rest, hasKeys } = fn.parameters;
  const least = required.length;
  const most = rest !== null || hasKeys ? -1 : least + optional.length;
  const tests: string[] = [];
  if (least === most) tests.push(`arguments.length !== ${least}`);
  else {
    if (least > 0) tests.push(`arguments.length < ${least}`);
    if (most >= 0) tests.push(`arguments.length > ${most}`);
  }
  if (tests.length === 0) return;
  const name = JSON.stringify(fn.name);
  e.line(
    `if (${tests.join(" || ")}) ` +
      `return $argumentCount(${name}, arguments.length, ${least}, ${most});`,
  );
}

/** Gives `parameter` its default if it is undefined. */
function emitOptional(e: FunctionEmitter, parameter: OptionalParameter): void {
  const { variable, init, supplied } = parameter;
  if (init === RAW) return;
  if (supplied !== null) {
    e.line(`let ${supplied.js} = ${variable.js} === undefined ? $NIL : $T;`);
  }
  const name = variable.js;
  if (isExpression(init)) {
    e.line(`if (${name} === undefined) ${name} = ${e.expression(init)};`);
    return;
  }
  e.nest(`if (${name} === undefined) {`, () => {
    e.emit(init, { kind: "variable", name, mv: false });
  });
}

function emitKeys(
  e: FunctionEmitter,
  fn: FunctionNode,
  array: string | null,
  positional: number,
): void {
  const { keys, allowOtherKeys } = fn.parameters;
  const source = array ?? "arguments";
  const first = array === null ? positional : 0;
  const name = JSON.stringify(fn.name);
  const [at, key, unknown] = [e.fresh("i"), e.fresh("key"), e.fresh("unknown")];
  const variables = keys.map(({ variable }) => variable.js);
  e.line(`let ${[...variables, unknown].join(", ")};`);
  const count = `${source}.length${first > 0 ? ` - ${first}` : ""}`;
  const more = first > 0 ? `${source}.length > ${first} && ` : "";
  e.line(`if (${more}(${count}) % 2 !== 0) return $oddKeys(${name}, ${source});`);
  e.nest(`for (let ${at} = ${first}; ${at} < ${source}.length; ${at} += 2) {`, () => {
    e.line(`const ${key} = ${source}[${at}];`);
    for (const parameter of keys) emitKey(e, parameter, key, `${source}[${at} + 1]`);
    const allow = e.helper("allowOtherKeys");
    e.line(`if (${key} !== ${allow} && ${unknown} === undefined) ${unknown} = ${key};`);
  });
  if (!allowOtherKeys) {
    e.line(
      `if (${unknown} !== undefined) ` +
        `$unknownKey(${name}, ${unknown}, ${source}, ${first});`,
    );
  }
  for (const parameter of keys) emitOptional(e, parameter);
}

function emitKey(
  e: FunctionEmitter,
  { key: keyword, variable }: KeyParameter,
  key: string,
  value: string,
): void {
  const symbol = e.form.literals.symbol(keyword);
  e.line(
    `if (${key} === ${symbol}) { ` +
      `if (${variable.js} === undefined) ${variable.js} = ${value}; continue; }`,
  );
}
