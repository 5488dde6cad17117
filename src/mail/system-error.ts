/** Reads the errors of the operating system. */

/** Returns the code of a system error (`ENOENT`, `EEXIST`…); undefined for anything else. */
export function readErrorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}

/** Tells that a write failed for lack of space: disk, quota, or the largest file that this process may write. */
export function isDiskFull(error: unknown): boolean {
  const code = readErrorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}
