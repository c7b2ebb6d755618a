/** Smaller texts that may fail like a text does. */

/** Texts smaller than `text`, those that leave out most first. */
export function smaller(text: string): readonly string[] {
  const result = new Set<string>();
  const without = (from: number, to: number): void => {
    result.add(text.slice(0, from) + text.slice(to));
  };
  const lists = spans(text).sort((a, b) => length(b) - length(a));
  for (const [from, to] of lists) {
    if (to - from < text.length) {
      result.add(text.slice(from, to));
      without(from, to);
    }
    result.add(`${text.slice(0, from)}${text.slice(from + 1, to - 1)}${text.slice(to)}`);
    result.add(`${text.slice(0, from)}nil${text.slice(to)}`);
  }
  for (let size = text.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < text.length; from += size) without(from, from + size);
  }
  for (const match of text.matchAll(/[^\s()'"`,;]+/g)) {
    without(match.index, match.index + match[0].length);
  }
  result.delete(text);
  return [...result].filter((one) => one.length < text.length);
}

type Span = readonly [number, number];

function length([from, to]: Span): number {
  return to - from;
}

/** Where the parenthesised parts of `text` begin and end. */
function spans(text: string): Span[] {
  const open: number[] = [];
  const result: Span[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(") open.push(at);
    if (text[at] !== ")") continue;
    const from = open.pop();
    if (from !== undefined) result.push([from, at + 1]);
  }
  return result;
}
