import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  paginateListParts,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from './support/local-aws';
import { outcome } from './support/s3';

const Bucket = 'shop';
const MIB = 1024 ** 2;
let aws: TestAws;

beforeAll(async () => {
  aws = await startTestAws();
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(() => aws.close());

async function begin(Key: string, more: Partial<CreateMultipartUploadCommand['input']> = {}): Promise<string> {
  const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  return UploadId ?? '';
}

async function part(name: { Key: string; UploadId: string }, PartNumber: number, Body: string | Buffer) {
  const sent = await aws.s3.send(new UploadPartCommand({ Bucket, ...name, PartNumber, Body }));
  return { PartNumber, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 };
}

describe('ListParts', () => {
  it('pages through the parts in the order of their numbers', async () => {
    const name = { Key: 'listed', UploadId: await begin('listed', { ChecksumAlgorithm: 'CRC32' }) };
    for (const number of [7, 2, 10_000, 2]) await part(name, number, `part ${number}`);
    const pages: (number | undefined)[][] = [];
    for await (const page of paginateListParts({ client: aws.s3, pageSize: 2 }, { Bucket, ...name })) {
      pages.push((page.Parts ?? []).map((one) => one.PartNumber));
    }
    const all = await aws.s3.send(new ListPartsCommand({ Bucket, ...name }));

    expect(pages).toEqual([[2, 7], [10_000]]);
    expect(all).toMatchObject({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'COMPOSITE', IsTruncated: false });
    expect(all.Parts?.[0]).toMatchObject({
      Size: 6,
      ChecksumCRC32: expect.any(String),
      LastModified: expect.any(Date),
    });
    expect(await outcome(part(name, 10_001, 'x'))).toBe('InvalidArgument 400');
    await aws.s3.send(new AbortMultipartUploadCommand({ Bucket, ...name }));
    expect(await outcome(aws.s3.send(new ListPartsCommand({ Bucket, ...name })))).toBe('NoSuchUpload 404');
  });
});

describe('ListMultipartUploads', () => {
  it('lists by key and time, with prefix, delimiter and markers, until the bucket is gone', async () => {
    const other = 'uploads-only';
    await aws.s3.send(new CreateBucketCommand({ Bucket: other }));
    const ids: string[] = [];
    for (const Key of ['b/1', 'a', 'b/2', 'a', 'c d']) ids.push(await begin(Key, { Bucket: other }));
    const list = (more: object = {}) => aws.s3.send(new ListMultipartUploadsCommand({ Bucket: other, ...more }));
    const shown = (page: Awaited<ReturnType<typeof list>>) => page.Uploads?.map((one) => [one.Key, one.UploadId]);
    const all = [
      ['a', ids[1]],
      ['a', ids[3]],
      ['b/1', ids[0]],
      ['b/2', ids[2]],
      ['c d', ids[4]],
    ];

    const first = await list({ MaxUploads: 1 });
    const markers = { KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker };
    expect(shown(await list())).toEqual(all);
    expect([shown(first), first.IsTruncated]).toEqual([all.slice(0, 1), true]);
    expect(shown(await list(markers))).toEqual(all.slice(1));
    expect(shown(await list({ KeyMarker: 'a' }))).toEqual(all.slice(2));
    const grouped = await list({ Delimiter: '/', EncodingType: 'url' });
    expect(grouped.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['b/']);
    expect(grouped.Uploads?.map((one) => one.Key)).toEqual(['a', 'a', 'c%20d']);
    expect(shown(await list({ Prefix: 'b/' }))).toEqual(all.slice(2, 4));
    await aws.s3.send(new DeleteBucketCommand({ Bucket: other }));
    await aws.s3.send(new CreateBucketCommand({ Bucket: other }));
    expect(shown(await list())).toBeUndefined();
  });
});

describe('an object of parts', () => {
  it('is read part by part, and tells its parts', async () => {
    const name = { Key: 'parts', UploadId: await begin('parts', { ChecksumAlgorithm: 'CRC32', Tagging: 'a=b' }) };
    const first = Buffer.alloc(5 * MIB, 'first');
    const Parts = [await part(name, 1, first), await part(name, 5, 'second')];
    await aws.s3.send(new CompleteMultipartUploadCommand({ Bucket, ...name, MultipartUpload: { Parts } }));
    const get = (PartNumber: number) =>
      aws.s3.send(new GetObjectCommand({ Bucket, Key: name.Key, PartNumber, ChecksumMode: 'ENABLED' }));
    const second = await get(2);
    const head = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: name.Key, PartNumber: 1 }));

    expect(await second.Body?.transformToString()).toBe('second');
    expect(second).toMatchObject({
      PartsCount: 2,
      ContentRange: `bytes ${5 * MIB}-${5 * MIB + 5}/${5 * MIB + 6}`,
      ChecksumCRC32: Parts[1]?.ChecksumCRC32,
      TagCount: 1,
    });
    expect(head).toMatchObject({ PartsCount: 2, ContentLength: 5 * MIB });
    expect(await outcome(get(3))).toBe('InvalidPartNumber 416');
  });

  it('tells its attributes, the parts in pages', async () => {
    const attributes = (more: object = {}) =>
      aws.s3.send(
        new GetObjectAttributesCommand({
          Bucket,
          Key: 'parts',
          ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'],
          ...more,
        }),
      );
    const all = await attributes();
    const page = await attributes({ MaxParts: 1, ObjectAttributes: ['ObjectParts'] });

    expect(all).toMatchObject({
      ETag: expect.stringMatching(/^[0-9a-f]{32}-2$/),
      Checksum: { ChecksumCRC32: expect.stringMatching(/-2$/), ChecksumType: 'COMPOSITE' },
      StorageClass: 'STANDARD',
      ObjectSize: 5 * MIB + 6,
    });
    expect(all.ObjectParts?.Parts?.map((one) => [one.PartNumber, one.Size])).toEqual([
      [1, 5 * MIB],
      [2, 6],
    ]);
    expect(page).toMatchObject({ ObjectParts: { TotalPartsCount: 2, IsTruncated: true, NextPartNumberMarker: '1' } });
    expect(page.ETag).toBeUndefined();
  });

  it('without a checksum of its parts has one over all bytes, as one that is put whole has', async () => {
    const name = { Key: 'plain', UploadId: await begin('plain') };
    const { ETag } = await part(name, 1, 'hello');
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const done = await aws.s3.send(new CompleteMultipartUploadCommand({ Bucket, ...name, MultipartUpload }));
    const Key = 'whole';
    const put = await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', ChecksumAlgorithm: 'CRC64NVME' }));

    expect(done).toMatchObject({ ChecksumCRC64NVME: put.ChecksumCRC64NVME, ChecksumType: 'FULL_OBJECT' });
    const one = await aws.s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 1 }));
    expect([one.ContentRange, await one.Body?.transformToString()]).toEqual(['bytes 0-4/5', 'hello']);
    expect(await outcome(aws.s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 })))).toBe(
      'InvalidPartNumber 416',
    );
    expect(await outcome(aws.s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 1, Range: 'bytes=0-1' })))).toBe(
      'InvalidRequest 400',
    );
  });
});

