/**
 * Backquote: CLHS 2.4.6. The reader makes a template in which each comma is a `Comma`; this
 * file turns it into a form that builds it, with LIST, LIST*, APPEND, QUOTE, VECTOR and
 * APPLY of COMMON-LISP. Constant parts stay as they were read, conses and all.
 *
 * An inner backquote is expanded when it has been read, so its form may hold commas of the
 * outer one. Such a comma may splice any number of forms into the place where it stands;
 * `(append ,@forms)` is therefore never simplified to its only argument.
 */
import {
  Cons,
  type LispObject,
  LispSymbol,
  list,
  NIL,
  SYMBOL_KIND,
  TAG,
} from "./data.js";
import { Placeholder } from "./labels.js";
import type { LispPackage } from "./lisp-package.js";

const COMMA_TAG = TAG.firstHostTag - 1;

/** `,form`, `,@form` or `,.form` in a template. */
export class Comma {
  readonly tag = COMMA_TAG;
  readonly form: LispObject;
  readonly splice: boolean;
  constructor(form: LispObject, splice: boolean) {
    this.form = form;
    this.splice = splice;
  }
}

/** A template that no form can stand for. */
export class BackquoteError extends Error {
  readonly kind: "splice" | "circular";
  constructor(kind: "splice" | "circular") {
    super(kind);
    this.kind = kind;
  }
}

/** A form, and whether it is constant: then `value` is what it evaluates to. */
interface Piece {
  readonly form: LispObject;
  readonly constant: boolean;
  readonly value: LispObject;
}

/** Turns templates into forms; `made` hears of every cons and of the template it is for. */
export class BackquoteExpander {
  private readonly commonLisp: LispPackage;
  private readonly made: (cons: Cons, template: LispObject) => void;
  private readonly path = new Set<LispObject>();
  /** The parts of the template that need computing. */
  private open = new Set<LispObject>();
  constructor(commonLisp: LispPackage, made: (cons: Cons, template: LispObject) => void) {
    this.commonLisp = commonLisp;
    this.made = made;
  }

  /** The form for `template`. Throws a BackquoteError. */
  expand(template: LispObject): LispObject {
    this.open = reachingComma(template);
    return this.piece(template).form;
  }

  private call(name: string, args: readonly LispObject[], for_: LispObject): LispObject {
    const form = list([this.commonLisp.intern(name), ...args]) as Cons;
    for (let rest: LispObject = form; rest instanceof Cons; rest = rest.cdr) {
      this.made(rest, for_);
    }
    return form;
  }

  private constant(value: LispObject): Piece {
    const form = isSelfEvaluating(value) ? value : this.call("QUOTE", [value], value);
    return { form, constant: true, value };
  }

  private computed(form: LispObject): Piece {
    return { form, constant: false, value: NIL };
  }

  private piece(template: LispObject): Piece {
    if (template instanceof Comma) {
      if (template.splice) throw new BackquoteError("splice");
      return this.computed(template.form);
    }
    if (!this.open.has(template)) return this.constant(template);
    if (this.path.has(template)) throw new BackquoteError("circular");
    this.path.add(template);
    const form = Array.isArray(template)
      ? this.vector(template)
      : this.list(template as Cons);
    this.path.delete(template);
    return this.computed(form);
  }

  private vector(template: LispObject[]): LispObject {
    if (!template.some(isSplice)) {
      const forms = template.map((element) => this.piece(element).form);
      return this.call("VECTOR", forms, template);
    }
    const vector = this.call("FUNCTION", [this.commonLisp.intern("VECTOR")], template);
    const elements = this.append(template, this.constant(NIL), template);
    return this.call("APPLY", [vector, elements], template);
  }

  /** `(e1 … en . tail)`; the tail that needs no computing is kept as it was read. */
  private list(template: Cons): LispObject {
    const elements: LispObject[] = [];
    let rest: LispObject = template;
    while (rest instanceof Cons && this.open.has(rest)) {
      if (elements.length > 0 && this.path.has(rest))
        throw new BackquoteError("circular");
      elements.push(rest.car);
      rest = rest.cdr;
    }
    return this.append(elements, this.piece(rest), template);
  }

  /** A LIST, LIST* or APPEND of the runs of plain elements and the splices. */
  private append(
    elements: readonly LispObject[],
    tail: Piece,
    template: LispObject,
  ): LispObject {
    const segments: LispObject[] = [];
    let run: LispObject[] = [];
    const atEnd = tail.constant && tail.value === NIL;
    for (const [i, element] of elements.entries()) {
      if (isSplice(element)) {
        const isLast = atEnd && i === elements.length - 1;
        if (isLast && i > 0 && run.length === i && !(element.form instanceof Comma)) {
          return this.call("LIST*", [...run, element.form], template);
        }
        if (run.length > 0) segments.push(this.call("LIST", run, template));
        run = [];
        segments.push(element.form);
      } else {
        run.push(this.piece(element).form);
      }
    }
    if (run.length > 0) {
      const name = atEnd ? "LIST" : "LIST*";
      const args = atEnd ? run : [...run, tail.form];
      segments.push(this.call(name, args, template));
    } else if (!atEnd || segments.length === 0) {
      segments.push(tail.form);
    }
    const [only] = segments;
    if (segments.length === 1 && !(only instanceof Comma)) return only as LispObject;
    return this.call("APPEND", segments, template);
  }
}

function isSplice(x: LispObject): x is Comma {
  return x instanceof Comma && x.splice;
}

function isSelfEvaluating(x: LispObject): boolean {
  if (x instanceof LispSymbol) {
    return x.kind === SYMBOL_KIND.constant && x.value === x;
  }
  if (typeof x === "number" || typeof x === "bigint") return true;
  // A #n# not yet resolved may become anything, so it is quoted.
  return !(x instanceof Cons || x instanceof Placeholder);
}

/** The conses and vectors in `template`, which may be circular, that lead to a comma. */
function reachingComma(template: LispObject): Set<LispObject> {
  const parents = new Map<LispObject, LispObject[]>();
  const stack: LispObject[] = [template];
  const reaching = new Set<LispObject>();
  const spread: LispObject[] = [];
  const visit = (child: LispObject, parent: LispObject) => {
    const isTree = child instanceof Cons || Array.isArray(child);
    if (child instanceof Comma) spread.push(parent);
    if (!isTree) return;
    const known = parents.get(child);
    if (known !== undefined) {
      known.push(parent);
    } else {
      parents.set(child, [parent]);
      stack.push(child);
    }
  };
  parents.set(template, []);
  while (stack.length > 0) {
    const node = stack.pop() as LispObject;
    if (node instanceof Cons) {
      visit(node.car, node);
      visit(node.cdr, node);
    } else if (Array.isArray(node)) {
      for (const element of node) visit(element, node);
    }
  }
  while (spread.length > 0) {
    const node = spread.pop() as LispObject;
    if (reaching.has(node)) continue;
    reaching.add(node);
    for (const parent of parents.get(node) ?? []) spread.push(parent);
  }
  return reaching;
}
