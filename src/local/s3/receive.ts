/** Receives a body into a temporary file, verifying every digest that the client sent with it. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { AwsFault, diskFullFault, systemCode } from '../http/fault';
import { checkDigests, type Digests, type Hashes, startHashes } from './body-digests';
import type { Checksum } from './checksums';

/** Holds a body and what it must be. */
export interface IncomingBody extends Digests {
  readonly data: AsyncIterable<Buffer>;
  readonly sizeBytes?: number;
}

/** Holds a body that lies in a temporary file, flushed; the taker moves the file or removes it. */
export interface ReceivedBody {
  readonly file: string;
  readonly sizeBytes: number;
  /** Without quotes: the MD5 of the bytes in hex, or for an object made of parts that of theirs. */
  readonly etag: string;
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
  return writeFlushed(file, async (handle) => {
    const hashes = startHashes(body);
    const sizeBytes = await copyData(body, handle, hashes);
    return { file, sizeBytes, ...checkDigests(body, hashes) };
  });
}

/**
 * Makes a new file and flushes it to disk once `write` has ended.
 *
 * @throws AwsFault InsufficientStorage, and what `write` throws; the file is gone then
 */
export async function writeFlushed<Result>(
  file: string,
  write: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  const handle = await open(file, 'wx');
  try {
    const result = await write(handle);
    await handle.sync();
    await handle.close();
    return result;
  } catch (error) {
    await handle.close();
    await rm(file, { force: true });
    throw diskFullFault(error) ?? error;
  }
}

/** Pieces from the network have up to 64 KB; they are gathered to this size, or this number, before they are written. */
const GATHERED_BYTES = 1024 ** 2;
const GATHERED_PIECES = 256;

async function copyData(body: IncomingBody, handle: FileHandle, hashes: Hashes): Promise<number> {
  let sizeBytes = 0;
  let gathered: Buffer[] = [];
  let writtenBytes = 0;
  try {
    for await (const chunk of body.data) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_PUT_BYTES) {
        throw new AwsFault('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
      }
      hashes.update(chunk);
      gathered.push(chunk);
      if (sizeBytes - writtenBytes < GATHERED_BYTES && gathered.length < GATHERED_PIECES) continue;
      await writeAll(handle, gathered);
      writtenBytes = sizeBytes;
      gathered = [];
    }
    await writeAll(handle, gathered);
  } catch (error) {
    if (systemCode(error) === 'ECONNRESET') throw incompleteBody();
    throw error;
  }
  if (body.sizeBytes !== undefined && sizeBytes !== body.sizeBytes) throw incompleteBody();
  return sizeBytes;
}

/** A disk that fills up may take a part of the pieces; writing the rest then tells why. */
async function writeAll(handle: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  if (pieces.length === 0) return;
  const { bytesWritten } = await handle.writev(pieces);
  const sizeBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (bytesWritten < sizeBytes) await handle.appendFile(Buffer.concat(pieces).subarray(bytesWritten));
}

/** Makes the answer for a body that is not as long as it was said to be. */
export function incompleteBody(): AwsFault {
  return new AwsFault(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}
