/** Runs the programs of these tests as real processes, which can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const REGISTER = join(__dirname, '../../support/register.js');

export type Line = Readonly<Record<string, unknown>>;

/** A running program and what it has printed. */
export interface Program {
  readonly process: ChildProcess;
  readonly lines: readonly Line[];
  /** Resolves to the first line, also a past one, that has the key; rejects where the program ends without. */
  waitFor(key: string): Promise<Line>;
  /** Closes its input and resolves to its exit code. */
  finish(): Promise<number | null>;
  /** Sends SIGKILL and resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a script of this folder; `uid` makes it run as another user, which only root can. */
export function runScript(name: string, args: readonly string[], uid?: number): Program {
  const child = spawn(process.execPath, ['-r', REGISTER, join(__dirname, name), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const lines: Line[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(JSON.parse(line)));
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'exit');
  const closed = once(reader, 'close');
  return {
    process: child,
    lines,
    waitFor: (key) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => key in line);
          if (found !== undefined) resolve(found);
        };
        look();
        reader.on('line', look);
        void closed.then(() => reject(new Error(`no ${key} in ${JSON.stringify(lines)}`)));
      }),
    async finish() {
      child.stdin.end();
      await exited;
      await closed;
      return child.exitCode;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
      await closed;
    },
  };
}
