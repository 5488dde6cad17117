/** Reads what a request says of its body: length and digests; and reads small documents whole. */
import { AwsFault } from '../http/fault';
import type { AwsRequest } from '../http/request';
import { checkDigests, type Digests, startHashes } from './body-digests';
import type { S3Call } from './call';
import { checksumBytes, checksumHeader, findSentChecksum } from './checksums';
import { type IncomingBody, MAX_PUT_BYTES } from './receive';

/**
 * Reads what a put or part brings and what it must be.
 *
 * @throws AwsFault MissingContentLength, EntityTooLarge, InvalidDigest, or InvalidRequest for a checksum that can't be
 */
export function readIncomingBody(call: S3Call): IncomingBody {
  const { payload } = call;
  if (payload.sizeBytes === undefined) {
    const message = 'You must provide the Content-Length HTTP header.';
    throw new AwsFault('MissingContentLength', message, { status: 411 });
  }
  if (payload.sizeBytes > MAX_PUT_BYTES) {
    throw new AwsFault('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      details: { ProposedSize: String(payload.sizeBytes), MaxSizeAllowed: String(MAX_PUT_BYTES) },
    });
  }
  return { data: payload.data, sizeBytes: payload.sizeBytes, ...readDigests(call) };
}

function readDigests({ payload, request }: S3Call): Digests {
  const md5 = readMd5(request);
  const checksum = readChecksum(request, payload.trailers);
  return {
    ...(payload.sha256Hex === undefined ? {} : { sha256Hex: payload.sha256Hex }),
    ...(md5 === undefined ? {} : { md5Base64: md5 }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

function readMd5(request: AwsRequest): string | undefined {
  const md5 = request.headers.get('content-md5');
  if (md5 === undefined || isBase64(md5, 16)) return md5;
  throw new AwsFault('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
    details: { 'Content-MD5': md5 },
  });
}

function readChecksum(request: AwsRequest, trailers: ReadonlyMap<string, string>): IncomingBody['checksum'] {
  const sent = findSentChecksum(request.headers);
  if (sent === undefined) {
    if (request.headers.get('x-amz-sdk-checksum-algorithm') === undefined) return undefined;
    const message =
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.';
    throw new AwsFault('InvalidRequest', message);
  }
  const { algorithm, value } = sent;
  const name = checksumHeader(algorithm);
  const check = (text: string): string => {
    if (isBase64(text, checksumBytes(algorithm))) return text;
    throw new AwsFault('InvalidRequest', `Value for ${name} header is invalid.`);
  };
  if (value !== undefined) {
    const checked = check(value);
    return { algorithm, value: () => checked };
  }
  return {
    algorithm,
    value: () => {
      const trailer = trailers.get(name);
      if (trailer !== undefined) return check(trailer);
      const message =
        'The request contained trailing data that was not well-formed or did not conform to our published schema.';
      throw new AwsFault('MalformedTrailerError', message);
    },
  };
}

function isBase64(text: string, bytes: number): boolean {
  const read = Buffer.from(text, 'base64');
  return read.length === bytes && read.toString('base64') === text;
}

/** The largest document that an operation reads whole: 10,000 parts fit in. */
const MAX_DOCUMENT_BYTES = 4 * 1024 ** 2;

/**
 * Reads a small body whole, for operations whose input is a document; its digests must be right where it has any.
 *
 * @throws AwsFault MalformedXML where it is too large, BadDigest, InvalidDigest, XAmzContentSHA256Mismatch
 */
export async function readDocument(call: S3Call): Promise<string> {
  const digests = readDigests(call);
  const hashes = startHashes(digests);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of call.payload.data) {
    size += chunk.length;
    if (size > MAX_DOCUMENT_BYTES) {
      throw new AwsFault('MalformedXML', 'The XML you provided was larger than any that S3 takes');
    }
    hashes.update(chunk);
    chunks.push(chunk);
  }
  checkDigests(digests, hashes);
  return Buffer.concat(chunks).toString('utf8');
}
