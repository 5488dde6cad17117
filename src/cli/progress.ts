/** Shows progress on stderr: one rewritten line on a terminal, else plain lines, few enough for a log. */

export interface ProgressLine {
  /** Replaces what the line says. */
  show(text: string): void;
  /** Leaves a line that stays. */
  say(text: string): void;
  clear(): void;
}

export interface ProgressOptions {
  readonly quiet: boolean;
  readonly isTerminal: boolean;
  readonly write: (text: string) => void;
  readonly now: () => number;
}

const PLAIN_EVERY_MS = 60_000;

/** Makes a progress line. Without a terminal, `show` prints at most once a minute, `say` always. */
export function createProgress(options: ProgressOptions): ProgressLine {
  let shown = '';
  let lastPlain = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (shown !== '' && options.isTerminal) options.write('\r\u001b[2K');
    shown = '';
  };
  return {
    show: (text) => {
      if (options.quiet || text === shown) return;
      if (options.isTerminal) {
        options.write(`\r\u001b[2K${text}`);
        shown = text;
      } else if (options.now() - lastPlain >= PLAIN_EVERY_MS) {
        lastPlain = options.now();
        options.write(`${text}\n`);
      }
    },
    say: (text) => {
      if (options.quiet) return;
      clear();
      options.write(`${text}\n`);
    },
    clear,
  };
}

/** Makes the progress line of this process. */
export function processProgress(flags: { readonly quiet?: boolean }): ProgressLine {
  const isTerminal = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  return createProgress({
    quiet: flags.quiet === true,
    isTerminal,
    write: (text) => process.stderr.write(text),
    now: () => Date.now(),
  });
}
