/** Lists the "folders" below an S3 prefix, and writes an object only where there is none. */
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { WriteOptions } from './objects';
import type { S3Uri } from './uri';

export interface FolderPage {
  /** Names below this key are left out, and so is the name itself. */
  readonly after: string;
  /** At most so many folders are listed, the last ones: those nearest to the end of the key order. */
  readonly last: number;
}

/** Lists the names up to the next "/" that begin with the URI's key, in key order; objects in them are not gone through. */
export async function listFolders(s3: S3Client, uri: S3Uri, page: FolderPage): Promise<readonly string[]> {
  let found: string[] = [];
  let next: string | undefined;
  do {
    const answer = await s3.send(
      new ListObjectsV2Command({
        Bucket: uri.bucket,
        Prefix: uri.key,
        Delimiter: '/',
        ...(next === undefined ? { StartAfter: page.after } : { ContinuationToken: next }),
      }),
    );
    found.push(...(answer.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix])));
    if (found.length > page.last) found = found.slice(-page.last);
    next = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
  } while (next !== undefined);
  return found;
}

/** What stores answer to a conditional write where there is an object, or another writer at the same time. */
const REFUSED: ReadonlySet<string> = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

/**
 * Writes a small object unless there is one under the key.
 * A store that knows no conditional writes writes it anyhow, so the caller reads it back to see whose it is.
 * @returns false where there was one
 */
export async function writeIfAbsent(s3: S3Client, uri: S3Uri, text: string, options: WriteOptions): Promise<boolean> {
  const encryption = options.kmsKeyArn
    ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: options.kmsKeyArn }
    : {};
  const object = { Bucket: uri.bucket, Key: uri.key, Body: text, ContentType: options.contentType, ...encryption };
  try {
    await s3.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (REFUSED.has(error.name)) return false;
    if (error.name !== 'NotImplemented') throw error;
    await s3.send(new PutObjectCommand(object));
    return true;
  }
}
