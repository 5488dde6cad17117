/** Reads the lock files by which PostgreSQL picks one winner among simultaneous servers, and clears one that lies. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemErrorCode } from '../../errors';

/** What a running or dead server left; `socketFolder` is undefined while it is only starting. */
export interface PidFile {
  readonly pid: number;
  readonly socketFolder: string | undefined;
  readonly ready: boolean;
  readonly text: string;
}

/** Far longer than a server takes from making the file to writing it. */
const EMPTY_MS = 1000;

/** Names the lock file of a data folder. */
export function namePidFile(data: string): string {
  return join(data, 'postmaster.pid');
}

/** Reads `postmaster.pid`, or the lock file beside a socket; undefined where there is none, or it is only half written. */
export function readPidFile(path: string): PidFile | undefined {
  const text = readText(path);
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (text === undefined || !Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, socketFolder: lines[4] || undefined, ready: lines[7]?.trim() === 'ready', text };
}

/** Tells whether any process has a number, be it a zombie; PostgreSQL by itself clears the file of one that hasn't. */
export function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) !== 'ESRCH';
  }
}

/** Tells whether a process is the server of a data folder: not a zombie, and not a stranger that got its number. */
export async function isServer(pid: number, data: string): Promise<boolean> {
  const line =
    process.platform === 'linux'
      ? readText(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ')
      : await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(
          (result) => result.stdout,
          () => undefined,
        );
  return line?.includes(` -D ${data} `) ?? false;
}

/**
 * Removes a file that PostgreSQL would take for a running server's for ever, as it belongs to a zombie or a stranger.
 * One that another start has written meanwhile, so that its text differs, stays or is put back.
 */
export function dropPidFile(path: string, text: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    if (readText(path) !== text) return;
    renameSync(path, aside);
    if (readText(aside) !== text) linkSync(aside, path);
  } catch (error) {
    const errno = systemErrorCode(error);
    if (errno !== 'ENOENT' && errno !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Removes a file whose writer was killed before it wrote: PostgreSQL refuses an empty one, as its writer might be at it. */
export function dropEmptyPidFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.size === 0 && Date.now() - found.mtimeMs > EMPTY_MS) dropPidFile(path, '');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const errno = systemErrorCode(error);
    if (errno === 'ENOENT' || errno === 'ESRCH') return undefined;
    throw error;
  }
}
