/** Runs a server of a test's own in a temporary folder, and sees to it that neither outlives the test. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** PostgreSQL refuses root, so that root gives its servers this user: nobody and nogroup on Debian. */
export const SERVER_USER = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

export interface ProcessTask {
  readonly command: string;
  readonly args: readonly string[];
  /** The server's temporary folder, which is removed with it. */
  readonly folder: string;
  /** Ends the server in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** Answers when the server takes connections, rejects while it does not. */
  readonly isReady: () => Promise<unknown>;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

export interface PrivateProcess {
  readonly pid: number;
  /** Ends it by its stop signal, and waits until it is gone. */
  stop(): Promise<void>;
  /** SIGKILL to the process and to its children, and waits until all are gone: what a power cut is to the processes. */
  kill(): Promise<void>;
  /** SIGSTOP: its connections stay open and answer nothing. `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
}

const READY_MS = 30_000;
const POLL_MS = 20;

/** Starts a server and waits until it is ready; says what it printed where it does not come up. */
export async function startPrivateProcess(task: ProcessTask): Promise<PrivateProcess> {
  const child = spawn(task.command, [...task.args], {
    cwd: task.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(task.user ?? {}),
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed = `${printed}${text}`.slice(-4000);
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      printed += error.message;
      resolve();
    });
  });
  const guard = guardProcess(child.pid ?? 0, task);
  const ending = { child, ended, guard };
  await waitUntilReady(task, ending, () => printed);
  return {
    pid: child.pid ?? 0,
    stop: () => endChild(ending, () => child.kill(task.stopSignal)),
    kill: () => killTree(ending),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  };
}

interface Ending {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly guard: ChildProcess;
}

async function waitUntilReady(task: ProcessTask, ending: Ending, printed: () => string): Promise<void> {
  let gone = false;
  void ending.ended.then(() => {
    gone = true;
  });
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && !gone) {
    try {
      await task.isReady();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  await killTree(ending);
  throw new Error(`${task.command} did not come up: ${printed()}`);
}

async function endChild({ child, ended, guard }: Ending, end: () => void): Promise<void> {
  guard.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) end();
  await ended;
}

/** The parent is stopped first, so that it starts no child while they are listed. */
async function killTree(ending: Ending): Promise<void> {
  const parent = ending.child.pid ?? 0;
  ending.child.kill('SIGSTOP');
  const children = (await listProcesses()).filter((one) => one.parent === parent).map((one) => one.pid);
  await endChild(ending, () => ending.child.kill('SIGKILL'));
  for (const pid of children) signalIfThere(pid, 'SIGKILL');
  while ((await listProcesses()).some((one) => children.includes(one.pid))) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Lists what lives; a dead process whose parent has not asked for it yet does not. */
async function listProcesses(): Promise<readonly { readonly pid: number; readonly parent: number }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return state === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself meanwhile, as a child does whose parent is gone.
  }
}
/** Ends the server and removes its folder when this process is gone, by whatever death: its end of the pipe closes then. */
function guardProcess(pid: number, task: ProcessTask): ChildProcess {
  const script = 'read _; kill -"$2" "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$3"';
  const guard = spawn('/bin/sh', ['-c', script, 'guard', String(pid), task.stopSignal.slice(3), task.folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C in a terminal reaches the whole group, and this one must outlive it.
    detached: true,
  });
  guard.unref();
  guard.stdin.on('error', () => undefined);
  if ('unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref();
  return guard;
}

/** Makes a temporary folder that belongs to the server's user. */
export async function makeServerFolder(kind: string, user?: { readonly uid: number; readonly gid: number }) {
  const folder = await mkdtemp(join(tmpdir(), `nightjar-${kind}-`));
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  return folder;
}

export async function removeServerFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Finds a port of 127.0.0.1 that is free now; a server's port has to be known before its start. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port of 127.0.0.1 is free');
  return address.port;
}
