/** Reads and writes `s3://bucket/key` URIs. */
import { NightjarError } from '../errors';

export interface S3Uri {
  readonly bucket: string;
  /** Without a leading slash; may be empty, which names the bucket. */
  readonly key: string;
}

/**
 * Reads an S3 URI.
 * @throws E_OBJECT_URI where the text is of another form
 */
export function parseS3Uri(text: string): S3Uri {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(text);
  if (match?.[1] === undefined) {
    throw new NightjarError('E_OBJECT_URI', `"${text}" is not an S3 URI; expected s3://bucket/key`, {
      fix: 'write it as s3://my-bucket/folder/file.json.out',
    });
  }
  return { bucket: match[1], key: match[2] ?? '' };
}

/** Writes an S3 URI. */
export function formatS3Uri(uri: S3Uri): string {
  return `s3://${uri.bucket}/${uri.key}`;
}
