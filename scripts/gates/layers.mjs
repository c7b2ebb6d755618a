// Dependencies point only downwards, files make no circles, and nobody imports what is
// inside another package. Reads package.json, TypeScript, .asd and Lisp files.
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { filesUnder } from "./files.mjs";

/** The packages, lowest first, with the Lisp packages that each defines. */
export const LAYERS = [
  { name: "reader", directory: "packages/reader", lisp: [] },
  { name: "bootstrap", directory: "packages/bootstrap", lisp: [] },
  {
    name: "runtime",
    directory: "packages/runtime",
    lisp: ["astralisp", "astralisp.primitives", "astralisp.runtime"],
  },
  { name: "asm-kit", directory: "packages/asm-kit", lisp: ["astralisp.asm"] },
  { name: "compiler", directory: "packages/compiler", lisp: ["astralisp.compiler"] },
  { name: "kernel", directory: "packages/kernel", lisp: ["astralisp.kernel"] },
  { name: "astra", directory: "apps/astra", lisp: [] },
];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/g;

/** Checks the tree at `root`: how many files were looked at, and what is wrong. */
export function checkLayers(root) {
  const problems = [];
  let looked = 0;
  const rank = new Map(LAYERS.map(({ name }, i) => [name, i]));
  for (const layer of LAYERS) {
    const directory = join(root, layer.directory);
    const report = (file, text) => problems.push(`${relative(root, file)}: ${text}`);
    const below = (name) => rank.has(name) && rank.get(name) < rank.get(layer.name);
    looked += checkManifest(directory, below, report);
    looked += checkTypeScript(directory, below, report);
    looked += checkLisp(directory, layer, below, report);
  }
  return { looked, problems };
}

function checkManifest(directory, below, report) {
  const file = join(directory, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  for (const field of ["dependencies", "peerDependencies", "optionalDependencies"]) {
    for (const name of Object.keys(manifest[field] ?? {})) {
      const own = name.replace(/^@astralisp\//, "");
      if (own !== name && !below(own))
        report(file, `depends on ${name}, which is not below`);
    }
  }
  return 1;
}

function checkTypeScript(directory, below, report) {
  const files = [...filesUnder(directory, [".ts"])];
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const edges = new Map();
  for (const file of files) {
    const isSource = relative(directory, file).startsWith("src");
    const values = [];
    for (const [, type, target] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      if (target.startsWith(".")) {
        const path = resolve(dirname(file), target.replace(/\.js$/, ".ts"));
        if (relative(directory, path).startsWith("..")) {
          report(file, `imports ${target}, outside its package`);
        }
        if (type === undefined) values.push(path);
      } else if (target.startsWith("@astralisp/")) {
        const [, name, ...inner] = target.split("/");
        if (inner.length > 0) report(file, `imports ${target}, inside another package`);
        if (isSource && !below(name))
          report(file, `imports ${target}, which is not below`);
        if (isSource && manifest.dependencies?.[`@astralisp/${name}`] === undefined) {
          report(file, `imports ${target}, which package.json does not name`);
        }
      }
    }
    edges.set(file, values);
  }
  for (const circle of circles(edges)) {
    const names = circle.map((file) => relative(directory, file));
    report(circle[0], `imports itself: ${names.join(" → ")}`);
  }
  return files.length;
}

/** The circles that a depth-first walk of `edges` closes. */
function circles(edges) {
  const found = [];
  const done = new Set();
  const path = [];
  const walk = (file) => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of edges.get(file) ?? []) walk(next);
    path.pop();
    done.add(file);
  };
  for (const file of edges.keys()) walk(file);
  return found;
}

function checkLisp(directory, layer, below, report) {
  const owners = LAYERS.flatMap(({ name, lisp }) => lisp.map((prefix) => [prefix, name]));
  owners.sort(([a], [b]) => b.length - a.length);
  let looked = 0;
  for (const file of filesUnder(join(directory, "lisp"), [".lisp", ".asd"])) {
    looked++;
    const code = readFileSync(file, "utf8").replace(/;.*$/gm, "");
    const names = file.endsWith(".asd")
      ? [...code.matchAll(/"astralisp-([a-z-]+)"/g)].map(([, name]) => name)
      : [...code.matchAll(/(?:^|[\s('`,@:])(astralisp(?:\.[a-z0-9.-]+)?)(?=::?|[\s)])/g)]
          .map(([, prefix]) => owners.find(([own]) => `${prefix}.`.startsWith(`${own}.`)))
          .map((owner) => owner?.[1]);
    for (const name of new Set(names)) {
      const isKnown = LAYERS.some((known) => known.name === name);
      if (isKnown && name !== layer.name && !below(name)) {
        report(file, `uses ${name}, which is not below`);
      }
    }
  }
  return looked;
}
