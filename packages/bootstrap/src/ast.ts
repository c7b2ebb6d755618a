/**
 * The analysed program: what is left of a form when macros are expanded, names are
 * resolved and lambda lists are taken apart. The emitter turns it into JavaScript.
 */
import type { LispObject, LispSymbol } from "@astralisp/reader";
import type { Primitive } from "./open-code.js";

/** A lexical variable, or the name of a local function. */
export interface LocalVar {
  readonly name: string;
  /** Its name in JavaScript, unique in the top-level form. */
  readonly js: string;
  readonly owner: FunctionScope;
  assigned: boolean;
  /** Whether a function other than `owner` refers to it. */
  captured: boolean;
  references: number;
  /** The function it names, if it is a local function. */
  fn: FunctionNode | null;
  /** For a local function: whether it is used other than by being called. */
  escapes: boolean;
}

/** The Lisp function whose body is being analysed. */
export interface FunctionScope {
  readonly parent: FunctionScope | null;
}

export interface OptionalParameter {
  readonly variable: LocalVar;
  readonly init: Node;
  readonly supplied: LocalVar | null;
}

export interface KeyParameter extends OptionalParameter {
  readonly key: LispSymbol;
}

/** What a function takes; variables are lexical, specials are bound by the body. */
export interface Parameters {
  readonly required: LocalVar[];
  readonly optional: OptionalParameter[];
  rest: LocalVar | null;
  hasKeys: boolean;
  readonly keys: KeyParameter[];
  allowOtherKeys: boolean;
}

export interface FunctionNode {
  readonly scope: FunctionScope;
  /** As it appears in stack traces. */
  readonly name: string;
  /** The global function it defines, so that calls of itself can be seen. */
  readonly symbol: LispSymbol | null;
  /** The local function it defines. */
  self: LocalVar | null;
  readonly parameters: Parameters;
  readonly lambdaList: LispObject;
  body: Node;
  readonly position: number;
}

export interface BlockInfo {
  readonly name: string;
  readonly js: string;
  readonly owner: FunctionScope;
  /** Whether a closure returns from it. */
  crossed: boolean;
  used: boolean;
}

export interface TagbodyInfo {
  readonly js: string;
  readonly owner: FunctionScope;
  crossed: boolean;
}

export interface Segment {
  /** Number of the tag that begins it; segment 0 has none unless one stands first. */
  readonly index: number;
  readonly forms: Node[];
}

interface Op<O extends string> {
  readonly op: O;
  /** Offset in the source, -1 when unknown. */
  readonly position: number;
  /** What the emitter has found out about it. */
  expressible?: boolean;
  mayCall?: boolean;
}

/** A primitive as the emitter knows it; see `open-code.ts`. */
export interface PrimCall extends Op<"prim"> {
  readonly primitive: Primitive;
  readonly symbol: LispSymbol;
  readonly args: Node[];
}

export type FunctionName =
  | { readonly symbol: LispSymbol; readonly setf: false }
  | { readonly symbol: LispSymbol; readonly setf: true };

export type Node =
  | (Op<"const"> & { readonly value: LispObject })
  | (Op<"local"> & { readonly variable: LocalVar })
  | (Op<"set-local"> & { readonly variable: LocalVar; readonly value: Node })
  | (Op<"global"> & { readonly symbol: LispSymbol })
  | (Op<"set-global"> & { readonly symbol: LispSymbol; readonly value: Node })
  | (Op<"function"> & { readonly name: FunctionName })
  | (Op<"call"> & { readonly fn: Node; readonly args: Node[] })
  | (Op<"global-call"> & { readonly name: FunctionName; readonly args: Node[] })
  | (Op<"local-call"> & { readonly variable: LocalVar; readonly args: Node[] })
  | PrimCall
  | (Op<"if"> & {
      readonly test: Node;
      readonly consequent: Node;
      readonly alternative: Node;
    })
  | (Op<"progn"> & { readonly forms: Node[] })
  | (Op<"let"> & {
      readonly variables: LocalVar[];
      readonly inits: Node[];
      readonly body: Node;
    })
  | (Op<"bind"> & {
      readonly symbols: LispSymbol[];
      readonly values: Node[];
      readonly body: Node;
    })
  | (Op<"progv"> & {
      readonly symbols: Node;
      readonly values: Node;
      readonly body: Node;
    })
  | (Op<"block"> & { readonly info: BlockInfo; body: Node })
  | (Op<"return-from"> & { readonly info: BlockInfo; readonly value: Node })
  | (Op<"tagbody"> & { readonly info: TagbodyInfo; readonly segments: Segment[] })
  | (Op<"go"> & { readonly info: TagbodyInfo; readonly index: number })
  | (Op<"catch"> & { readonly tag: Node; readonly body: Node })
  | (Op<"throw"> & { readonly tag: Node; readonly value: Node })
  | (Op<"unwind-protect"> & { readonly body: Node; readonly cleanup: Node })
  | (Op<"lambda"> & { readonly fn: FunctionNode })
  | (Op<"labels"> & { readonly variables: LocalVar[]; readonly body: Node })
  | (Op<"mv-call"> & { readonly fn: Node; readonly args: Node[] })
  | (Op<"mv-prog1"> & { readonly first: Node; readonly rest: Node })
  | (Op<"mv-let"> & {
      readonly variables: LocalVar[];
      readonly form: Node;
      readonly body: Node;
    })
  | (Op<"values"> & { readonly args: Node[] })
  | (Op<"load-time-value"> & { readonly form: Node; readonly key: object })
  | (Op<"layout"> & { readonly symbol: LispSymbol })
  | (Op<"defun"> & { readonly name: FunctionName; readonly fn: FunctionNode })
  /** The raw value of an optional parameter, or the value of `init` if it was not given. */
  | (Op<"default"> & { readonly variable: LocalVar; readonly init: Node })
  /** Whether an optional parameter was given, as T or NIL. */
  | (Op<"supplied"> & { readonly variable: LocalVar });

export type NodeOf<O extends Node["op"]> = Extract<Node, { op: O }>;

/** The nodes evaluated directly by `node`; bodies of functions are not among them. */
export function children(node: Node): readonly Node[] {
  switch (node.op) {
    case "const":
    case "local":
    case "global":
    case "function":
    case "go":
    case "lambda":
    case "layout":
    case "load-time-value":
    case "defun":
    case "supplied":
      return [];
    case "set-local":
    case "set-global":
    case "return-from":
      return [node.value];
    case "call":
    case "mv-call":
      return [node.fn, ...node.args];
    case "global-call":
    case "local-call":
    case "prim":
    case "values":
      return node.args;
    case "if":
      return [node.test, node.consequent, node.alternative];
    case "progn":
      return node.forms;
    case "let":
      return [...node.inits, node.body];
    case "bind":
      return [...node.values, node.body];
    case "progv":
      return [node.symbols, node.values, node.body];
    case "block":
    case "labels":
      return [node.body];
    case "tagbody":
      return node.segments.flatMap((segment) => segment.forms);
    case "catch":
      return [node.tag, node.body];
    case "throw":
      return [node.tag, node.value];
    case "unwind-protect":
      return [node.body, node.cleanup];
    case "mv-prog1":
      return [node.first, node.rest];
    case "mv-let":
      return [node.form, node.body];
    case "default":
      return [node.init];
  }
}
