/** Defines what an S3 operation is given and what it answers. */
import { AwsFault } from '../http/fault';
import type { AwsRequest } from '../http/request';
import type { ObjectStore } from './object-store';

/** Holds a decoded body: `sizeBytes` where the client announced it, `sha256Hex` where it signed it. */
export interface S3Payload {
  readonly data: AsyncIterable<Buffer>;
  readonly trailers: ReadonlyMap<string, string>;
  readonly sizeBytes?: number;
  readonly sha256Hex?: string;
}

/** Holds one call; `bucket` and `key` are decoded, and empty where the path has none. */
export interface S3Call {
  readonly request: AwsRequest;
  readonly bucket: string;
  readonly key: string;
  readonly payload: S3Payload;
  readonly store: ObjectStore;
  readonly region: string;
}

/** Holds an answer; a streamed body is sent as it is read, after the headers. */
export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Buffer>;
}

/** Performs one operation; throws an AwsFault to refuse. */
export type S3Operation = (call: S3Call) => Promise<S3Answer>;

/** The one owner of all that there is. */
export const OWNER = { ID: 'nightjar', DisplayName: 'nightjar' } as const;

/** Makes an XML answer. */
export function answerXml(body: string, headers: Readonly<Record<string, string>> = {}): S3Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** Makes the answer for what S3 has and the local AWS does not. */
export function notComplete(what: string): AwsFault {
  const message = `${what} is not complete in nightjar's local AWS; docs/local-aws.md lists what is.`;
  return new AwsFault('NotImplemented', message, { status: 501 });
}
