import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtSystem, type Listener, startListener } from "./system.ts";

describe.each(["hosted", "qemu"] as const)("a listener, %s", (place) => {
  let listener: Listener;
  beforeAll(async () => {
    listener = await startListener(await builtSystem(), place);
  }, 300_000);
  afterAll(() => listener.end());

  const top = (line: string) => listener.askFor("CL-USER>", line);

  test("shows the values of forms", async () => {
    expect(await top("(+ 1 2)")).toBe("3");
    expect(await top('(values 1 "two" \'three)')).toBe('1\n"two"\nTHREE');
    expect(await top("(expt 3 100)")).toBe(String(3n ** 100n));
    expect(await top("(list * (/ 6 4) (sqrt 2d0))")).toContain(
      "3/2 1.4142135623730951d0",
    );
  });

  test("lets callers see a new definition at once", async () => {
    await top("(defun inner (x) (* 2 x))");
    await top("(defun outer (x) (+ 1 (inner x)))");
    expect(await top("(outer 10)")).toBe("21");
    await top("(defun inner (x) (* 5 x))");
    expect(await top("(outer 10)")).toBe("51");
  });

  test("enters the debugger at an error and comes back by a restart", async () => {
    await top("(defun broken (x) (/ x 0))");
    const error = await listener.askFor("debug 1>", "(broken 42)");
    expect(error).toContain("division by zero");
    expect(error).toMatch(/0: \[ABORT\] return to the listener/);
    const frames = await listener.askFor("debug 1>", ":bt");
    expect(frames).toMatch(/BROKEN/);
    expect(await listener.askFor("debug 1>", "(+ 40 2)")).toBe("42");
    await top("0");
    expect(await top("(+ 20 3)")).toBe("23");
  });

  test("shows code, documentation, symbols, memory and time", async () => {
    expect(await top("(disassemble 'car)")).toMatch(/^; CAR[\s\S]*\bret\b/);
    expect(await top("(describe 'car)")).toContain("CLHS CAR");
    expect(await top('(apropos "string-up")')).toContain("STRING-UPCASE (function)");
    expect(await top("(room)")).toMatch(/heap: [\d,]+ octets in use of [\d,]+/);
    expect(await top("(time (+ 1 2))")).toMatch(/real [\d.]+ s[\s\S]*\n3$/);
  });

  test("runs a second thread while it answers", async () => {
    await top("(defvar *count* 0)");
    await top("(defun spin () (loop (incf *count*) (sleep 0.001)))");
    await top('(defvar *thread* (make-thread #\'spin :name "spin"))');
    const first = Number(await top("*count*"));
    expect(await top(`(loop until (> *count* (+ 5 ${first})) do (sleep 0.01))`)).toBe(
      "NIL",
    );
    expect(await top("(thread-alive-p *thread*)")).toBe("T");
    await top("(destroy-thread *thread*)");
    expect(await top("(progn (sleep 0.05) (thread-alive-p *thread*))")).toBe("NIL");
  });

  test("shows its prompt again when another thread's debugger has ended", async () => {
    await top('(make-thread (lambda () (sleep 0.3) (error "elsewhere")))');
    const { before, prompt } = await listener.prompt();
    expect(prompt).toBe("debug 1>");
    expect(before).toContain("error: elsewhere");
    expect(await listener.askFor("debug 1>", "(* 6 7)")).toBe("42");
    await top(":abort");
    expect(await top("(+ 20 4)")).toBe("24");
  });

  test("keeps threads apart with a mutex", async () => {
    await top("(defvar *lock* (make-mutex))");
    await top("(defvar *sum* 0)");
    await top(
      "(defun add () (dotimes (i 1000) (with-mutex (*lock*) " +
        "(let ((s *sum*)) (thread-yield) (setq *sum* (+ s 1))))))",
    );
    await top("(mapc #'join-thread (list (make-thread #'add) (make-thread #'add)))");
    expect(await top("*sum*")).toBe("2000");
  });

  test("interrupts a loop with Ctrl-C, which can go on or stop", async () => {
    await top("(defvar *turns* 0)");
    await top(
      "(defun turn () (loop (when (zerop (mod (incf *turns*) 200000)) " +
        '(princ "[turn]") (finish-output))))',
    );
    const { machine } = listener;
    machine.type("(turn)\n");
    for (const restart of [":continue", ":abort"]) {
      await machine.waitFor("[turn]", 20);
      machine.type("\x03");
      expect((await listener.prompt()).prompt).toBe("debug 1>");
      machine.type(`${restart}\n`);
    }
    expect((await listener.prompt()).prompt).toBe("CL-USER>");
    expect(Number(await top("*turns*"))).toBeGreaterThan(200_000);
  });
});
