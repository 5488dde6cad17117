/** Reads rows from an object on S3. */
import type { S3Client } from '@aws-sdk/client-s3';
import { headObject, readObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import type { RowSource } from './row';
import { readTextRows } from './rows';

/**
 * Makes an object a source of rows; its key says the format as a file's name does.
 *
 * @param uri  s3://bucket/key
 * @throws E_OBJECT_URI where it is of another form
 */
export function openObject(s3: S3Client, uri: string): RowSource {
  const place = parseS3Uri(uri);
  return {
    name: uri,
    async findUnreadable() {
      const size = await headObject(s3, place);
      const folder = uri.slice(0, uri.lastIndexOf('/') + 1);
      return size === undefined ? { message: 'there is no such object', fix: `aws s3 ls ${folder}` } : undefined;
    },
    readRows: (listener) => readTextRows(readObject(s3, place), listener),
  };
}