describe('checks of parts', () => {
  it('want the checksum that the upload was begun with', async () => {
    const name = { Key: 'strict', UploadId: await begin('strict', { ChecksumAlgorithm: 'SHA256' }) };
    const send = (more: object) =>
      aws.s3.send(new UploadPartCommand({ Bucket, ...name, PartNumber: 1, Body: 'x', ...more }));
    const sent = await send({ ChecksumAlgorithm: 'SHA256' });
    const complete = (more: object, whole: object = {}) =>
      aws.s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          ...name,
          ...whole,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag: sent.ETag, ...more }] },
        }),
      );
    const { ChecksumSHA256 } = sent;

    expect(await outcome(send({ ChecksumAlgorithm: 'CRC32' }))).toBe('InvalidRequest 400');
    expect(await outcome(complete({}))).toBe('InvalidRequest 400');
    expect(await outcome(complete({ ChecksumSHA256: 'AAAA' }))).toBe('InvalidPart 400');
    expect(await outcome(complete({ ChecksumSHA256 }, { MpuObjectSize: 2 }))).toBe('InvalidRequest 400');
    expect(await outcome(complete({ ChecksumSHA256 }, { ChecksumSHA256: 'AAAA-1' }))).toBe('BadDigest 400');
    expect(await outcome(complete({ ChecksumSHA256 }, { MpuObjectSize: 1 }))).toBe('done');
    expect(await outcome(begin('strict', { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }))).toBe(
      'InvalidRequest 400',
    );
  });
});
