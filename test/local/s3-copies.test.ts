import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from './support/local-aws';
import { outcome } from './support/s3';

const Bucket = 'shop';
const MIB = 1024 ** 2;
let aws: TestAws;

beforeAll(async () => {
  aws = await startTestAws();
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
  await aws.s3.send(new CreateBucketCommand({ Bucket: 'other' }));
  await aws.s3.send(
    new PutObjectCommand({
      Bucket,
      Key: 'source',
      Body: 'hello',
      ContentType: 'text/plain',
      CacheControl: 'max-age=60',
      Metadata: { origin: 'test' },
      Tagging: 'a=1&b=x%20y',
      StorageClass: 'STANDARD_IA',
      ChecksumAlgorithm: 'SHA256',
    }),
  );
});

afterAll(() => aws.close());

function copy(more: Partial<CopyObjectCommand['input']>) {
  return aws.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: 'shop/source', ...more }));
}

function head(Key: string, from = Bucket) {
  return aws.s3.send(new HeadObjectCommand({ Bucket: from, Key, ChecksumMode: 'ENABLED' }));
}

describe('CopyObject', () => {
  it('copies bytes, headers, metadata, tags and the kind of checksum, not the storage class', async () => {
    const { CopyObjectResult } = await copy({ Bucket: 'other' });
    const { TagSet } = await aws.s3.send(new GetObjectTaggingCommand({ Bucket: 'other', Key: 'copy' }));

    expect(CopyObjectResult).toMatchObject({
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ChecksumSHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
      LastModified: expect.any(Date),
    });
    expect(await head('copy', 'other')).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'max-age=60',
      Metadata: { origin: 'test' },
      ChecksumSHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
    });
    expect((await head('copy', 'other')).StorageClass).toBeUndefined();
    expect(TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'x y' },
    ]);
  });

  it('replaces headers and tags where asked, and takes another checksum', async () => {
    await copy({
      MetadataDirective: 'REPLACE',
      Metadata: { now: 'this' },
      ContentType: 'text/csv',
      TaggingDirective: 'REPLACE',
      Tagging: 'c=3',
      StorageClass: 'GLACIER_IR',
      ChecksumAlgorithm: 'CRC32C',
    });
    const copied = await head('copy');

    expect(copied).toMatchObject({ Metadata: { now: 'this' }, ContentType: 'text/csv', StorageClass: 'GLACIER_IR' });
    expect([copied.CacheControl, copied.ChecksumCRC32C, copied.TagCount]).toEqual([undefined, 'mnG7TA==', 1]);
  });

  it('reads escaped and plain sources, with and without a slash in front', async () => {
    const Key = 'über/a b+c%20?&.txt';
    await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'odd' }));
    const escaped = encodeURIComponent(`${Bucket}/${Key}`);
    for (const CopySource of [escaped, `/${escaped.replaceAll('%2F', '/')}`, `${escaped}?versionId=null`]) {
      await copy({ CopySource, Key: 'odd' });
      const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'odd' }));
      expect(await Body?.transformToString()).toBe('odd');
      await copy({ Key: 'odd' });
    }
  });

  it('goes onto itself only where something changes', async () => {
    await copy({ Key: 'self' });
    const onItself = { Key: 'self', CopySource: 'shop/self' };

    expect(await outcome(copy(onItself))).toBe('InvalidRequest 400');
    await copy({ ...onItself, MetadataDirective: 'REPLACE', Metadata: { new: 'yes' } });
    expect(await head('self')).toMatchObject({ ContentLength: 5, Metadata: { new: 'yes' } });
    await copy({ ...onItself, StorageClass: 'ONEZONE_IA' });
    expect(await head('self')).toMatchObject({ StorageClass: 'ONEZONE_IA', Metadata: { new: 'yes' } });
  });

  it('holds to conditions on the source and on what is there', async () => {
    const { ETag, LastModified } = await head('source');
    const before = new Date((LastModified?.getTime() ?? 0) - 60_000);
    await copy({ CopySourceIfMatch: ETag, CopySourceIfUnmodifiedSince: before });

    for (const condition of [
      { CopySourceIfMatch: '"other"' },
      { CopySourceIfNoneMatch: ETag },
      { CopySourceIfModifiedSince: new Date((LastModified?.getTime() ?? 0) + 1000) },
      { CopySourceIfUnmodifiedSince: before },
      { IfNoneMatch: '*' },
      { IfMatch: '"other"' },
    ]) {
      expect([condition, await outcome(copy(condition))]).toEqual([condition, 'PreconditionFailed 412']);
    }
  });

  it('names what is not there or can not be', async () => {
    expect(await outcome(copy({ CopySource: 'shop/absent' }))).toBe('NoSuchKey 404');
    expect(await outcome(copy({ CopySource: 'absent/source' }))).toBe('NoSuchBucket 404');
    expect(await outcome(copy({ CopySource: 'shop' }))).toBe('InvalidArgument 400');
    expect(await outcome(copy({ CopySource: 'shop/source?versionId=1' }))).toBe('InvalidArgument 400');
    expect(await outcome(copy({ Bucket: 'absent' }))).toBe('NoSuchBucket 404');
  });
});

describe('UploadPartCopy', () => {
  it('makes parts of ranges of objects', async () => {
    const Body = Buffer.alloc(6 * MIB, '0123456789');
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body }));
    const name = { Bucket, Key: 'joined' };
    const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand({ ...name, ChecksumAlgorithm: 'CRC32' }));
    const part = async (PartNumber: number, CopySourceRange?: string) => {
      const source = { CopySource: 'shop/large', CopySourceRange };
      const { CopyPartResult } = await aws.s3.send(
        new UploadPartCopyCommand({ ...name, UploadId, PartNumber, ...source }),
      );
      return { PartNumber, ETag: CopyPartResult?.ETag, ChecksumCRC32: CopyPartResult?.ChecksumCRC32 };
    };
    const whole = await part(1);
    const range = await part(2, 'bytes=10-12');
    const own = await aws.s3.send(new UploadPartCommand({ ...name, UploadId, PartNumber: 3, Body: 'end' }));

    expect(await outcome(part(4, 'bytes=0-99999999'))).toBe('InvalidArgument 400');
    expect(await outcome(part(4, 'bytes=5-'))).toBe('InvalidArgument 400');
    const last = { PartNumber: 3, ETag: own.ETag, ChecksumCRC32: own.ChecksumCRC32 };
    const complete = (Parts: object[]) =>
      aws.s3.send(new CompleteMultipartUploadCommand({ ...name, UploadId, MultipartUpload: { Parts } }));
    expect(await outcome(complete([whole, range, last]))).toBe('EntityTooSmall 400');
    await complete([whole, range]);
    const { Body: read } = await aws.s3.send(new GetObjectCommand(name));
    const bytes = Buffer.from((await read?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([Body, Buffer.from('012')]))).toBe(true);
  });
});
