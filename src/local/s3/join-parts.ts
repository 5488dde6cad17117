/** Joins the parts of an upload to the bytes of one object. */
import { type FileHandle, open } from 'node:fs/promises';
import { checkChecksum, wrongChecksum } from './body-digests';
import type { S3Call } from './call';
import {
  type Checksum,
  composeChecksum,
  composeEtag,
  createChecksum,
  DEFAULT_ALGORITHM,
  findSentChecksum,
} from './checksums';
import type { RunningHash } from './crc';
import type { ObjectFacts } from './object-facts';
import type { NewObject } from './object-writing';
import { incompleteBody, writeFlushed } from './receive';
import { uploadIdOf } from './upload-operations';
import { partFile, type Upload, type UploadPart } from './uploads';

/**
 * Makes the object of an upload's parts, flushed to disk. Its ETag is made of theirs and so is a composite checksum;
 * only one that is over all bytes has them hashed again.
 *
 * @throws AwsFault BadDigest where the client sent another checksum, IncompleteBody, InsufficientStorage
 */
export async function joinParts(call: S3Call, upload: Upload, parts: readonly UploadPart[]): Promise<NewObject> {
  const file = call.store.temporaryFile();
  const checksum = await writeFlushed(file, (to) => writeParts(call, { upload, parts, to }));
  return {
    body: {
      file,
      sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
      etag: composeEtag(parts.map((part) => part.etag)),
      ...(checksum === undefined ? {} : { checksum }),
    },
    headers: upload.headers,
    parts: parts.map(describePart),
    ...(upload.tags === undefined ? {} : { tags: upload.tags }),
  };
}

interface Joining {
  readonly upload: Upload;
  readonly parts: readonly UploadPart[];
  readonly to: FileHandle;
}

async function writeParts(call: S3Call, { upload, parts, to }: Joining): Promise<Checksum | undefined> {
  const sent = findSentChecksum(call.request.headers)?.value;
  const composed = composite(upload, parts);
  if (composed !== undefined && sent !== undefined && withoutCount(sent) !== withoutCount(composed.value)) {
    throw wrongChecksum(composed.algorithm);
  }
  const algorithm = upload.algorithm ?? DEFAULT_ALGORITHM;
  const running = composed === undefined ? createChecksum(algorithm) : undefined;
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  for (const part of parts) {
    const copied = await copyFile(partFile(call.store, uploadIdOf(call), part), { to, block, running });
    if (copied !== part.sizeBytes) throw incompleteBody();
  }
  if (running === undefined) return composed;
  return checkChecksum({ algorithm, ...(sent === undefined ? {} : { value: () => sent }) }, running);
}

function withoutCount(checksum: string): string {
  return checksum.replace(/-\d+$/, '');
}

/** Fits into a processor's cache: what was read is still there when it is written. */
const BLOCK_BYTES = 1024 ** 2;

/** Appends a file to an open one by way of `block`; gives the number of bytes. */
async function copyFile(
  file: string,
  {
    to,
    block,
    running,
  }: { readonly to: FileHandle; readonly block: Buffer; readonly running: RunningHash | undefined },
): Promise<number> {
  const from = await open(file, 'r');
  try {
    for (let sizeBytes = 0; ; ) {
      const { bytesRead } = await from.read(block, 0, block.length);
      if (bytesRead === 0) return sizeBytes;
      const read = block.subarray(0, bytesRead);
      running?.update(read);
      await to.appendFile(read);
      sizeBytes += bytesRead;
    }
  } finally {
    await from.close();
  }
}

function describePart({ sizeBytes, checksum }: UploadPart): NonNullable<ObjectFacts['parts']>[number] {
  return checksum === undefined ? { sizeBytes } : { sizeBytes, checksum };
}

/** Makes the composite checksum of an upload; undefined for one whose checksum is over all bytes. */
function composite(upload: Upload, parts: readonly UploadPart[]): Checksum | undefined {
  const values = parts.flatMap((part) => (part.checksum === undefined ? [] : [part.checksum]));
  if (upload.algorithm === undefined || upload.checksumType === 'FULL_OBJECT') return undefined;
  return composeChecksum(upload.algorithm, values);
}
