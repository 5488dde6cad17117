/** A destination on S3: an object is there whole or not at all, so there is nothing to rename. */
import { writeObject } from '../objects';
import { parseS3Uri } from '../uri';
import { away, type Destination, type DestinationCase, refused } from './destination';

/** Opens it; the client is the caller's. */
export async function openS3({ name, settings, folder, s3, kmsKeyArn }: DestinationCase): Promise<Destination> {
  const place = parseS3Uri(settings.url);
  return {
    put: async (file) => {
      const uri = { bucket: place.bucket, key: `${place.key}${folder}${file.name}` };
      try {
        await writeObject(s3, uri, file.open(), { contentType: file.contentType, kmsKeyArn });
      } catch (error) {
        throw explain(name, place.bucket, error);
      }
    },
    close: async () => undefined,
  };
}

const REFUSALS: ReadonlySet<string> = new Set([
  ...['AccessDenied', 'NoSuchBucket', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'PermanentRedirect'],
  ...['InvalidBucketName', 'AllAccessDisabled', 'KMS.NotFoundException', 'KMS.DisabledException'],
]);

function explain(name: string, bucket: string, cause: unknown): Error {
  const code = cause instanceof Error ? cause.name : 'unknown';
  if (!REFUSALS.has(code)) return away(name, `takes nothing (${code})`, cause);
  const missing =
    code === 'NoSuchBucket' ? `make the bucket "${bucket}", or correct destinations.${name}.url` : undefined;
  const fix =
    missing ??
    `let nightjar's credentials write to the bucket "${bucket}": s3:PutObject, and kms:GenerateDataKey where it has a key`;
  return refused(name, `refuses the upload (${code})`, { fix, cause });
}
