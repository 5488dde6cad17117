/** Turns whatever a stage threw into an error with a code, which says whether trying again can help. */
import { isDiskFull, isNightjarError, NightjarError, systemErrorCode } from '../errors';

/**
 * SQLSTATEs that pass by themselves: the server stops or starts, has no connection, memory or time left, has become a
 * replica in a failover, or has let another transaction go first.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const DATABASE_CODES =
  /^(08[0-9A-Z]{3}|53000|53200|53300|53400|57014|57P0[1-5]|58000|58030|25006|25P0[2-4]|40001|40P01|55P03)$/;
/** What pg says, without a code, where a connection ended; the third in place of the first where the rollback of its transaction fails as well. */
const LOST_CONNECTION =
  /Connection terminated|terminating connection|is not queryable|timeout exceeded when trying to connect|timeout expired|Query read timeout/;
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);
/** Also what it says where an administrator cancels the statement. */
const STATEMENT_TIMEOUT = '57014';
/** What PostgreSQL says where the disk of its server is full. */
const DATABASE_DISK_FULL = '53100';

/** What the local AWS answers (507) where its disk is full: waiting frees no space. */
const LOCAL_DISK_FULL = 'InsufficientStorage';

/** What the SDK throws where the service that gives credentials (instance metadata, single sign-on) does not answer. */
const NO_CREDENTIALS = 'CredentialsProviderError';

/** Explains a failure; what can't be recognised is a defect of nightjar, E_BUG. */
export function explainFailure(error: unknown): NightjarError {
  if (isNightjarError(error)) return error instanceof NightjarError ? error : new NightjarError('E_BUG', String(error));
  const code = systemErrorCode(error) ?? '';
  const message = textOf(error, 'message') ?? String(error);
  if (isDiskFull(error) || code === DATABASE_DISK_FULL || textOf(error, 'name') === LOCAL_DISK_FULL)
    return new NightjarError('E_ENGINE_DISK_FULL', `the disk is full: ${message}`, {
      fix: 'free some space, then run it again',
      cause: error,
    });
  if (isAwsError(error)) return explainAws(error, message);
  if (code === STATEMENT_TIMEOUT) {
    return new NightjarError('E_ENGINE_DATABASE', `a statement took longer than the database allows: ${message}`, {
      fix: 'raise database.statementTimeoutSeconds, or see what the server is waiting for (pg_stat_activity)',
      cause: error,
    });
  }
  if (DATABASE_CODES.test(code) || LOST_CONNECTION.test(message)) {
    return new NightjarError('E_ENGINE_DATABASE', `the database is unreachable: ${message}`, { cause: error });
  }
  if (NETWORK_CODES.has(code) || isSocketGone(error, code) || textOf(error, 'name') === NO_CREDENTIALS)
    return new NightjarError('E_ENGINE_AWS', `an engine is unreachable: ${message}`, { cause: error });
  return new NightjarError('E_BUG', message, { cause: error });
}

/** The unix socket of a server that is down; any other file that is not there does not come by waiting. */
function isSocketGone(error: unknown, code: string): boolean {
  return code === 'ENOENT' && textOf(error, 'syscall') === 'connect';
}

function explainAws(error: Error & { $metadata: { httpStatusCode?: number } }, message: string): NightjarError {
  const status = error.$metadata.httpStatusCode ?? 0;
  const passes =
    status === 0 ||
    status >= 500 ||
    status === 429 ||
    /Throttl|TooManyRequests|LimitExceeded|SlowDown|RequestTimeout$/.test(error.name);
  if (passes) return new NightjarError('E_ENGINE_AWS', `AWS answers ${error.name}: ${message}`, { cause: error });
  return new NightjarError('E_ENGINE_AWS_REFUSED', `AWS refuses the call, ${error.name}: ${message}`, {
    fix: /AccessDenied/.test(error.name)
      ? 'nightjar doctor   prints the permission that is missing; add it, then run it again'
      : 'mend what the message names (role, path, limit), then run it again',
    cause: error,
  });
}

function isAwsError(error: unknown): error is Error & { $metadata: { httpStatusCode?: number } } {
  return (
    error instanceof Error && '$metadata' in error && typeof error.$metadata === 'object' && error.$metadata !== null
  );
}

/** Not by instanceof: errors of the system have another identity in some realms. */
function textOf(error: unknown, member: 'message' | 'name' | 'syscall'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, member);
  return typeof value === 'string' ? value : undefined;
}
