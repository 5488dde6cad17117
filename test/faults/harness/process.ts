/** Starts processes whose output goes to files, which outlive them, and ends them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { promisify } from 'node:util';

export interface LoggedProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  isAlive(): boolean;
  kill(signal: NodeJS.Signals): void;
}

export interface ProcessWish {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Output is appended, so that one file tells of all lives of a process. */
  readonly log: string;
}

/** What a process gets of this one's environment: nothing that points at engines or belongs to the test runner. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'USER'];

/** Starts node. */
export function startLogged(wish: ProcessWish): LoggedProcess {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const log = openSync(wish.log, 'a');
  const child = spawn(process.execPath, [...wish.args], {
    cwd: wish.cwd,
    env: { ...inherited, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...wish.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'gone'));
  });
  return {
    pid: child.pid ?? 0,
    child,
    ended,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    kill: (signal) => void child.kill(signal),
  };
}

/** Lists the processes of this machine whose command line has this text. */
export async function listProcessesWith(
  text: string,
): Promise<readonly { readonly pid: number; readonly command: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,stat=,args='], {
    maxBuffer: 16_000_000,
  });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, state, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (command === undefined || state?.startsWith('Z') || !command.includes(text)) return [];
    return [{ pid: Number(pid), command }];
  });
}

/** Kills what still runs in a folder once this process is gone, by whatever death: its end of the pipe closes then. */
export function guardFolder(folder: string): { release(): void } {
  const list = 'ps -A -ww -o pid=,args= | grep -F -- "$1" | while read -r pid rest; do';
  const script = `read _; ${list} [ "$pid" = "$$" ] || kill -9 "$pid" 2>/dev/null; done`;
  const guard = spawn('/bin/sh', ['-c', script, 'guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C in a terminal reaches the whole group, and this one must outlive it.
    detached: true,
  });
  guard.unref();
  guard.stdin.on('error', () => undefined);
  if ('unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref();
  return { release: () => void guard.kill('SIGKILL') };
}
