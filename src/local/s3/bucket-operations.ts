/** Performs the operations on buckets themselves. */
import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../files';
import { AwsFault, systemCode } from '../http/fault';
import { queryValue } from '../http/request';
import { readLimit, readToken, writeToken } from './arguments';
import { isBucketName, isNewBucketName } from './bucket-name';
import { forgetSettings } from './bucket-settings';
import { answerXml, notComplete, OWNER, type S3Operation } from './call';
import { readDocument } from './incoming';
import { checkAcl } from './object-headers';
import { requireBucket } from './object-place';
import { removeUploadsOf } from './uploads';
import { childText, readXml, writeXml } from './xml';

/** Makes a bucket; in us-east-1 making one's own again is done again, elsewhere it is refused, as S3 does. */
export const createBucket: S3Operation = async (call) => {
  const { bucket, store, region, request } = call;
  if (!isNewBucketName(bucket)) {
    throw new AwsFault('InvalidBucketName', 'The specified bucket is not valid.', { details: { BucketName: bucket } });
  }
  checkAcl(request.headers);
  if (request.headers.get('x-amz-bucket-object-lock-enabled') === 'true') throw notComplete('Object Lock');
  const document = await readDocument(call);
  checkLocation(document === '' ? undefined : childText(readXml(document), 'LocationConstraint'), region);
  try {
    await store.takeTurns(bucket, async () => {
      await mkdir(join(store.folder, bucket));
      await forgetSettings(store, bucket);
      await syncFolder(store.folder);
    });
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

const MAX_BUCKETS = 10_000;

/** Lists buckets by name, all of them unless a page is asked for. */
export const listBuckets: S3Operation = async ({ store, request, region }) => {
  const prefix = queryValue(request, 'prefix');
  const limit = readLimit(request, 'max-buckets', { most: MAX_BUCKETS, least: 1 });
  const token = queryValue(request, 'continuation-token');
  const after = token === undefined ? '' : readToken(token).toString();
  const isElsewhere = ![undefined, region].includes(queryValue(request, 'bucket-region'));
  const names = (await readdir(store.folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && isBucketName(entry.name) && !isElsewhere)
    .map((entry) => entry.name)
    .filter((name) => name.startsWith(prefix ?? '') && name > after)
    .sort();
  const page = names.slice(0, limit);
  const last = page.at(-1);
  const buckets = await Promise.all(
    page.map(async (name) => ({
      Name: name,
      CreationDate: (await stat(join(store.folder, name))).birthtime.toISOString(),
      BucketRegion: region,
    })),
  );
  return answerXml(
    writeXml('ListAllMyBucketsResult', {
      Owner: OWNER,
      Buckets: { Bucket: buckets },
      ContinuationToken: last === undefined || page.length === names.length ? undefined : writeToken(last),
      Prefix: prefix,
    }),
  );
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
    await removeUploadsOf(store, bucket);
    return { status: 204 };
  });
