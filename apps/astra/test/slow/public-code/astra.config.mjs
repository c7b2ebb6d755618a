const debian = "/usr/share/common-lisp/source";

/** An image with public libraries that Debian packages. */
export default {
  name: "public-code",
  files: {
    "split-sequence": `${debian}/cl-split-sequence`,
    anaphora: `${debian}/anaphora`,
    "parse-number": `${debian}/parse-number`,
  },
};
