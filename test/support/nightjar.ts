/** Runs the built command line as a user does, in folders of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT = path.join(__dirname, '..', '..');
const BIN = path.join(ROOT, 'bin', 'nightjar.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Variables that would point a test at engines of this machine. */
const FOREIGN = ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'AWS_REGION', 'AWS_DEFAULT_REGION'];

/** Of nightjar's own variables a test gives what it wants; those of the suites (NIGHTJAR_TEST_LONG) are no settings. */
function isForeign(name: string): boolean {
  return FOREIGN.includes(name) || name.startsWith('NIGHTJAR_');
}

/** Starts nightjar. */
export function startNightjar(args: readonly string[], options: CallOptions = {}): Running {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...inherited, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  return { child, ended };
}

/** Runs nightjar to its end. */
export function runNightjar(args: readonly string[], options: CallOptions = {}): Promise<Ended> {
  return startNightjar(args, options).ended;
}

/** Makes a folder for the test file's state, which the database's user can enter, and removes it after its last test. */
export function makeTestFolder(prefix: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `${prefix}-`));
  chmodSync(folder, 0o711);
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }));
  return folder;
}

/** Lists the files below a folder whose names end so, sorted. */
export function listFiles(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file))
    .sort();
}
