/** Reads an HTTP request into the form that signature checks and handlers use. */
import type { IncomingMessage } from 'node:http';
import { AwsFault } from './fault';

/** Holds one request: `path` is raw, still percent-encoded, and begins with `/`; query names and values are decoded. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  /** Lower-case name → value, trimmed; repeated headers are joined by a comma as SigV4 does. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: AsyncIterable<Buffer>;
}

/** Reads method, path, query and headers; the body stays a stream. */
export function readRequest(message: IncomingMessage): AwsRequest {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  return {
    method: message.method ?? 'GET',
    path: path.startsWith('/') ? path : `/${path}`,
    query: mark < 0 ? [] : readQuery(url.slice(mark + 1)),
    headers: readHeaders(message.rawHeaders),
    body: message,
  };
}

/** Finds the first value of a query parameter; undefined where it is absent, empty where it has no value. */
export function queryValue(request: AwsRequest, name: string): string | undefined {
  return request.query.find(([key]) => key === name)?.[1];
}

function readQuery(text: string): readonly (readonly [string, string])[] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      return [decode(name), equals < 0 ? '' : decode(pair.slice(equals + 1))] as const;
    });
}

function decode(text: string): string {
  return decodeUri(text.replaceAll('+', ' '));
}

/**
 * Decodes a percent-encoded part of a URL.
 *
 * @throws AwsFault InvalidURI where the encoding is broken or not UTF-8
 */
export function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw new AwsFault('InvalidURI', "Couldn't parse the specified URI.");
    throw error;
  }
}

function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    // Node hands header bytes over as Latin-1; the SDKs sign and send UTF-8.
    const value = Buffer.from(raw[index + 1] ?? '', 'latin1')
      .toString('utf8')
      .trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}
