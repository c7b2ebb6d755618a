/** The public libraries of `astra third-party`, in the order of their dependencies. */

/** Where Debian puts the sources. */
export const sources = "/usr/share/common-lisp/source";

/** A library that Debian packages. */
export interface Library {
  readonly name: string;
  /** Its Debian package, and the folder below /usr/share/common-lisp/source. */
  readonly debian: string;
  readonly folder: string;
  /** Debian packages and folders that only its tests or dependencies need. */
  readonly needs?: readonly string[];
  /** What the Lisp driver gets as arguments of CHECK, as Lisp text. */
  readonly check: string;
  /** Why it has no tests here, if it has none. */
  readonly untested?: string;
  /** More time than others may have, as a factor. */
  readonly slow?: number;
}

/** A system, the system of its tests, how they are run. */
const own = (system: string, tests: string, runner: string): string =>
  `:systems '("${system}") :tests '("${tests}") :runner ${runner}`;

const rt = (system: string, tests: string): string => own(system, tests, ":rt");

const fiveam = (system: string, tests: string, suite: string): string =>
  own(system, tests, `:fiveam :argument '${suite}`);

export const libraries: readonly Library[] = [
  {
    name: "asdf",
    debian: "cl-asdf",
    folder: "cl-asdf",
    check: `:systems '("uiop") :runner :asdf`,
  },
  {
    name: "rt",
    debian: "cl-rt",
    folder: "rt",
    check: `:systems '("rt")`,
    untested: "it is a test framework: others run their tests by it",
  },
  {
    name: "alexandria",
    debian: "cl-alexandria",
    folder: "alexandria",
    needs: ["rt"],
    check: own("alexandria", "alexandria-tests", ":rt-twice"),
  },
  {
    name: "anaphora",
    debian: "cl-anaphora",
    folder: "anaphora",
    needs: ["rt"],
    check: rt("anaphora", "anaphora/test"),
  },
  {
    name: "trivial-features",
    debian: "cl-trivial-features",
    folder: "trivial-features",
    check: `:systems '("trivial-features")`,
    untested: "its tests need CFFI, a compiler of C and its library",
  },
  {
    name: "iterate",
    debian: "cl-iterate",
    folder: "iterate",
    needs: ["rt"],
    check: own("iterate", "iterate/tests", ":iterate"),
  },
  {
    name: "trivial-gray-streams",
    debian: "cl-trivial-gray-streams",
    folder: "cl-trivial-gray-streams",
    check: own(
      "trivial-gray-streams",
      "trivial-gray-streams-test",
      `:results :argument "TRIVIAL-GRAY-STREAMS-TEST"`,
    ),
  },
  {
    name: "closer-mop",
    debian: "cl-closer-mop",
    folder: "closer-mop",
    check: `:systems '("closer-mop")`,
    untested: "it comes without tests",
  },
  {
    name: "trivial-garbage",
    debian: "cl-trivial-garbage",
    folder: "trivial-garbage",
    needs: ["rt"],
    check: rt("trivial-garbage", "trivial-garbage/tests"),
  },
  {
    name: "fiveam",
    debian: "cl-fiveam",
    folder: "fiveam",
    needs: ["alexandria", "asdf-flv", "trivial-backtrace"],
    check: fiveam("fiveam", "fiveam/test", ":it.bese.fiveam"),
  },
  {
    name: "split-sequence",
    debian: "cl-split-sequence",
    folder: "cl-split-sequence",
    needs: ["fiveam"],
    check: fiveam("split-sequence", "split-sequence/tests", ":split-sequence"),
  },
  {
    name: "bordeaux-threads",
    debian: "cl-bordeaux-threads",
    folder: "bordeaux-threads",
    needs: ["alexandria", "fiveam"],
    check: fiveam("bordeaux-threads", "bordeaux-threads/test", ":bordeaux-threads"),
  },
  {
    name: "named-readtables",
    debian: "cl-named-readtables",
    folder: "named-readtables",
    check: own(
      "named-readtables",
      "named-readtables/test",
      `:rt :argument "NAMED-READTABLES-TEST"`,
    ),
  },
  {
    name: "nibbles",
    debian: "cl-nibbles",
    folder: "nibbles",
    needs: ["rt"],
    check: rt("nibbles", "nibbles/tests"),
  },
  {
    name: "babel",
    debian: "cl-babel",
    folder: "babel",
    needs: ["alexandria", "trivial-features"],
    check: own("babel", "babel-tests", `:stefil :argument "BABEL-TESTS"`),
    slow: 2,
  },
  {
    name: "flexi-streams",
    debian: "cl-flexi-streams",
    folder: "cl-flexi-streams",
    needs: ["trivial-gray-streams"],
    check: own("flexi-streams", "flexi-streams-test", ":flexi-streams"),
    slow: 2,
  },
  {
    name: "cl-ppcre",
    debian: "cl-ppcre",
    folder: "cl-ppcre",
    needs: ["flexi-streams"],
    check: own("cl-ppcre", "cl-ppcre/test", ":ppcre"),
    slow: 2,
  },
  {
    name: "salza2",
    debian: "cl-salza2",
    folder: "salza2",
    check: `:systems '("salza2")`,
    untested: "it comes without tests; those of chipz run it",
  },
  {
    name: "chipz",
    debian: "cl-chipz",
    folder: "chipz",
    needs: ["salza2"],
    check: `:systems '("chipz") :runner :chipz`,
  },
  {
    name: "asdf-flv",
    debian: "cl-asdf-flv",
    folder: "asdf-flv",
    check: `:systems '("net.didierverna.asdf-flv")`,
    untested: "it comes without tests",
  },
  {
    name: "trivial-backtrace",
    debian: "cl-trivial-backtrace",
    folder: "trivial-backtrace",
    check: `:systems '("trivial-backtrace")`,
    untested: "its tests need lift, which Debian does not have",
  },
];

/** The libraries called `names` (all when there are none) in dependency order. */
export function chosenLibraries(names: readonly string[]): readonly Library[] {
  return libraries.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** All libraries that those called `names` are made from, themselves included. */
export function withNeeds(chosen: readonly Library[]): readonly Library[] {
  const names = new Set<string>(["asdf"]);
  const add = ({ name, needs = [] }: Library): void => {
    names.add(name);
    for (const library of libraries) {
      if (needs.includes(library.name) && !names.has(library.name)) add(library);
    }
  };
  for (const library of chosen) add(library);
  return libraries.filter(({ name }) => names.has(name));
}
