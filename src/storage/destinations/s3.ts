/** A destination on S3: an object is there whole or not at all, so there is nothing to rename. */
import { AbortMultipartUploadCommand, CreateMultipartUploadCommand, type S3Client } from '@aws-sdk/client-s3';
import { systemErrorCode } from '../../errors';
import { encryptionOf, writeObject } from '../objects';
import { parseS3Uri, type S3Uri } from '../uri';
import { away, type Destination, type DestinationCase, refused } from './destination';

/** Opens it; the client is the caller's. */
export async function openS3({ name, settings, folder, s3, ...own }: DestinationCase): Promise<Destination> {
  const { kmsKeyArn = own.kmsKeyArn } = settings;
  const place = parseS3Uri(settings.url);
  const uriOf = (file: string) => ({ bucket: place.bucket, key: `${place.key}${folder}${file}` });
  const explained = async (action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (error) {
      throw explain(name, place.bucket, error);
    }
  };
  return {
    put: (file) =>
      explained(() => writeObject(s3, uriOf(file.name), file.open(), { contentType: file.contentType, kmsKeyArn })),
    probe: () => explained(() => probe(s3, uriOf('nightjar-probe'), kmsKeyArn)),
    close: async () => undefined,
  };
}

/** An upload that is begun and given up asks for the same permissions as a file, and never becomes one. */
async function probe(s3: S3Client, { bucket, key }: S3Uri, kmsKeyArn: string | null): Promise<void> {
  const object = { Bucket: bucket, Key: key };
  const begun = await s3.send(new CreateMultipartUploadCommand({ ...object, ...encryptionOf(kmsKeyArn) }));
  await s3.send(new AbortMultipartUploadCommand({ ...object, UploadId: begun.UploadId }));
}

const REFUSALS: ReadonlySet<string> = new Set([
  ...['AccessDenied', 'NoSuchBucket', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'PermanentRedirect'],
  ...['InvalidBucketName', 'AllAccessDisabled', 'KMS.NotFoundException', 'KMS.DisabledException'],
]);

function explain(name: string, bucket: string, cause: unknown): Error {
  const code = cause instanceof Error ? cause.name : 'unknown';
  if (!REFUSALS.has(code)) return away(name, `takes nothing (${systemErrorCode(cause) ?? code})`, cause);
  const missing =
    code === 'NoSuchBucket' ? `make the bucket "${bucket}", or correct destinations.${name}.url` : undefined;
  const fix =
    missing ??
    `let nightjar's credentials write to the bucket "${bucket}": s3:PutObject and s3:AbortMultipartUpload, and kms:GenerateDataKey and kms:Decrypt where it has a key`;
  return refused(name, `refuses the upload (${code})`, { fix, cause });
}
