/** Receives a body into a temporary file, verifying every digest that the client sent with it. */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { AwsFault, diskFullFault, systemCode } from '../http/fault';
import { type Checksum, type ChecksumAlgorithm, createChecksum } from './checksums';
import type { RunningHash } from './crc';

/**
 * Holds a body and what it must be. `value` of the checksum is asked for only at the end, where trailers are known;
 * without it the checksum is computed and compared with nothing.
 */
export interface IncomingBody {
  readonly data: AsyncIterable<Buffer>;
  readonly sizeBytes?: number;
  readonly sha256Hex?: string;
  readonly md5Base64?: string;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; value?: () => string | undefined };
}

/** Holds a body that lies in a temporary file, flushed; the taker moves the file or removes it. */
export interface ReceivedBody {
  readonly file: string;
  readonly sizeBytes: number;
  readonly md5Hex: string;
  readonly checksum?: Checksum;
}

/** S3's limit for one put or part: 5 GiB. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

/**
 * Writes a body to `file` as it streams.
 *
 * @throws AwsFault IncompleteBody, EntityTooLarge, BadDigest, XAmzContentSHA256Mismatch, InsufficientStorage; the file is gone then
 */
export async function receiveBody(body: IncomingBody, file: string): Promise<ReceivedBody> {
  const handle = await open(file, 'wx');
  try {
    const hashes = startHashes(body);
    const sizeBytes = await copyData(body, handle, hashes);
    const received = { file, sizeBytes, ...checkDigests(body, hashes) };
    await handle.sync();
    await handle.close();
    return received;
  } catch (error) {
    await handle.close();
    await rm(file, { force: true });
    throw diskFullFault(error) ?? error;
  }
}

type Digests = Pick<IncomingBody, 'sha256Hex' | 'md5Base64' | 'checksum'>;

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

async function copyData(body: IncomingBody, handle: FileHandle, hashes: Hashes): Promise<number> {
  let sizeBytes = 0;
  try {
    for await (const chunk of body.data) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_PUT_BYTES) {
        throw new AwsFault('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
      }
      hashes.update(chunk);
      await handle.appendFile(chunk);
    }
  } catch (error) {
    if (systemCode(error) === 'ECONNRESET') throw incompleteBody();
    throw error;
  }
  if (body.sizeBytes !== undefined && sizeBytes !== body.sizeBytes) throw incompleteBody();
  return sizeBytes;
}

function incompleteBody(): AwsFault {
  return new AwsFault(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

/**
 * Compares a body's digests with what the client sent.
 *
 * @throws AwsFault BadDigest, XAmzContentSHA256Mismatch
 */
export function checkDigests(body: Digests, hashes: Hashes): Pick<ReceivedBody, 'md5Hex' | 'checksum'> {
  const md5 = hashes.md5.digest();
  const sha256 = hashes.sha256?.digest('hex');
  if (sha256 !== body.sha256Hex) throw wrongContentHash(body.sha256Hex ?? '', sha256 ?? '');
  if (body.md5Base64 !== undefined && body.md5Base64 !== md5.toString('base64')) {
    throw new AwsFault('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
      details: { ExpectedDigest: body.md5Base64, CalculatedDigest: md5.toString('base64') },
    });
  }
  const received = { md5Hex: md5.toString('hex') };
  const checksum = body.checksum;
  if (checksum === undefined || hashes.checksum === undefined) return received;
  const value = hashes.checksum.digest().toString('base64');
  if (checksum.value !== undefined && checksum.value() !== value) {
    const text = `The ${checksum.algorithm} you specified did not match the calculated checksum.`;
    throw new AwsFault('BadDigest', text);
  }
  return { ...received, checksum: { algorithm: checksum.algorithm, type: 'FULL_OBJECT', value } };
}

function wrongContentHash(sent: string, computed: string): AwsFault {
  return new AwsFault(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { details: { ClientComputedContentSHA256: sent, S3ComputedContentSHA256: computed } },
  );
}
