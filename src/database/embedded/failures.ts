/** Turns what the operating system and PostgreSQL say about a state folder into named errors. */
import { isDiskFull, isNightjarError, NightjarError, systemErrorCode } from '../../errors';

const DISK_FULL_TEXT = /No space left on device|Disk quota exceeded/;
const REFUSED_TEXT = /Permission denied|Read-only file system|Operation not permitted|Operation not supported/;
/** What a losing or early starter prints: the same start works a moment later. */
const PASSING_TEXT = /lock file "[^"]*" (already exists|is empty)|pre-existing shared memory block|is still in use/;
const NAMELESS_USER_TEXT = /could not look up effective user ID/;
const STATE_FIX = 'name a folder on a local disk that this user may write: --state DIR';

/** Names the failure of a file operation below the state folder; errors that are named already pass through. */
export function explainFileFailure(error: unknown, folder: string): NightjarError {
  if (isNightjarError(error)) return error;
  const errno = systemErrorCode(error);
  if (errno === undefined) {
    return new NightjarError('E_BUG', `the state folder "${folder}" failed unexpectedly: ${readMessage(error)}`, {
      cause: error,
    });
  }
  if (isDiskFull(error)) return diskFull(folder, error);
  return new NightjarError('E_ENGINE_STATE', `the state folder "${folder}" cannot be used: ${readMessage(error)}`, {
    fix: STATE_FIX,
    cause: error,
  });
}

/** Names the failure of a PostgreSQL program by what it printed. */
export function explainProgramFailure(output: string, folder: string): NightjarError {
  const line = findTellingLine(output);
  const cause = new Error(output.trim().slice(-2000));
  if (DISK_FULL_TEXT.test(output)) return diskFull(folder, cause);
  if (REFUSED_TEXT.test(output)) {
    return new NightjarError('E_ENGINE_STATE', `PostgreSQL cannot use "${folder}": ${line}`, { fix: STATE_FIX, cause });
  }
  return new NightjarError('E_ENGINE_DATABASE', `the embedded PostgreSQL in "${folder}" does not start: ${line}`, {
    fix: NAMELESS_USER_TEXT.test(output)
      ? 'run nightjar as a user that stands in /etc/passwd, or set DATABASE_URL to a PostgreSQL server of yours'
      : `read ${folder}/server.log, or set DATABASE_URL to a PostgreSQL server of yours`,
    cause,
  });
}

/** Tells a start that lost to another one, or came while an old server was still going away, from one that failed. */
export function isPassingFailure(output: string): boolean {
  return PASSING_TEXT.test(output);
}

function diskFull(folder: string, cause: unknown): NightjarError {
  return new NightjarError('E_ENGINE_DISK_FULL', `the disk that holds "${folder}" is full`, {
    fix: 'free at least 100 MB there, or name a folder on another disk: --state DIR',
    cause,
  });
}

function findTellingLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.find((line) => /FATAL|PANIC|error:|ERROR/.test(line)) ?? lines.at(-1) ?? 'it printed nothing';
  return telling.replace(/^.*?(FATAL|PANIC|ERROR|error):\s*/, '').trim();
}

function readMessage(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
