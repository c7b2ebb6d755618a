/** Lexical environments of the analyser: what each name means at a place in the program. */
import type { LispFunction, LispObject, LispSymbol } from "@astralisp/reader";
import type { BlockInfo, FunctionScope, LocalVar, TagbodyInfo } from "./ast.js";

export type VariableMeaning =
  | { readonly kind: "lexical"; readonly variable: LocalVar }
  | { readonly kind: "symbol-macro"; readonly expansion: LispObject }
  | { readonly kind: "special" };

export type FunctionMeaning =
  | { readonly kind: "function"; readonly variable: LocalVar }
  | { readonly kind: "macro"; readonly expander: LispFunction }
  /** A function of an environment made by somebody else: known to be local, no more. */
  | { readonly kind: "foreign" };

interface Link<K, V> {
  readonly key: K;
  readonly value: V;
  readonly next: Link<K, V> | null;
}

function find<K, V>(links: Link<K, V> | null, key: K): V | undefined {
  for (let link = links; link !== null; link = link.next) {
    if (link.key === key) return link.value;
  }
  return undefined;
}

interface Names {
  readonly variables: Link<LispSymbol, VariableMeaning> | null;
  readonly functions: Link<LispSymbol, FunctionMeaning> | null;
  readonly setfFunctions: Link<LispSymbol, FunctionMeaning> | null;
  readonly blocks: Link<LispSymbol, BlockInfo> | null;
  readonly inlining: Link<LispSymbol, boolean> | null;
  readonly tags: Link<LispObject, { info: TagbodyInfo; index: number }> | null;
}

const NOTHING: Names = {
  variables: null,
  functions: null,
  setfFunctions: null,
  blocks: null,
  inlining: null,
  tags: null,
};

/** An environment function of another compiler, asked by the protocol of macros. */
export interface ForeignEnvironment {
  variable(symbol: LispSymbol): VariableMeaning | undefined;
  function(symbol: LispSymbol): FunctionMeaning | undefined;
}

/** Immutable: each `with…` answers a new environment that shares the rest. */
export class Environment {
  readonly scope: FunctionScope;
  private readonly names: Names;
  private readonly foreign: ForeignEnvironment | null;
  /** The function handed to macros, made on first use. */
  lispFunction: LispFunction | null = null;

  private constructor(
    scope: FunctionScope,
    names: Names,
    foreign: ForeignEnvironment | null,
  ) {
    this.scope = scope;
    this.names = names;
    this.foreign = foreign;
  }

  static global(scope: FunctionScope): Environment {
    return new Environment(scope, NOTHING, null);
  }

  static over(foreign: ForeignEnvironment, scope: FunctionScope): Environment {
    return new Environment(scope, NOTHING, foreign);
  }

  /** Whether nothing is known here beyond the global definitions. */
  get isGlobal(): boolean {
    const { variables, functions, setfFunctions } = this.names;
    return (
      variables === null &&
      functions === null &&
      setfFunctions === null &&
      this.foreign === null
    );
  }

  private extend(names: Partial<Names>): Environment {
    return new Environment(this.scope, { ...this.names, ...names }, this.foreign);
  }

  inFunction(scope: FunctionScope): Environment {
    return new Environment(scope, this.names, this.foreign);
  }

  /** Macros and symbol macros stay, variables and functions of the run time go. */
  forCompileTime(scope: FunctionScope): Environment {
    return new Environment(
      scope,
      { ...this.names, blocks: null, tags: null },
      this.foreign,
    );
  }

  withVariable(key: LispSymbol, value: VariableMeaning): Environment {
    return this.extend({ variables: { key, value, next: this.names.variables } });
  }

  withFunction(key: LispSymbol, setf: boolean, value: FunctionMeaning): Environment {
    return setf
      ? this.extend({ setfFunctions: { key, value, next: this.names.setfFunctions } })
      : this.extend({ functions: { key, value, next: this.names.functions } });
  }

  withBlock(key: LispSymbol, value: BlockInfo): Environment {
    return this.extend({ blocks: { key, value, next: this.names.blocks } });
  }

  withInlining(key: LispSymbol, value: boolean): Environment {
    return this.extend({ inlining: { key, value, next: this.names.inlining } });
  }

  withTag(key: LispObject, info: TagbodyInfo, index: number): Environment {
    return this.extend({ tags: { key, value: { info, index }, next: this.names.tags } });
  }

  variable(symbol: LispSymbol): VariableMeaning | undefined {
    return find(this.names.variables, symbol) ?? this.foreign?.variable(symbol);
  }

  function(symbol: LispSymbol, setf = false): FunctionMeaning | undefined {
    if (setf) return find(this.names.setfFunctions, symbol);
    return find(this.names.functions, symbol) ?? this.foreign?.function(symbol);
  }

  /** Whether the function `name` was declared INLINE or NOTINLINE around here. */
  inlining(name: LispSymbol): boolean | undefined {
    return find(this.names.inlining, name);
  }

  block(name: LispSymbol): BlockInfo | undefined {
    return find(this.names.blocks, name);
  }

  tag(name: LispObject): { info: TagbodyInfo; index: number } | undefined {
    return find(this.names.tags, name);
  }
}
