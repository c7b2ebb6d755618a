/** Octets as text: Node's decoders are the oracle. */
import fc from "fast-check";
import { expect, suite, test } from "vitest";
import { createLisp, type Lisp, toPlain } from "../src/index.js";

const lisp: Lisp = createLisp();
lisp.eval(`
  (defun text-of (octets format)
    (map 'list #'char-code
         (ext:octets-to-string (coerce octets 'vector) :external-format
                               (list (intern format :keyword)
                                     :replacement (code-char #xFFFD)))))
  (defun octets-of (codes format)
    (coerce (ext:string-to-octets (map 'string #'code-char codes)
                                  :external-format (intern format :keyword))
            'list))`);

const codes = (text: string): number[] => [...text].map((c) => c.codePointAt(0)!);
const list = (value: unknown): unknown => value ?? [];

/** Octets that begin, continue and break characters, more often than others. */
const octet = fc.oneof(
  fc.constantFrom(0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2),
  fc.constantFrom(0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0xd8),
  fc.constantFrom(0xdb, 0xdc),
  fc.integer({ min: 0, max: 255 }),
);

suite("external formats", () => {
  for (const format of ["utf-8", "utf-16le", "utf-16be"]) {
    test(`${format}: any octets read as TextDecoder reads them`, () => {
      const decoder = new TextDecoder(format, { ignoreBOM: true });
      fc.assert(
        fc.property(fc.array(octet, { maxLength: 12 }), (octets) => {
          const text = lisp.call("text-of", octets, format.toUpperCase());
          expect(list(toPlain(text))).toEqual(
            codes(decoder.decode(Uint8Array.from(octets))),
          );
        }),
        { numRuns: 500 },
      );
    });
  }

  for (const format of ["utf-8", "utf-16le", "latin1"] as const) {
    test(`${format}: text is written as Buffer writes it`, () => {
      const max = format === "latin1" ? 0xff : 0x10ffff;
      const code = fc
        .oneof(fc.nat({ max: 0xff }), fc.nat({ max }))
        .filter((c) => c < 0xd800 || c > 0xdfff);
      fc.assert(
        fc.property(fc.array(code, { maxLength: 12 }), (text) => {
          const octets = lisp.call("octets-of", text, format.toUpperCase());
          expect(list(toPlain(octets))).toEqual([
            ...Buffer.from(String.fromCodePoint(...text), format),
          ]);
        }),
        { numRuns: 300 },
      );
    });
  }
});
