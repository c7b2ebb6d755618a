import fc from "fast-check";
import { expect, suite, test } from "vitest";
import * as R from "../src/index.js";
import { texts } from "./arbitraries.js";
import { freshContext, similar } from "./support.js";

/** Shared, as making one costs more than reading. */
const context = freshContext();

function readMapped(text: string): {
  datum: R.LispObject;
  map: R.SourceMap;
  span: R.Span;
} {
  const { forms, sourceMap } = R.readAll(text, context);
  const [first] = forms;
  return { datum: first!.datum, span: first!.span, map: sourceMap! };
}

function inside(inner: R.Span, outer: R.Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end && inner.start < inner.end;
}

/** Checks every span below `datum`, which is at `span`. */
function checkTree(
  text: string,
  map: R.SourceMap,
  datum: R.LispObject,
  span: R.Span,
): number {
  expect(text.slice(span.start, span.end)).not.toMatch(/^\s|\s$/);
  if (Array.isArray(datum)) {
    let end = span.start;
    datum.forEach((element, i) => {
      const part = map.spanOfVectorElement(datum, i)!;
      expect(inside(part, span) && part.start >= end).toBe(true);
      end = part.end;
      checkTree(text, map, element, part);
    });
    return 1;
  }
  if (!(datum instanceof R.Cons)) return 1;
  expect(map.spanOf(datum)).toEqual(span);
  const again = R.readForm(text, span.start, context)!;
  expect(again.span).toEqual(span);
  let count = 1;
  let end = span.start;
  for (let rest: R.LispObject = datum; rest instanceof R.Cons; rest = rest.cdr) {
    const part = map.spanOfElement(rest)!;
    expect(inside(part, span) && part.start >= end).toBe(true);
    end = part.end;
    count += checkTree(text, map, rest.car, part);
    if (!(rest.cdr instanceof R.Cons) && rest.cdr !== R.NIL) {
      expect(inside(map.spanOfTail(rest)!, span)).toBe(true);
    }
  }
  return count;
}

suite("source spans", () => {
  test("nest, follow each other, and slice to the datum", () => {
    fc.assert(
      fc.property(
        texts().filter((text) => !text.includes("`")),
        (text) => {
          const { datum, map, span } = readMapped(text);
          checkTree(text, map, datum, span);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("of everything recorded, backquotes included, slice to equal data", () => {
    let looked = 0;
    fc.assert(
      fc.property(texts(), (text) => {
        const { map } = readMapped(text);
        for (const { cons, element, list, derived } of map.entries()) {
          if (derived) continue;
          const read = (span: R.Span) => {
            const slice = text.slice(span.start, span.end);
            if (!slice.includes(",")) return R.readForm(slice, 0, context)!.datum;
            return null;
          };
          const isMark = /^#?'$/.test(text.slice(element.start, element.end));
          const car = isMark ? null : read(element);
          const whole = list === null ? null : read(list);
          const print = (x: R.LispObject) => R.printToString(x, context);
          if (car !== null) expect(print(car)).toBe(print(cons.car));
          if (whole !== null) expect(print(whole)).toBe(print(cons));
          looked++;
        }
      }),
      { numRuns: 500 },
    );
    expect(looked).toBeGreaterThan(1000);
  });

  test("are where an editor would put them", () => {
    const text = "(defun f (x)\n  'y #(1 (z)) . w)";
    const { datum, map } = readMapped(text);
    const words: string[] = [];
    const say = (span: R.Span | null) => words.push(text.slice(span!.start, span!.end));
    const form = R.listToArray(R.list([datum]))[0] as R.Cons;
    say(map.spanOf(form));
    say(map.spanOfElement(form));
    const third = ((form.cdr as R.Cons).cdr as R.Cons).car as R.Cons;
    say(map.spanOf(third));
    const fourth = ((form.cdr as R.Cons).cdr as R.Cons).cdr as R.Cons;
    say(map.spanOf(fourth.car as R.Cons));
    say(map.spanOfElement(fourth.car as R.Cons));
    say(map.spanOfElement((fourth.car as R.Cons).cdr as R.Cons));
    const last = fourth.cdr as R.Cons;
    say(map.spanOfElement(last));
    say(map.spanOfVectorElement(last.car, 1));
    say(map.spanOfTail(last));
    expect(words).toEqual([text, "defun", "(x)", "'y", "'", "y", "#(1 (z))", "(z)", "w"]);
    expect(map.source.place(text.indexOf("'y"))).toEqual({ line: 2, column: 3 });
  });

  test("of a form made by backquote are those of its template", () => {
    const text = "`(a ,(f x) (b ,@c))";
    const { datum, map } = readMapped(text);
    const form = datum as R.Cons;
    expect(map.spanOf(form)).toEqual({ start: 0, end: text.length });
    const call = ((form.cdr as R.Cons).cdr as R.Cons).car as R.Cons;
    const span = map.spanOf(call)!;
    expect(text.slice(span.start, span.end)).toBe("(f x)");
    const inner = (((form.cdr as R.Cons).cdr as R.Cons).cdr as R.Cons).car as R.Cons;
    const part = map.spanOf(inner)!;
    expect(text.slice(part.start, part.end)).toBe("(b ,@c)");
  });

  test("columns count characters", () => {
    const source = new R.Source('"𝒳" x\r\ny');
    expect(source.place(5)).toEqual({ line: 1, column: 5 });
    expect(source.line(1)).toBe('"𝒳" x');
    expect(source.place(8)).toEqual({ line: 2, column: 1 });
  });

  test("similar is no rubber stamp", () => {
    expect(similar(readMapped("(a 1)").datum, readMapped("(a 2)").datum)).toBe(false);
  });
});
