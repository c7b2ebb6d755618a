/** Progress of long work: one rewritten line on a terminal, plain lines elsewhere. */

export interface Progress {
  /** Says what is being done now. */
  step(text: string): void;
  /** Ends the line and leaves `text` standing. */
  done(text: string): void;
}

/** Reports to `stream`, standard error by default, so that output stays clean. */
export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const width = (stream.columns ?? 80) - 1;
  let last = "";
  return {
    step(text) {
      if (stream.isTTY) {
        stream.write(`\r\x1b[K${text.slice(0, width)}`);
      } else if (text !== last) {
        stream.write(`${text}\n`);
      }
      last = text;
    },
    done(text) {
      stream.write(stream.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
      last = text;
    },
  };
}
