/** Reads arguments of the query: limits, encodings and continuation tokens of lists. Writes tokens. */
import { AwsFault } from '../http/fault';
import { type AwsRequest, queryValue } from '../http/request';
import { sha256Hex } from '../http/sigv4';

const MOST_OF_ANY = 2 ** 31 - 1;

/**
 * Reads how many entries a client wants; more than `most`, or no number, gives `most`.
 *
 * @throws AwsFault InvalidArgument
 */
export function readLimit(
  request: AwsRequest,
  name: string,
  bounds: { readonly most: number; readonly least: number },
): number {
  const text = queryValue(request, name) ?? '';
  if (text === '') return bounds.most;
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= bounds.least && value <= MOST_OF_ANY) return Math.min(value, bounds.most);
  const message = /^-?\d+$/.test(text)
    ? `Argument ${name} must be an integer between ${bounds.least} and ${MOST_OF_ANY}`
    : `Provided ${name} not an integer or within integer range`;
  throw wrongArgument(name, text, message);
}

/** Makes S3's answer to an argument that can't be. */
export function wrongArgument(name: string, value: string, message: string): AwsFault {
  return new AwsFault('InvalidArgument', message, { details: { ArgumentName: name, ArgumentValue: value } });
}

/**
 * Gives back a text of the query that can be sent as a header.
 *
 * @throws AwsFault InvalidArgument where it has control characters
 */
export function checkHeaderText(name: string, text: string): string {
  if (!/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) return text;
  throw wrongArgument(name, text, `The value of ${name} has control characters`);
}

const MARK_BYTES = 6;

/** Writes a position as a token that only `readToken` understands. */
export function writeToken(position: string | Buffer): string {
  const bytes = Buffer.from(position);
  return Buffer.concat([markOf(bytes), bytes]).toString('base64url');
}

/**
 * Reads a token back; an invented or changed one does not have the mark of its position.
 *
 * @throws AwsFault InvalidArgument
 */
export function readToken(token: string): Buffer {
  const bytes = Buffer.from(token, 'base64url');
  const position = bytes.subarray(MARK_BYTES);
  if (bytes.toString('base64url') === token && markOf(position).equals(bytes.subarray(0, MARK_BYTES))) return position;
  throw wrongArgument('continuation-token', token, 'The continuation token provided is incorrect');
}

function markOf(position: Buffer): Buffer {
  return Buffer.from(sha256Hex(Buffer.concat([Buffer.from('position:'), position])), 'hex').subarray(0, MARK_BYTES);
}

/** Escapes texts of a listing where the client asked for `encoding-type=url`. */
export interface ListEncoding {
  readonly encoding: string | undefined;
  readonly write: (text: string) => string;
}

/**
 * Reads the encoding that a client wants for keys.
 *
 * @throws AwsFault InvalidArgument
 */
export function readEncoding(request: AwsRequest, encode: (text: string) => string): ListEncoding {
  const encoding = queryValue(request, 'encoding-type');
  if (encoding === undefined || encoding === '') return { encoding: undefined, write: (text) => text };
  if (encoding === 'url') return { encoding, write: (text) => encode(text).replaceAll('%2F', '/') };
  throw wrongArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request');
}
