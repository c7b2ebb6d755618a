// The first example of a README is run, and must print what the README says it prints.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The first `ts` block of a README and the `text` block behind it, or null. */
export function exampleOf(readme) {
  const found = /```ts\n(.*?)```.*?```text\n(.*?)```/s.exec(readme);
  return found === null ? null : { code: found[1], output: found[2] };
}

/** What the program `code` prints, run by Node in `directory`. */
export async function run(code, directory) {
  const args = ["--input-type=module", "--eval", code];
  const options = { cwd: directory, timeout: 60_000, maxBuffer: 1 << 24 };
  const { stdout } = await execute(process.execPath, args, options);
  return stdout;
}

/** What is wrong with the example of `readme`, run in `directory`; null if nothing. */
export async function exampleFailure(readme, directory) {
  const example = exampleOf(readme);
  if (example === null) return "the README has no example";
  try {
    const printed = await run(example.code, directory);
    if (printed === example.output) return null;
    return `the README says:\n${example.output}but its example prints:\n${printed}`;
  } catch (error) {
    return `${error.stdout ?? ""}${error.stderr ?? ""}` || error.message;
  }
}
