/** Looks at the bucket with the calls that runs make: find, list, put, read, upload in parts, delete. */
import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  type HeadBucketCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ask, isFailedCall, statusOf } from './denial';
import { type Examination, failed, ok, skipped, type Verdict } from './finding';
import { ownerOf, type PermissionSettings } from './scope';

/** Examines the bucket of the settings; what it writes there it removes. */
export async function examineStorage(exam: Examination, s3: S3Client, settings: PermissionSettings): Promise<void> {
  const place = placeOf(settings);
  const look = (name: string, verdict: () => Promise<Verdict>) => exam.check('storage', name, verdict);
  const bucket = await look('bucket', () => findBucket(s3, place, settings));
  if (bucket.isAway) return;
  await look('list', async () => {
    await listOne(s3, place);
    return ok(`below s3://${place.bucket}/${settings.storage.prefix}`);
  });
  const put = await look('put', () => putObject(s3, place, settings.aws.kmsKeyArn));
  await look('get', async () => (put.status === 'ok' ? getObject(s3, place) : skipped('there is nothing to read')));
  await look('parts', () => uploadParts(s3, place, settings.aws.kmsKeyArn));
  await look('delete', async () => {
    await ask(place.onObject('s3:DeleteObject'), () =>
      s3.send(new DeleteObjectCommand({ Bucket: place.bucket, Key: place.key })),
    );
    return ok('what was put is gone again');
  });
}

interface Place {
  readonly bucket: string;
  readonly key: string;
  readonly onBucket: (operation: string) => { readonly operation: string; readonly resource: string };
  readonly onObject: (operation: string) => { readonly operation: string; readonly resource: string };
}

function placeOf(settings: PermissionSettings): Place {
  const { bucket, prefix } = settings.storage;
  const key = `${prefix}doctor/${randomUUID()}.txt`;
  const arn = `arn:${ownerOf(settings).partition}:s3:::${bucket}`;
  return {
    bucket,
    key,
    onBucket: (operation) => ({ operation, resource: arn }),
    onObject: (operation) => ({ operation, resource: `${arn}/${key}` }),
  };
}

async function findBucket(s3: S3Client, place: Place, { aws, storage }: PermissionSettings): Promise<Verdict> {
  const { region } = aws;
  try {
    const head = await headBucket(s3, place);
    const where = head.BucketRegion;
    // Another store calls its region what it likes.
    if (where === undefined || storage.endpoint !== null) return ok(`s3://${place.bucket}`);
    return where === region ? ok(`s3://${place.bucket} in ${where}`) : elsewhere(place.bucket, where, region);
  } catch (error) {
    const cause = isFailedCall(error) ? error.cause : error;
    const where = redirectedTo(cause);
    if (where !== undefined) return elsewhere(place.bucket, where, region);
    if (statusOf(cause) !== 404) throw error;
    return failed(
      `there is no bucket "${place.bucket}"`,
      `create it: aws s3 mb s3://${place.bucket} --region ${region}`,
    );
  }
}

/** A refused HEAD has no body that says why, so that the reason is asked for by a list of the same permission. */
async function headBucket(s3: S3Client, place: Place): Promise<HeadBucketCommandOutput> {
  try {
    return await ask(place.onBucket('s3:HeadBucket'), () => s3.send(new HeadBucketCommand({ Bucket: place.bucket })));
  } catch (error) {
    if (isFailedCall(error) && statusOf(error.cause) === 403) await listOne(s3, place);
    throw error;
  }
}

function listOne(s3: S3Client, place: Place): Promise<unknown> {
  return ask(place.onBucket('s3:ListObjectsV2'), () =>
    s3.send(new ListObjectsV2Command({ Bucket: place.bucket, Prefix: place.key, MaxKeys: 1 })),
  );
}

function elsewhere(bucket: string, where: string, region: string): Verdict {
  return failed(
    `the bucket "${bucket}" lies in ${where}, aws.region is ${region}; Personalize takes only buckets of its own region`,
    `set aws.region: ${where}, or take a bucket of ${region}`,
  );
}

/** S3 answers a request in the wrong region with 301 or 400, and names the right one in a header. */
function redirectedTo(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('$response' in error)) return undefined;
  if (![301, 307, 400].includes(statusOf(error) ?? 0)) return undefined;
  const response = error.$response;
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== 'object' || headers === null || !('x-amz-bucket-region' in headers)) return undefined;
  return typeof headers['x-amz-bucket-region'] === 'string' ? headers['x-amz-bucket-region'] : undefined;
}

const TEXT = 'nightjar doctor wrote this, and removes it.\n';

function encryption(kmsKeyArn: string | null) {
  return kmsKeyArn === null ? {} : ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn } as const);
}

async function putObject(s3: S3Client, place: Place, kmsKeyArn: string | null): Promise<Verdict> {
  await ask(place.onObject('s3:PutObject'), () =>
    s3.send(new PutObjectCommand({ Bucket: place.bucket, Key: place.key, Body: TEXT, ...encryption(kmsKeyArn) })),
  );
  return ok(kmsKeyArn === null ? place.key : `${place.key}, encrypted with the key of aws.kmsKeyArn`);
}

async function getObject(s3: S3Client, place: Place): Promise<Verdict> {
  const answer = await ask(place.onObject('s3:GetObject'), () =>
    s3.send(new GetObjectCommand({ Bucket: place.bucket, Key: place.key })),
  );
  const text = await answer.Body?.transformToString();
  return text === TEXT ? ok('it holds what was put') : failed('the object does not hold what was put');
}

async function uploadParts(s3: S3Client, place: Place, kmsKeyArn: string | null): Promise<Verdict> {
  const to = { Bucket: place.bucket, Key: place.key };
  const { UploadId } = await ask(place.onObject('s3:CreateMultipartUpload'), () =>
    s3.send(new CreateMultipartUploadCommand({ ...to, ...encryption(kmsKeyArn) })),
  );
  await ask(place.onObject('s3:AbortMultipartUpload'), () =>
    s3.send(new AbortMultipartUploadCommand({ ...to, UploadId })),
  );
  return ok('an upload in parts begins, and can be given up');
}
