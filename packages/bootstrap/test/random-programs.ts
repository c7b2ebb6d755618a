/** Random programs over the special operators, made from a table of shapes. */

/** What a program may refer to where it stands. */
interface Scope {
  readonly variables: readonly string[];
  readonly functions: readonly string[];
  readonly blocks: readonly string[];
  readonly tags: readonly string[];
  readonly catches: readonly string[];
}

const EMPTY: Scope = { variables: [], functions: [], blocks: [], tags: [], catches: [] };

export class ProgramMaker {
  private state: number;
  private count = 0;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A number below `n`: xorshift, so that a seed names a program. */
  private below(n: number): number {
    let x = this.state || 88172645;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state % n;
  }

  private pick<E>(items: readonly E[]): E {
    return items[this.below(items.length)]!;
  }

  private name(prefix: string): string {
    return `${prefix}${this.count++}`;
  }

  /** A form that answers its values and the log of its cleanups. */
  program(): string {
    const body = this.form(5, EMPTY);
    return `(let ((log nil) (*special* 7)) (declare (special *special*))
  (list (multiple-value-list ${body}) log))`;
  }

  private atom(scope: Scope): string {
    const choice = this.below(4);
    if (choice > 0 && scope.variables.length > 0) return this.pick(scope.variables);
    return choice === 0 ? "*special*" : String(this.below(20) - 5);
  }

  private forms(depth: number, scope: Scope, count: number): string {
    return Array.from({ length: count }, () => this.form(depth, scope)).join(" ");
  }

  private form(depth: number, scope: Scope): string {
    if (depth <= 0) return this.atom(scope);
    const d = depth - 1;
    const makers = [
      () => this.atom(scope),
      () => this.arithmetic(d, scope),
      () => `(if ${this.test(d, scope)} ${this.forms(d, scope, 2)})`,
      () => this.let(d, scope),
      () => this.assignment(d, scope),
      () => `(progn ${this.forms(d, scope, 2)})`,
      () => this.block(d, scope),
      () => this.loop(d, scope),
      () => this.catch(d, scope),
      () =>
        `(unwind-protect ${this.form(d, scope)} (setq log (cons ${this.form(d - 1, scope)} log)))`,
      () => this.multipleValues(d, scope),
      () => this.localFunction(d, scope),
      () => this.call(d, scope),
      () => this.lambda(d, scope),
      () =>
        `(let ((*special* ${this.form(d, scope)})) (declare (special *special*)) ${this.form(d, scope)})`,
      () => this.exit(d, scope),
      () => this.exit(d, scope),
    ];
    return this.pick(makers)();
  }

  private arithmetic(depth: number, scope: Scope): string {
    return `(rem (${this.pick(["+", "-", "*"])} ${this.forms(depth, scope, 2)}) 10007)`;
  }

  private test(depth: number, scope: Scope): string {
    const operator = this.pick(["<", ">", "=", "<=", ">="]);
    const comparison = `(${operator} ${this.forms(depth, scope, 2)})`;
    switch (this.below(4)) {
      case 0:
        return `(not ${comparison})`;
      case 1:
        return `(and ${comparison} (< ${this.forms(depth - 1, scope, 2)}))`;
      case 2:
        return `(or ${comparison} (< ${this.forms(depth - 1, scope, 2)}))`;
      default:
        return comparison;
    }
  }

  private let(depth: number, scope: Scope): string {
    const [a, b] = [this.name("v"), this.name("v")];
    const operator = this.pick(["let", "let*"]);
    const inner = { ...scope, variables: [...scope.variables, a, b] };
    const second = operator === "let*" ? { ...scope, variables: [a] } : scope;
    return `(${operator} ((${a} ${this.form(depth, scope)}) (${b} ${this.form(depth, second)})) ${this.form(depth, inner)})`;
  }

  private assignment(depth: number, scope: Scope): string {
    if (scope.variables.length === 0)
      return `(setq *special* ${this.form(depth, scope)})`;
    return `(setq ${this.pick(scope.variables)} ${this.form(depth, scope)})`;
  }

