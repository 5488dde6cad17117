/** Reads how a body is framed, and decodes it as it streams. */
import { decodeChunkedBody } from '../http/chunked-body';
import type { AwsRequest } from '../http/request';
import type { ChunkSeed } from '../http/sigv4';
import { CONTENT_HASH } from './authentication';
import { notComplete, type S3Payload } from './call';

/**
 * Makes the payload of a request; `seed` is set where the signatures of chunks are checked.
 *
 * @throws AwsFault NotImplemented for a framing that is not known here
 */
export function readPayload(request: AwsRequest, seed: ChunkSeed | undefined): S3Payload {
  const hash = request.headers.get(CONTENT_HASH) ?? 'UNSIGNED-PAYLOAD';
  const isSigned = hash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  if (isSigned || hash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    const framing = { hasTrailer: hash.endsWith('-TRAILER'), ...(isSigned && seed !== undefined ? { seed } : {}) };
    return { ...decodeChunkedBody(request.body, framing), ...readLength(request, 'x-amz-decoded-content-length') };
  }
  if (hash.startsWith('STREAMING-')) throw notComplete(`The payload signature ${hash}`);
  const plain = { data: request.body, trailers: new Map<string, string>(), ...readLength(request, 'content-length') };
  return /^[0-9a-f]{64}$/.test(hash) ? { ...plain, sha256Hex: hash } : plain;
}

function readLength(request: AwsRequest, name: string): { readonly sizeBytes?: number } {
  const text = request.headers.get(name) ?? '';
  return /^\d+$/.test(text) ? { sizeBytes: Number(text) } : {};
}
