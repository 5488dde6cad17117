/** Turns whatever a stage threw into an error with a code, which says whether trying again can help. */
import { isNightjarError, NightjarError } from '../errors';

const DATABASE_CODES: ReadonlySet<string> = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08006',
  '08003',
  '08001',
  '40001',
  '40P01',
  '55P03',
]);
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);
const DISK_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', '53100']);

/** What the local AWS answers (507) where its disk is full: waiting frees no space. */
const LOCAL_DISK_FULL = 'InsufficientStorage';

/** Explains a failure; what can't be recognised is a defect of nightjar, E_BUG. */
export function explainFailure(error: unknown): NightjarError {
  if (isNightjarError(error)) return error instanceof NightjarError ? error : new NightjarError('E_BUG', String(error));
  const code = textOf(error, 'code') ?? '';
  const message = textOf(error, 'message') ?? String(error);
  if (DISK_CODES.has(code) || textOf(error, 'name') === LOCAL_DISK_FULL)
    return new NightjarError('E_ENGINE_DISK_FULL', `the disk is full: ${message}`, {
      fix: 'free some space, then run it again',
      cause: error,
    });
  if (isAwsError(error)) return explainAws(error, message);
  if (
    DATABASE_CODES.has(code) ||
    /Connection terminated|terminating connection|timeout exceeded when trying to connect/.test(message)
  ) {
    return new NightjarError('E_ENGINE_DATABASE', `the database is unreachable: ${message}`, { cause: error });
  }
  if (NETWORK_CODES.has(code))
    return new NightjarError('E_ENGINE_AWS', `an engine is unreachable: ${message}`, { cause: error });
  return new NightjarError('E_BUG', message, { cause: error });
}

function explainAws(error: Error & { $metadata: { httpStatusCode?: number } }, message: string): NightjarError {
  const status = error.$metadata.httpStatusCode ?? 0;
  const passes =
    status === 0 ||
    status >= 500 ||
    status === 429 ||
    /Throttl|TooManyRequests|LimitExceeded|SlowDown/.test(error.name);
  if (passes) return new NightjarError('E_ENGINE_AWS', `AWS answers ${error.name}: ${message}`, { cause: error });
  return new NightjarError('E_ENGINE_AWS_REFUSED', `AWS refuses the call, ${error.name}: ${message}`, {
    fix: 'mend what the message names (permission, role, path), then run it again',
    cause: error,
  });
}

function isAwsError(error: unknown): error is Error & { $metadata: { httpStatusCode?: number } } {
  return (
    error instanceof Error && '$metadata' in error && typeof error.$metadata === 'object' && error.$metadata !== null
  );
}

/** Not by instanceof: errors of the system have another identity in some realms. */
function textOf(error: unknown, member: 'code' | 'message' | 'name'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, member);
  return typeof value === 'string' ? value : undefined;
}
