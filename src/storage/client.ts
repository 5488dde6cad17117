/** Makes the S3 client: the same one for AWS, a compatible store, and the local AWS. */
import { CreateBucketCommand, HeadBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NightjarError } from '../errors';

export interface AwsConnection {
  readonly region: string;
  /** URL of another endpoint than AWS's own; a function is asked before each call, for one that may move. */
  readonly endpoint?: string | (() => Promise<{ readonly url: URL }>);
  /** Left out, the SDK's default chain finds them (environment, profile, role). */
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string }
    | NonNullable<S3ClientConfig['credentials']>;
}

/** Makes an S3 client; with an endpoint it uses path style, which every compatible store takes. */
export function createS3Client(connection: AwsConnection): S3Client {
  return new S3Client({
    region: connection.region,
    ...(connection.endpoint === undefined ? {} : { endpoint: connection.endpoint, forcePathStyle: true }),
    ...(connection.credentials === undefined ? {} : { credentials: connection.credentials }),
    maxAttempts: 5,
    // A bucket of audience files may lie in another region than Personalize.
    followRegionRedirects: true,
  });
}

/**
 * Makes sure that the bucket exists; creates it only where `create` allows.
 * @throws E_OBJECT_MISSING where it doesn't exist and may not be created
 */
export async function ensureBucket(s3: S3Client, bucket: string, options: { create: boolean }): Promise<void> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if (!options.create) {
      throw new NightjarError('E_OBJECT_MISSING', `the bucket "${bucket}" does not exist`, {
        fix: `create it: aws s3 mb s3://${bucket}`,
        cause: error,
      });
    }
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  }
}

/** Tells a missing bucket or object by the SDK's error. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchKey', 'NoSuchBucket'].includes(error.name);
}
