/** Reads and writes S3 objects as streams, with checksums. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { NightjarError } from '../errors';
import { isNotFound } from './client';
import { uploadObject } from './multipart-upload';
import { formatS3Uri, type S3Uri } from './uri';

export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
}

export interface WrittenObject {
  readonly uri: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Streams an object from the byte `start` to its end.
 * Nothing is read for a `start` at or beyond the end.
 * @throws E_OBJECT_MISSING where there is no such object
 */
export async function* readObject(s3: S3Client, uri: S3Uri, start = 0): AsyncGenerator<Uint8Array> {
  const range = start === 0 ? {} : { Range: `bytes=${start}-` };
  const answer = await s3
    .send(new GetObjectCommand({ Bucket: uri.bucket, Key: uri.key, ...range }))
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === 'InvalidRange') return undefined;
      throw missingObject(error, uri);
    });
  if (answer?.Body === undefined) return;
  if (!(answer.Body instanceof Readable)) throw new NightjarError('E_BUG', 'the S3 SDK gave no Node stream');
  try {
    for await (const chunk of answer.Body) yield chunk;
  } finally {
    answer.Body.destroy();
  }
}

/** Reads a whole object; only for what is small by its nature (bundles, reports, pictures). */
export async function readSmallObject(s3: S3Client, uri: S3Uri): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readObject(s3, uri)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Tells an object's size, undefined where there is none. */
export async function headObject(s3: S3Client, uri: S3Uri): Promise<number | undefined> {
  try {
    const answer = await s3.send(new HeadObjectCommand({ Bucket: uri.bucket, Key: uri.key }));
    return answer.ContentLength ?? 0;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Lists the objects whose keys begin with the URI's key, in key order. */
export async function listObjects(s3: S3Client, uri: S3Uri): Promise<readonly StoredObject[]> {
  const found: StoredObject[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: uri.bucket, Prefix: uri.key })) {
    for (const object of page.Contents ?? []) {
      if (object.Key !== undefined) found.push({ key: object.Key, sizeBytes: object.Size ?? 0 });
    }
  }
  return found;
}

export interface WriteOptions {
  readonly contentType: string;
  readonly kmsKeyArn?: string | null;
}

/**
 * Streams chunks into an object, in parts where it is large.
 * Nothing is visible under the key before all has arrived; an error of the source aborts the upload.
 * A chunk's bytes are taken before the next one is asked for, so a source may use one buffer again and again.
 */
export async function writeObject(
  s3: S3Client,
  uri: S3Uri,
  chunks: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
  options: WriteOptions,
): Promise<WrittenObject> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      hash.update(buffer);
      bytes += buffer.length;
      yield buffer;
    }
  };
  const head = {
    Bucket: uri.bucket,
    Key: uri.key,
    ContentType: options.contentType,
    ...encryptionOf(options.kmsKeyArn),
  };
  await uploadObject(s3, head, measured());
  return { uri: formatS3Uri(uri), bytes, sha256: hash.digest('hex') };
}

/** What a put says of the key by which S3 is to encrypt; nothing where there is none, and the bucket's own rule holds. */
export function encryptionOf(kmsKeyArn: string | null | undefined) {
  return kmsKeyArn ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKeyArn } : {};
}

function missingObject(error: unknown, uri: S3Uri): unknown {
  if (!isNotFound(error)) return error;
  return new NightjarError('E_OBJECT_MISSING', `there is no object ${formatS3Uri(uri)}`, {
    fix: `look at what is there: aws s3 ls ${formatS3Uri({ bucket: uri.bucket, key: uri.key.replace(/[^/]*$/, '') })}`,
    cause: error,
  });
}
