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
    const received = checkDigests(body, hashes, { file, sizeBytes });
    await handle.sync();
    await handle.close();
    return received;
  } catch (error) {
    await handle.close();
    await rm(file, { force: true });
    throw diskFullFault(error) ?? error;
  }
}

interface Hashes {
  readonly md5: Hash;
  readonly sha256: Hash | undefined;
  readonly checksum: RunningHash | undefined;
}

function startHashes(body: IncomingBody): Hashes {
  return {
    md5: createHash('md5'),
    sha256: body.sha256Hex === undefined ? undefined : createHash('sha256'),
    checksum: body.checksum === undefined ? undefined : createChecksum(body.checksum.algorithm),
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
      hashes.md5.update(chunk);
      hashes.sha256?.update(chunk);
      hashes.checksum?.update(chunk);
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

function checkDigests(
  body: IncomingBody,
  hashes: Hashes,
  file: { readonly file: string; readonly sizeBytes: number },
): ReceivedBody {
  const md5 = hashes.md5.digest();
  if (hashes.sha256 !== undefined && hashes.sha256.digest('hex') !== body.sha256Hex) {
    throw wrongContentHash();
  }
  if (body.md5Base64 !== undefined && body.md5Base64 !== md5.toString('base64')) {
    throw new AwsFault('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const received = { ...file, md5Hex: md5.toString('hex') };
  const checksum = body.checksum;
  if (checksum === undefined || hashes.checksum === undefined) return received;
  const value = hashes.checksum.digest().toString('base64');
  if (checksum.value !== undefined && checksum.value() !== value) {
    const text = `The ${checksum.algorithm} you specified did not match the calculated checksum.`;
    throw new AwsFault('BadDigest', text);
  }
  return { ...received, checksum: { algorithm: checksum.algorithm, type: 'FULL_OBJECT', value } };
}

/** Makes S3's answer to a body that is not the one that the client signed. */
export function wrongContentHash(): AwsFault {
  return new AwsFault(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}
