/** Turns whatever was thrown into the answer of a call: a status, and a document in the form of the command line's errors. */
import { describeError, type ErrorCode, type NightjarError } from '../errors';
import { explainFailure } from '../run/explain-failure';

/** The HTTP status of a code; the others go by what their error says of trying again, and of who must mend it. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  E_API_TOKEN: 401,
  E_API_ROLE: 403,
  E_API_ROUTE: 404,
  E_API_REQUEST: 400,
  E_API_KEY: 422,
  E_JOB_PARAM: 422,
  E_JOB_UNKNOWN: 404,
  E_RUN_UNKNOWN: 404,
  // The request is right, and what it asks for does not go with the state that the run is in.
  E_USAGE: 409,
  E_RUN_ARCHIVED: 409,
  E_RUN_PARAMS: 409,
  E_ENGINE_RESTORED: 409,
  E_ENGINE_DISK_FULL: 507,
  E_BUG: 500,
};

/** By exit code: what was asked is wrong; the job, its template or a setting is; a person has to decide. */
const BY_EXIT: Readonly<Record<number, number>> = { 2: 400, 3: 422, 6: 409 };
/** What may pass is asked for again after so many seconds. */
const RETRY_AFTER = '5';

/** Tells the status of an error. */
export function statusOfError(error: Pick<NightjarError, 'code' | 'retry' | 'exitCode'>): number {
  const known = STATUSES[error.code];
  if (known !== undefined) return known;
  if (error.retry === 'later') return 503;
  return BY_EXIT[error.exitCode] ?? 500;
}

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly document: object;
  /** For the log. */
  readonly error: NightjarError;
}

/** Answers an error; of a defect neither words nor stack go out, but the id by which the log has them. */
export function answerError(thrown: unknown, requestId: string): ErrorAnswer {
  const error = explainFailure(thrown);
  const status = statusOfError(error);
  const headers = {
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="nightjar"' } : {}),
    ...(status === 503 ? { 'retry-after': RETRY_AFTER } : {}),
  };
  const described = error.code === 'E_BUG' ? hidden(requestId) : describeError(error);
  return { status, headers, document: { version: 1, error: described }, error };
}

function hidden(requestId: string): object {
  return {
    code: 'E_BUG',
    message: `a defect of nightjar; the server's log tells it as request ${requestId}`,
    fix: 'report it with the lines of the log',
    others: [],
  };
}
