/** Performs the operations on buckets themselves. */
import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../files';
import { AwsFault, systemCode } from '../http/fault';
import { isBucketName } from './bucket-name';
import { answerXml, readDocument, type S3Operation } from './call';
import { requireBucket } from './object-place';
import { childText, readXml, writeXml } from './xml';

/** Makes a bucket; in us-east-1 making one's own again is done again, elsewhere it is refused, as S3 does. */
export const createBucket: S3Operation = async ({ bucket, store, region, payload }) => {
  if (!isBucketName(bucket)) {
    throw new AwsFault('InvalidBucketName', 'The specified bucket is not valid.', { details: { BucketName: bucket } });
  }
  const document = await readDocument(payload);
  checkLocation(document === '' ? undefined : childText(readXml(document), 'LocationConstraint'), region);
  try {
    await mkdir(join(store.folder, bucket));
    await syncFolder(store.folder);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    if (region !== 'us-east-1') {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new AwsFault('BucketAlreadyOwnedByYou', message, { status: 409, details: { BucketName: bucket } });
    }
  }
  return { status: 200, headers: { location: `/${bucket}` } };
};

function checkLocation(location: string | undefined, region: string): void {
  const place = location === undefined || location === '' ? 'us-east-1' : location;
  if (place === region) return;
  const message =
    location === undefined
      ? 'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.'
      : `The ${place} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  throw new AwsFault('IllegalLocationConstraintException', message);
}

/** Tells whether a bucket exists. */
export const headBucket: S3Operation = async ({ bucket, store, region }) => {
  await requireBucket(store.folder, bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': region } };
};

/** Lists all buckets by name. */
export const listBuckets: S3Operation = async ({ store }) => {
  const names = (await readdir(store.folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && isBucketName(entry.name))
    .map((entry) => entry.name)
    .sort();
  const buckets = await Promise.all(
    names.map(async (name) => ({
      Name: name,
      CreationDate: (await stat(join(store.folder, name))).birthtime.toISOString(),
    })),
  );
  const owner = { ID: 'nightjar', DisplayName: 'nightjar' };
  return answerXml(writeXml('ListAllMyBucketsResult', { Owner: owner, Buckets: { Bucket: buckets } }));
};

/** Answers the region, as an empty element for us-east-1. */
export const getBucketLocation: S3Operation = async ({ bucket, store, region }) => {
  await requireBucket(store.folder, bucket);
  return answerXml(writeXml('LocationConstraint', region === 'us-east-1' ? '' : region));
};

/** Removes an empty bucket. */
export const deleteBucket: S3Operation = async ({ bucket, store }) =>
  store.takeTurns(bucket, async () => {
    await requireBucket(store.folder, bucket);
    try {
      await rmdir(join(store.folder, bucket));
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
      throw new AwsFault('BucketNotEmpty', 'The bucket you tried to delete is not empty', { status: 409 });
    }
    await rm(join(store.folder, '.meta', bucket), { recursive: true, force: true });
    return { status: 204 };
  });
