/** The one error class of nightjar and the table of its codes. Printing and exiting belong to `cli/`. */

/** Says whether trying again can help: never, by itself later, or once a person has mended something. */
export type Retry = 'never' | 'later' | 'afterFix';

/** Exit codes of the command line; docs/exit-codes.md explains them. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130 | 143;

interface CodeFacts {
  readonly about: string;
  readonly exit: ExitCode;
  readonly retry: Retry;
}

/** Every code that nightjar raises. A code that no source file uses, or that is used and not listed, fails a test. */
export const ERROR_CODES = {
  E_BUG: { about: 'a defect of nightjar', exit: 1, retry: 'never' },
  E_USAGE: { about: 'the command line is wrong', exit: 2, retry: 'afterFix' },
  E_API_TOKEN: { about: 'a call of the API has no token, or one that is not known', exit: 2, retry: 'afterFix' },
  E_API_ROLE: { about: 'the token of a call of the API may not do that', exit: 2, retry: 'afterFix' },
  E_API_ROUTE: { about: 'the API has no such route', exit: 2, retry: 'afterFix' },
  E_API_REQUEST: { about: 'a request of the API is wrong', exit: 2, retry: 'afterFix' },
  E_API_KEY: { about: 'an idempotency key was used for another request', exit: 2, retry: 'afterFix' },
  E_JOB_SYNTAX: { about: 'a job file is not YAML', exit: 3, retry: 'afterFix' },
  E_JOB_FIELD: { about: 'a field of a job file is wrong', exit: 3, retry: 'afterFix' },
  E_JOB_PARAM: { about: 'a value for a param of a job is wrong or missing', exit: 2, retry: 'afterFix' },
  E_JOB_UNKNOWN: { about: 'there is no job of that name', exit: 2, retry: 'afterFix' },
  E_FORMAT_SYNTAX: { about: 'a file in formats/ is not YAML', exit: 3, retry: 'afterFix' },
  E_FORMAT_FIELD: { about: 'a field of a file in formats/ is wrong', exit: 3, retry: 'afterFix' },
  E_TEMPLATE_SYNTAX: { about: 'a template does not compile', exit: 3, retry: 'afterFix' },
  E_TEMPLATE_FIELD: { about: 'a template names a field or helper that does not exist', exit: 3, retry: 'afterFix' },
  E_TEMPLATE_MISSING: { about: 'a template or one of its files does not exist', exit: 3, retry: 'afterFix' },
  E_CONFIG_FIELD: { about: 'a setting is wrong or unknown', exit: 3, retry: 'afterFix' },
  E_CONFIG_SYNTAX: { about: 'a settings file is not YAML', exit: 3, retry: 'afterFix' },
  E_IMPORT_ROW: { about: 'rows of an import file are wrong', exit: 3, retry: 'afterFix' },
  E_IMPORT_FILE: { about: 'an import file is missing, or its header is wrong', exit: 3, retry: 'afterFix' },
  E_ENGINE_DATABASE: { about: 'the database is unreachable', exit: 5, retry: 'later' },
  E_ENGINE_POSTGRES_MISSING: { about: 'no PostgreSQL binaries for this platform', exit: 5, retry: 'afterFix' },
  E_ENGINE_STATE: { about: 'the state folder cannot be used', exit: 5, retry: 'afterFix' },
  E_ENGINE_INSTANCE: { about: 'the database belongs to another instance', exit: 6, retry: 'afterFix' },
  E_ENGINE_RESTORED: { about: 'the database is a restored backup or a copy', exit: 6, retry: 'afterFix' },
  E_ENGINE_DISK_FULL: { about: 'the disk is full', exit: 5, retry: 'afterFix' },
  E_ENGINE_AWS: { about: 'AWS is unreachable or throttles', exit: 5, retry: 'later' },
  E_ENGINE_AWS_REFUSED: { about: 'AWS refuses a call, and will refuse it again', exit: 5, retry: 'afterFix' },
  E_ENGINE_PORT: { about: 'a port is already in use', exit: 5, retry: 'afterFix' },
  E_QUEUE: { about: 'the queue is unreachable', exit: 5, retry: 'later' },
  E_MAIL_SERVER: { about: 'the SMTP server is unreachable or refuses us', exit: 5, retry: 'later' },
  E_MAIL_LOGIN: { about: 'the mail server refuses our credentials', exit: 5, retry: 'afterFix' },
  E_MAIL_TLS: { about: 'the connection to the mail server cannot be made safe', exit: 5, retry: 'afterFix' },
  E_MAIL_SENDER: { about: 'the mail service does not let this sender send', exit: 5, retry: 'afterFix' },
  E_MAIL_DKIM: { about: 'the key that signs mails cannot be used', exit: 3, retry: 'afterFix' },
  E_MAIL_QUOTA: { about: 'the mail service takes no more today', exit: 6, retry: 'afterFix' },
  E_MAIL_ADDRESS: { about: 'an address cannot be written to', exit: 3, retry: 'never' },
  E_OBJECT_MISSING: { about: 'an S3 object does not exist', exit: 5, retry: 'afterFix' },
  E_OBJECT_URI: { about: 'an S3 URI is wrong', exit: 2, retry: 'afterFix' },
  E_OBJECT_FORMAT: { about: 'a file is not of the format it should have', exit: 3, retry: 'afterFix' },
  E_DESTINATION_AWAY: { about: 'a destination of audience files takes none for now', exit: 5, retry: 'afterFix' },
  E_DESTINATION_REFUSED: { about: 'a destination of audience files refuses them', exit: 5, retry: 'afterFix' },
  E_RECO_SOLUTION: {
    about: 'a solution or solution version does not exist or is not ACTIVE',
    exit: 3,
    retry: 'afterFix',
  },
  E_RECO_DATA: { about: 'there is too little data to train on, or its ids do not match', exit: 3, retry: 'afterFix' },
  E_RECO_QUERY: { about: 'an attribute query of a segment is wrong', exit: 3, retry: 'afterFix' },
  E_RECO_FILTER: {
    about: 'a filter does not exist, is not ACTIVE, or wants other values than the job gives',
    exit: 3,
    retry: 'afterFix',
  },
  E_RECO_JOB_FAILED: { about: 'Personalize reports a batch job as CREATE FAILED', exit: 5, retry: 'afterFix' },
  E_RECO_JOB_MISMATCH: {
    about: 'a batch job of our name exists, but with other parameters',
    exit: 5,
    retry: 'afterFix',
  },
  E_RECO_OUTPUT_CUT: { about: 'the output of a batch job ends inside a line', exit: 5, retry: 'afterFix' },
  E_RECO_LIMIT: { about: 'an input passes a limit of Personalize', exit: 3, retry: 'afterFix' },
  E_RUN_NO_RECIPIENTS: { about: 'a run has no recipient left', exit: 3, retry: 'afterFix' },
  E_RUN_ARCHIVED: { about: 'the slot of a run is archived', exit: 2, retry: 'afterFix' },
  E_RUN_ERRORS: { about: 'too many e-mails of a run were refused', exit: 6, retry: 'afterFix' },
  E_RUN_GUARD: { about: 'a guard has tripped: a person decides', exit: 6, retry: 'afterFix' },
  E_RUN_PROOF: { about: 'the proof of a run waits for a person, or was not taken', exit: 6, retry: 'afterFix' },
  E_RUN_OVERTAKEN: { about: 'a later slot of an audience has been delivered', exit: 6, retry: 'afterFix' },
  E_RUN_PARAMS: { about: 'the slot has been run with other params, or another limit', exit: 2, retry: 'afterFix' },
  E_RUN_UNKNOWN: { about: 'there is no run of that id', exit: 2, retry: 'afterFix' },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where a problem lies; line and column count from 1. */
export interface Where {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly step?: string;
}

export interface ErrorDetails {
  readonly where?: Where;
  /** One fix, imperative, that can be pasted. */
  readonly fix?: string;
  readonly cause?: unknown;
  /** Further problems of the same file, found in the same pass. */
  readonly others?: readonly NightjarError[];
}

/**
 * Carries a code, a place and a fix beside the message.
 * Match on `code`, never on the text or on instanceof (classes have two identities in test realms).
 * The message is lower case, without a final full stop, and holds no secret and no full e-mail address.
 */
export class NightjarError extends Error {
  readonly code: ErrorCode;
  readonly where: Where | undefined;
  readonly fix: string | undefined;
  readonly others: readonly NightjarError[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'NightjarError';
    this.code = code;
    this.where = details.where;
    this.fix = details.fix;
    this.others = details.others ?? [];
  }

  get retry(): Retry {
    return ERROR_CODES[this.code].retry;
  }

  get exitCode(): ExitCode {
    return ERROR_CODES[this.code].exit;
  }
}

/** Tells a NightjarError by its code, also across realms and processes. */
export function isNightjarError(error: unknown): error is NightjarError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code in ERROR_CODES;
}

