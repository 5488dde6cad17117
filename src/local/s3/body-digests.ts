/** Computes the digests of a body as its bytes come, and compares them with what the client sent. */
import { createHash, type Hash } from 'node:crypto';
import { AwsFault } from '../http/fault';
import { type Checksum, type ChecksumAlgorithm, createChecksum } from './checksums';
import type { RunningHash } from './crc';

/**
 * Holds what a body must be. `value` of the checksum is asked for only at the end, where trailers are known; without
 * it the checksum is computed and compared with nothing.
 */
export interface Digests {
  readonly sha256Hex?: string;
  readonly md5Base64?: string;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; value?: () => string | undefined };
}

/** Takes the bytes of a body and computes all digests that are to be checked. */
export interface Hashes {
  readonly md5: Hash;
  readonly sha256: Hash | undefined;
  readonly checksum: RunningHash | undefined;
  update(chunk: Buffer): void;
}

/** Starts the hashes of a body. */
export function startHashes(body: Digests): Hashes {
  const md5 = createHash('md5');
  const sha256 = body.sha256Hex === undefined ? undefined : createHash('sha256');
  const checksum = body.checksum === undefined ? undefined : createChecksum(body.checksum.algorithm);
  return {
    md5,
    sha256,
    checksum,
    update(chunk) {
      md5.update(chunk);
      sha256?.update(chunk);
      checksum?.update(chunk);
    },
  };
}

/**
 * Compares a body's digests with what the client sent.
 *
 * @returns the MD5 as an ETag is written, in hex, and the checksum where one is asked for
 * @throws AwsFault BadDigest, XAmzContentSHA256Mismatch
 */
export function checkDigests(body: Digests, hashes: Hashes): { readonly etag: string; readonly checksum?: Checksum } {
  const md5 = hashes.md5.digest();
  const sha256 = hashes.sha256?.digest('hex');
  if (sha256 !== body.sha256Hex) throw wrongContentHash(body.sha256Hex ?? '', sha256 ?? '');
  if (body.md5Base64 !== undefined && body.md5Base64 !== md5.toString('base64')) {
    throw new AwsFault('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
      details: { ExpectedDigest: body.md5Base64, CalculatedDigest: md5.toString('base64') },
    });
  }
  const checksum = checkChecksum(body.checksum, hashes.checksum);
  return { etag: md5.toString('hex'), ...(checksum === undefined ? {} : { checksum }) };
}

/**
 * Ends a checksum and compares it with what the client sent; undefined where none is asked for.
 *
 * @throws AwsFault BadDigest
 */
export function checkChecksum(asked: Digests['checksum'], running: RunningHash | undefined): Checksum | undefined {
  if (asked === undefined || running === undefined) return undefined;
  const { algorithm } = asked;
  const value = running.digest().toString('base64');
  if (asked.value !== undefined && asked.value() !== value) throw wrongChecksum(algorithm);
  return { algorithm, type: 'FULL_OBJECT', value };
}

/** Makes S3's answer for a checksum that is not that of the bytes. */
export function wrongChecksum(algorithm: ChecksumAlgorithm): AwsFault {
  return new AwsFault('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

function wrongContentHash(sent: string, computed: string): AwsFault {
  return new AwsFault(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { details: { ClientComputedContentSHA256: sent, S3ComputedContentSHA256: computed } },
  );
}
