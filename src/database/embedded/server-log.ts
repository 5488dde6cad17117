/** Keeps the server's log: appended to, and put aside before a start when it has grown. */
import { closeSync, fchownSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './place';

const SIZE_BYTES_MAX = 4_000_000;

/** An open log; `readNew` gives what was written since it was opened. */
export interface ServerLog {
  readonly descriptor: number;
  readNew(): string;
  close(): void;
}

/** Opens `server.log` in a folder, mode 0600; over 4 MB it becomes `server.log.1`, in the place of the one before. */
export function openServerLog(place: Place): ServerLog {
  const path = join(place.folder, 'server.log');
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > SIZE_BYTES_MAX) renameSync(path, `${path}.1`);
  const descriptor = openSync(path, 'a', 0o600);
  if (place.user !== undefined) fchownSync(descriptor, place.user.uid, place.user.gid);
  const start = fstatSync(descriptor).size;
  return {
    descriptor,
    readNew: () => readFileSync(path).subarray(start).toString(),
    close: () => closeSync(descriptor),
  };
}