/**
 * Returns the code of an error of the system, the database or a library (`ENOENT`, `57P01`); undefined where it has none.
 * Not by instanceof: errors of Node's own modules have another identity in some realms.
 */
export function systemErrorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}

/** Tells that a write failed for lack of space: disk, quota, or the largest file that this process may write. */
export function isDiskFull(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

/** Prints `error[CODE] file:line:column`, the message and the fix, as docs/exit-codes.md shows; several lines, no final newline. */
export function formatError(error: NightjarError): string {
  return [error, ...error.others.slice(0, mostOthers(error))].map(formatOne).concat(overflow(error)).join('\n');
}

function formatOne(error: NightjarError): string {
  const where = formatWhere(error.where);
  const head = `error[${error.code}]${where === '' ? '' : ` ${where}`}`;
  const fix = error.fix === undefined ? '' : `\n  fix: ${error.fix}`;
  return `${head}\n  ${error.message}${fix}`;
}

function formatWhere(where: Where | undefined): string {
  if (where === undefined) return '';
  const place = [where.file, where.line, where.column].filter((part) => part !== undefined).join(':');
  return where.step === undefined ? place : `${place}${place === '' ? '' : ' '}(${where.step})`;
}

function overflow(error: NightjarError): string[] {
  const more = error.others.length - mostOthers(error);
  return more > 0 ? [`and ${more} more problems; --json tells them all`] : [];
}

/** Wrong rows are mostly alike; of what a person has written, each is to be mended. */
function mostOthers({ code }: NightjarError): number {
  return code === 'E_IMPORT_ROW' ? 19 : 99;
}

/** Writes an error as a JSON document tells it, on the command line and in the API. */
export function describeError(error: NightjarError): object {
  const { code, message, where, fix } = error;
  return {
    code,
    message,
    where,
    fix,
    others: error.others.map((other) => ({
      code: other.code,
      message: other.message,
      where: other.where,
      fix: other.fix,
    })),
  };
}

/** Makes one error of many, in the order given; `undefined` where there is none. */
export function combineErrors(errors: readonly NightjarError[]): NightjarError | undefined {
  const [first, ...others] = errors;
  if (first === undefined || others.length === 0) return first;
  return new NightjarError(first.code, first.message, {
    ...(first.where === undefined ? {} : { where: first.where }),
    ...(first.fix === undefined ? {} : { fix: first.fix }),
    others,
  });
}

/** Marks a branch that the types rule out. */
export function assertNever(value: never): never {
  throw new NightjarError('E_BUG', `a case was forgotten: ${JSON.stringify(value)}`);
}