  private block(depth: number, scope: Scope): string {
    const name = this.name("b");
    const inner = { ...scope, blocks: [...scope.blocks, name] };
    return `(block ${name} ${this.forms(depth, inner, 2)})`;
  }

  /** A loop of three rounds with a tag behind it that anything inside may go to. */
  private loop(depth: number, scope: Scope): string {
    const [i, sum, top, out] = [
      this.name("i"),
      this.name("v"),
      this.name("t"),
      this.name("t"),
    ];
    const inner = {
      ...scope,
      variables: [...scope.variables, sum],
      tags: [...scope.tags, out],
    };
    const step = `(setq ${sum} (rem (+ ${sum} ${this.form(depth, inner)}) 10007))`;
    const saved =
      this.below(2) === 0
        ? step
        : `(let ((k ${i})) (setq fs (cons (lambda () k) fs)) ${step})`;
    return `(let ((${i} 0) (${sum} 0) (fs nil)) (tagbody ${top} ${saved} (setq ${i} (+ ${i} 1)) (if (< ${i} 3) (go ${top})) ${out}) (dolist (f fs ${sum}) (setq ${sum} (+ ${sum} (funcall f)))))`;
  }

  private catch(depth: number, scope: Scope): string {
    const tag = this.name("c");
    const inner = { ...scope, catches: [...scope.catches, tag] };
    return `(catch '${tag} ${this.forms(depth, inner, 2)})`;
  }

  private multipleValues(depth: number, scope: Scope): string {
    const [a, b] = [this.name("v"), this.name("v")];
    const inner = { ...scope, variables: [...scope.variables, a, b] };
    switch (this.below(5)) {
      case 0:
        return `(values ${this.forms(depth, scope, 2)})`;
      case 1:
        return `(multiple-value-call #'+ ${this.forms(depth, scope, 2)})`;
      case 2:
        return `(multiple-value-prog1 ${this.forms(depth, scope, 2)})`;
      default:
        return `(multiple-value-bind (${a} ${b}) ${this.form(depth, scope)} (setq ${b} (or ${b} 1)) ${this.form(depth, inner)})`;
    }
  }

  /** A local function of one argument, or of none but an optional one. */
  private localFunction(depth: number, scope: Scope): string {
    const [name, parameter] = [this.name("f"), this.name("v")];
    const inside = { ...scope, variables: [...scope.variables, parameter] };
    const list = this.below(2) === 0 ? parameter : `&optional (${parameter} 3)`;
    const outside = { ...scope, functions: [...scope.functions, name] };
    const definition = `(${name} (${list}) ${this.form(depth, inside)})`;
    return `(${this.pick(["flet", "labels"])} (${definition}) ${this.form(depth, outside)})`;
  }

  private call(depth: number, scope: Scope): string {
    if (scope.functions.length === 0) return this.form(depth, scope);
    const name = this.pick(scope.functions);
    const argument = this.form(depth, scope);
    return this.below(3) === 0
      ? `(car (mapcar #'${name} (list ${argument} 2)))`
      : `(${name} ${argument})`;
  }

  private lambda(depth: number, scope: Scope): string {
    const parameter = this.name("v");
    const inner = { ...scope, variables: [...scope.variables, parameter] };
    const fn = `(lambda (${parameter}) ${this.form(depth, inner)})`;
    return this.below(2) === 0
      ? `(funcall ${fn} ${this.form(depth, scope)})`
      : `(car (mapcar ${fn} (list ${this.form(depth, scope)} 4)))`;
  }

  private exit(depth: number, scope: Scope): string {
    const exits: string[] = [];
    if (scope.blocks.length > 0) {
      exits.push(`(return-from ${this.pick(scope.blocks)} ${this.form(depth, scope)})`);
    }
    if (scope.tags.length > 0) exits.push(`(go ${this.pick(scope.tags)})`);
    if (scope.catches.length > 0) {
      exits.push(`(throw '${this.pick(scope.catches)} ${this.form(depth, scope)})`);
    }
    if (exits.length === 0) return this.form(depth, scope);
    return `(if ${this.test(depth - 1, scope)} ${this.pick(exits)} ${this.form(depth - 1, scope)})`;
  }
}
