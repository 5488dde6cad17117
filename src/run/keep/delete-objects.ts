/** Deletes S3 objects; one that is gone already is no problem. */
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { NightjarError } from '../../errors';
import { listObjects } from '../../storage/objects';
import { formatS3Uri, type S3Uri } from '../../storage/uri';

/** Deletions under way at a time. One by one and not by list: every store takes that. */
const AT_A_TIME = 8;

export async function deleteObject(s3: S3Client, uri: S3Uri): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: uri.bucket, Key: uri.key }));
}

/** Deletes the objects of a folder and answers how many there were. */
export async function deleteFolder(s3: S3Client, folder: S3Uri): Promise<number> {
  // A prefix without its final slash would also match the folders of other batch jobs, an empty one the whole bucket.
  if (!folder.key.endsWith('/')) {
    throw new NightjarError(
      'E_BUG',
      `the folder to delete is "${formatS3Uri(folder)}"; expected a key that ends with "/"`,
    );
  }
  const objects = await listObjects(s3, folder);
  for (let from = 0; from < objects.length; from += AT_A_TIME) {
    const some = objects.slice(from, from + AT_A_TIME);
    await Promise.all(some.map(({ key }) => deleteObject(s3, { bucket: folder.bucket, key })));
  }
  return objects.length;
}
