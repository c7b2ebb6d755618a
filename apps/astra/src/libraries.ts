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
  /** The system to load. */
  readonly system: string;
  /** Its tests, as further arguments of the Lisp driver's CHECK. */
  readonly tests?: string;
  /** Why it has no tests here, if it has none. */
  readonly untested?: string;
  /** Why its tests cannot run on JavaScript, if they cannot. */
  readonly untestedOnJs?: string;
  /** More time than others may have, as a factor. */
  readonly slow?: number;
}

/** The system of the tests, how they are run. */
const own = (tests: string, runner: string): string =>
  `:tests '("${tests}") :runner ${runner}`;

const rt = (tests: string): string => own(tests, ":rt");

const fiveam = (tests: string, suite: string): string =>
  own(tests, `:fiveam :argument '${suite}`);

export const libraries: readonly Library[] = [
  {
    name: "asdf",
    debian: "cl-asdf",
    folder: "cl-asdf",
    system: "uiop",
    tests: ":runner :asdf",
  },
  {
    name: "rt",
    debian: "cl-rt",
    folder: "rt",
    system: "rt",
    untested: "it is a test framework: others run their tests by it",
  },
  {
    name: "alexandria",
    debian: "cl-alexandria",
    folder: "alexandria",
    needs: ["rt"],
    system: "alexandria",
    tests: own("alexandria-tests", ":rt-twice"),
  },
  {
    name: "anaphora",
    debian: "cl-anaphora",
    folder: "anaphora",
    needs: ["rt"],
    system: "anaphora",
    tests: rt("anaphora/test"),
  },
  {
    name: "trivial-features",
    debian: "cl-trivial-features",
    folder: "trivial-features",
    system: "trivial-features",
    untested: "its tests need CFFI, a compiler of C and its library",
  },
  {
    name: "iterate",
    debian: "cl-iterate",
    folder: "iterate",
    needs: ["rt"],
    system: "iterate",
    tests: own("iterate/tests", ":iterate"),
  },
  {
    name: "trivial-gray-streams",
    debian: "cl-trivial-gray-streams",
    folder: "cl-trivial-gray-streams",
    system: "trivial-gray-streams",
    tests: own(
      "trivial-gray-streams-test",
      `:results :argument "TRIVIAL-GRAY-STREAMS-TEST"`,
    ),
  },
  {
    name: "closer-mop",
    debian: "cl-closer-mop",
    folder: "closer-mop",
    system: "closer-mop",
    untested: "it comes without tests",
  },
  {
    name: "trivial-garbage",
    debian: "cl-trivial-garbage",
    folder: "trivial-garbage",
    needs: ["rt"],
    system: "trivial-garbage",
    tests: rt("trivial-garbage/tests"),
    untestedOnJs: "nobody can make Node collect garbage",
  },
  {
    name: "fiveam",
    debian: "cl-fiveam",
    folder: "fiveam",
    needs: ["alexandria", "asdf-flv", "trivial-backtrace"],
    system: "fiveam",
    tests: fiveam("fiveam/test", ":it.bese.fiveam"),
  },
  {
    name: "split-sequence",
    debian: "cl-split-sequence",
    folder: "cl-split-sequence",
    needs: ["fiveam"],
    system: "split-sequence",
    tests: fiveam("split-sequence/tests", ":split-sequence"),
  },
  {
    name: "bordeaux-threads",
    debian: "cl-bordeaux-threads",
    folder: "bordeaux-threads",
    needs: ["alexandria", "fiveam"],
    system: "bordeaux-threads",
    tests: fiveam("bordeaux-threads/test", ":bordeaux-threads"),
    untestedOnJs: "there are no threads",
  },
  {
    name: "named-readtables",
    debian: "cl-named-readtables",
    folder: "named-readtables",
    system: "named-readtables",
    tests: own("named-readtables/test", `:rt :argument "NAMED-READTABLES-TEST"`),
  },
  {
    name: "nibbles",
    debian: "cl-nibbles",
    folder: "nibbles",
    needs: ["rt"],
    system: "nibbles",
    tests: rt("nibbles/tests"),
  },
  {
    name: "babel",
    debian: "cl-babel",
    folder: "babel",
    needs: ["alexandria", "trivial-features"],
    system: "babel",
    tests: own("babel-tests", `:stefil :argument "BABEL-TESTS"`),
    slow: 2,
  },
  {
    name: "flexi-streams",
    debian: "cl-flexi-streams",
    folder: "cl-flexi-streams",
    needs: ["trivial-gray-streams"],
    system: "flexi-streams",
    tests: own("flexi-streams-test", ":flexi-streams"),
    slow: 2,
  },
  {
    name: "cl-ppcre",
    debian: "cl-ppcre",
    folder: "cl-ppcre",
    needs: ["flexi-streams"],
    system: "cl-ppcre",
    tests: own("cl-ppcre/test", ":ppcre"),
    slow: 2,
  },
  {
    name: "salza2",
    debian: "cl-salza2",
    folder: "salza2",
    system: "salza2",
    untested: "it comes without tests; those of chipz run it",
  },
  {
    name: "chipz",
    debian: "cl-chipz",
    folder: "chipz",
    needs: ["salza2"],
    system: "chipz",
    tests: ":runner :chipz",
  },
  {
    name: "asdf-flv",
    debian: "cl-asdf-flv",
    folder: "asdf-flv",
    system: "net.didierverna.asdf-flv",
    untested: "it comes without tests",
  },
  {
    name: "trivial-backtrace",
    debian: "cl-trivial-backtrace",
    folder: "trivial-backtrace",
    system: "trivial-backtrace",
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
