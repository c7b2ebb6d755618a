// Sees to the Debian packages that tests and builds use: installs them where that is
// allowed, names them where it is not.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Each package with a file or command that it brings. */
const PACKAGES = {
  sbcl: "/usr/bin/sbcl",
  clisp: "/usr/bin/clisp",
  llvm: "/usr/bin/llvm-mc",
  "qemu-system-x86": "/usr/bin/qemu-system-x86_64",
  xorriso: "/usr/bin/xorriso",
  mtools: "/usr/bin/mcopy",
  "cl-split-sequence": "/usr/share/common-lisp/source/cl-split-sequence",
  "cl-anaphora": "/usr/share/common-lisp/source/anaphora",
  "cl-parse-number": "/usr/share/common-lisp/source/parse-number",
};

/** The packages that are not installed. */
export function missingPackages() {
  return Object.keys(PACKAGES).filter((name) => !existsSync(PACKAGES[name]));
}

/** Installs what is missing; the packages that are missing still. */
export function installPackages() {
  const missing = missingPackages();
  if (missing.length === 0) return [];
  const mayInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (mayInstall) {
    console.log(`setup: installing the Debian packages ${missing.join(" ")}`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...args) =>
      spawnSync("apt-get", ["-q", "-y", ...args], {
        env,
        stdio: ["ignore", "ignore", "inherit"],
        timeout: 900_000,
      });
    apt("update");
    apt("install", "--no-install-recommends", ...missing);
  }
  const left = missingPackages();
  if (left.length > 0) {
    console.log(`setup: these Debian packages are missing: ${left.join(" ")}`);
    console.log(`setup: install them with: sudo apt-get install ${left.join(" ")}`);
  }
  return left;
}
