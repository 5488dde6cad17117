/** The keeper: a small detached node process that is the server's parent and stops it when its last user is gone. */
import { type ChildProcess, spawn } from 'node:child_process';
import type nodeFs from 'node:fs';

/** Everything a keeper needs to know. */
export interface KeeperTask {
  readonly users: string;
  readonly keepers: string;
  readonly stopping: string;
  /** The process id of a server whose keeper has died; null to start a server. */
  readonly adopt: number | null;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: { readonly uid: number; readonly gid: number } | null;
}

/**
 * Starts a keeper in a session of its own; it and the server write to `log`, an open descriptor.
 * It exits with 1 where its first start of the server fails. It restarts a server that dies while there are users.
 */
export function startKeeper(task: KeeperTask, log: number): ChildProcess {
  // The program travels as text, so that it needs no file: the same from sources and from dist.
  const program = `(${keepServer})(JSON.parse(process.argv[1]), require('node:fs'), require('node:child_process').spawn)`;
  const child = spawn(process.execPath, ['--max-old-space-size=32', '-e', program, JSON.stringify(task)], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  return child;
}

/**
 * Is the whole program of a keeper: nothing outside its parameters and node's globals may be named in it.
 *
 * A stop can't cross a start: the keeper first holds `stopping`, then looks at `users` once more; a starter first holds
 * `users`, then looks at `stopping`. So either the keeper sees the starter and goes on, or the starter sees the keeper
 * and waits until the server is gone.
 */
function keepServer(task: KeeperTask, fs: typeof nodeFs, spawnServer: typeof spawn): void {
  const POLL_MS = 100;
  const RESTARTS_MAX = 100;
  const SETTLED_MS = 10_000;
  const FAST_SHUTDOWN_MS = 30_000;
  const openToRead = (path: string): number => fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const users = openToRead(task.users);
  const byte = Buffer.alloc(1);
  let server = task.adopt;
  let isChild = false;
  let startedAt = Date.now();
  let failures = task.adopt === null ? -1 : 0;
  let mark: number | null | undefined;

  /** Reading gives the end of file only while no process holds the writing end; EAGAIN says that one does. */
  function hasUsers(): boolean {
    try {
      return fs.readSync(users, byte, 0, 1, null) > 0;
    } catch {
      return true;
    }
  }

  function signal(name: NodeJS.Signals | 0): boolean {
    try {
      return server !== null && process.kill(server, name);
    } catch {
      return false;
    }
  }

  function start(): void {
    startedAt = Date.now();
    const child = spawnServer(task.command, [...task.args], {
      cwd: '/',
      env: { ...task.env },
      stdio: ['ignore', 'inherit', 'inherit'],
      ...(task.user ?? {}),
    });
    child.once('error', () => process.exit(1));
    child.once('exit', (code) => handleLoss(code));
    server = child.pid ?? null;
    isChild = true;
  }

  function handleLoss(code: number | null): void {
    server = null;
    if (mark !== undefined || !hasUsers()) process.exit(0);
    if (failures < 0 && code !== null && code !== 0 && Date.now() - startedAt < SETTLED_MS) process.exit(1);
    failures = Date.now() - startedAt > SETTLED_MS ? 0 : failures + 1;
    if (failures > RESTARTS_MAX) process.exit(1);
    setTimeout(start, failures <= 0 ? 0 : POLL_MS);
  }

  /** Returns nothing where the folder was deleted under a running server, so that nobody can come any more. */
  function holdMark(): number | null {
    try {
      return openToRead(task.stopping);
    } catch {
      return null;
    }
  }

  function stop(): void {
    mark = holdMark();
    if (mark !== null && hasUsers()) {
      fs.closeSync(mark);
      mark = undefined;
      return;
    }
    if (!signal('SIGINT')) process.exit(0);
    setTimeout(() => signal('SIGQUIT'), FAST_SHUTDOWN_MS);
  }

  process.title = 'nightjar-keeper';
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  openToRead(task.keepers);
  if (server === null) start();
  setInterval(() => {
    if (server !== null && !isChild && !signal(0)) handleLoss(null);
    if (mark === undefined && !hasUsers()) stop();
  }, POLL_MS);
}
