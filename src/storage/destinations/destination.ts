/** What a destination of audience files can do, and how it tells what went wrong. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { DestinationSettings } from '../../config/destination-settings';
import { NightjarError, systemErrorCode } from '../../errors';

/** A file that is delivered. */
export interface OutgoingFile {
  /** Without a folder. */
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly contentType: string;
  /** Streams the content, each time from the beginning. */
  open(): AsyncIterable<Uint8Array>;
}

/** An open destination. Putting a file again replaces it. */
export interface Destination {
  /**
   * Puts a file below the destination's URL. Under its name there is never a part of it.
   * @throws E_DESTINATION_AWAY where trying again may help, E_DESTINATION_REFUSED where it does not
   */
  put(file: OutgoingFile, signal: AbortSignal): Promise<void>;
  /**
   * Looks whether files would be let in, and leaves none behind. Of a server of HTTP it tells the login alone.
   * @throws as `put`
   */
  probe(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface DestinationCase {
  /** Of the settings' `destinations`. */
  readonly name: string;
  readonly settings: DestinationSettings;
  /** Below the URL; ends with `/`. */
  readonly folder: string;
  /** Of the settings' bucket: an s3 URL is written with the same credentials. */
  readonly s3: S3Client;
  /** What objects are encrypted by where the destination says nothing else. */
  readonly kmsKeyArn: string | null;
}

/** Trying again later may help. */
export function away(name: string, message: string, cause?: unknown): NightjarError {
  return new NightjarError('E_DESTINATION_AWAY', `the destination "${name}" ${message}`, {
    fix: `check destinations.${name}.url; where it is right, try again when the server is back`,
    cause,
  });
}

const UNREACHED: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'],
]);

/** Tells of what `put` has thrown whether nobody answered at all; a server that answers may take another file. */
export function isUnreached({ cause }: NightjarError): boolean {
  return UNREACHED.has(systemErrorCode(cause) ?? '') && !wasConnected(cause);
}

/** A connection that stood may time out as well, and is lost then. */
function wasConnected(cause: unknown): boolean {
  const call = typeof cause === 'object' && cause !== null && 'syscall' in cause ? cause.syscall : undefined;
  return call === 'read' || call === 'write';
}

/** Makes the error of a server that was not heard of in time. */
export function unheard(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

/** A person has to mend something. */
export function refused(
  name: string,
  message: string,
  rest: { readonly fix: string; readonly cause?: unknown },
): NightjarError {
  return new NightjarError('E_DESTINATION_REFUSED', `the destination "${name}" ${message}`, rest);
}
