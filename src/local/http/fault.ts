/** Defines the refusals that the local AWS sends to its clients. They are answers, not errors of nightjar. */

/** Carries an AWS error code, its HTTP status and AWS's text; thrown by handlers, written as XML or JSON by the protocol. */
export class AwsFault extends Error {
  readonly code: string;
  readonly status: number;
  /** Further elements of an S3 error document, such as `Region`. */
  readonly details: Readonly<Record<string, string>>;
  /** Further headers of the answer, such as `content-range`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    more: {
      status?: number;
      details?: Readonly<Record<string, string>>;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.status = more.status ?? 400;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

/** Tells an AwsFault by its name, also across realms. */
export function isAwsFault(error: unknown): error is AwsFault {
  return error instanceof Error && error.name === 'AwsFault';
}

/** Reads the `code` of a system error such as `ENOENT`, also across realms; undefined where it has none. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Makes the answer for a full disk out of a file system error; undefined for every other error. */
export function diskFullFault(error: unknown): AwsFault | undefined {
  const code = systemCode(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined;
  return new AwsFault('InsufficientStorage', 'The disk of the local AWS is full.', { status: 507 });
}

/** Turns whatever a handler threw into a fault; what has no name of its own is an internal error. */
export function toFault(error: unknown): AwsFault {
  if (isAwsFault(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return diskFullFault(error) ?? new AwsFault('InternalError', `The local AWS failed: ${message}`, { status: 500 });
}
