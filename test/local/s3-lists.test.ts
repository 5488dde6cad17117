import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  paginateListBuckets,
} from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from './support/local-aws';
import { outcome } from './support/s3';

const Bucket = 'shop';
const KEYS = ['a!', 'a/1', 'a/2', 'b c+d/1', 'b c+d/2', 'plain', 'z/1', '\u{1F989}'];
let aws: TestAws;

beforeAll(async () => {
  aws = await startTestAws();
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
  for (const Key of KEYS) await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
});

afterAll(() => aws.close());

describe('ListObjectsV2', () => {
  it('counts keys and common prefixes together, in the order of UTF-8 bytes', async () => {
    const list = (more: object) =>
      aws.s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 3, ...more }));
    const first = await list({});
    const second = await list({ ContinuationToken: first.NextContinuationToken });

    expect([first.KeyCount, first.IsTruncated, second.KeyCount, second.IsTruncated]).toEqual([3, true, 3, false]);
    expect(first.Contents?.map((one) => one.Key)).toEqual(['a!']);
    expect(first.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['a/', 'b c+d/']);
    expect(second.Contents?.map((one) => one.Key)).toEqual(['plain', '\u{1F989}']);
    expect(second.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['z/']);
    expect(second.ContinuationToken).toBe(first.NextContinuationToken);
  });

  it('goes on behind start-after, also in the middle of a common prefix', async () => {
    const page = await aws.s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', StartAfter: 'a/1' }));

    expect(page.StartAfter).toBe('a/1');
    expect(page.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['a/', 'b c+d/', 'z/']);
  });

  it('escapes keys, prefixes and delimiters where asked', async () => {
    const query = { Bucket, EncodingType: 'url' as const, Delimiter: '/' };
    const page = await aws.s3.send(new ListObjectsV2Command({ ...query, StartAfter: 'a c' }));

    expect(page).toMatchObject({ EncodingType: 'url', Delimiter: '/', StartAfter: 'a%20c' });
    expect(page.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['a/', 'b%20c%2Bd/', 'z/']);
    expect(page.Contents?.map((one) => one.Key)).toEqual(['a%21', 'plain', '%F0%9F%A6%89']);
  });

  it('names the owner only where asked, and says how objects are kept', async () => {
    const list = (FetchOwner?: boolean) =>
      aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'plain', FetchOwner }));

    expect((await list()).Contents?.[0]?.Owner).toBeUndefined();
    expect((await list(true)).Contents?.[0]).toMatchObject({
      Owner: { ID: 'nightjar' },
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: ['CRC32'],
      ChecksumType: 'FULL_OBJECT',
    });
  });

  it('gives nothing for 0 keys, at most 1,000 for more, and refuses what is no number of keys', async () => {
    const list = (MaxKeys: number) => aws.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys }));

    expect(await list(0)).toMatchObject({ KeyCount: 0, MaxKeys: 0, IsTruncated: false });
    expect(await list(5000)).toMatchObject({ KeyCount: 8, MaxKeys: 1000 });
    expect(await outcome(list(-1))).toBe('InvalidArgument 400');
    expect(await outcome(list(2 ** 31))).toBe('InvalidArgument 400');
  });

  it('takes only tokens that it made', async () => {
    const list = (ContinuationToken?: string) =>
      aws.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1, ContinuationToken }));
    const token = (await list()).NextContinuationToken ?? '';

    expect((await list(token)).Contents?.[0]?.Key).toBe('a/1');
    for (const other of ['plain', Buffer.from('plain').toString('base64url'), `${token}A`, token.slice(0, -2)]) {
      expect(await outcome(list(other))).toBe('InvalidArgument 400');
    }
  });
});

describe('the older ListObjects', () => {
  it('goes on by keys, and by common prefixes which the marker may stand in', async () => {
    const list = (Marker: string, MaxKeys?: number) =>
      aws.s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker, MaxKeys }));
    const first = await list('', 2);
    const second = await list(first.NextMarker ?? '', 2);

    expect([first.NextMarker, second.NextMarker]).toEqual(['a/', 'plain']);
    expect(second.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['b c+d/']);
    expect((await list('a/1')).CommonPrefixes?.map((one) => one.Prefix)).toEqual(['b c+d/', 'z/']);
    expect(first.Contents?.[0]?.Owner?.ID).toBe('nightjar');
  });

  it('gives no next marker without a delimiter', async () => {
    const page = await aws.s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }));

    expect(page).toMatchObject({ IsTruncated: true, MaxKeys: 2 });
    expect(page.NextMarker).toBeUndefined();
  });
});

describe('ListObjectVersions', () => {
  it('shows each object as its one version', async () => {
    const first = await aws.s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 7 }));
    const KeyMarker = first.NextKeyMarker;
    const second = await aws.s3.send(
      new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker: first.NextVersionIdMarker }),
    );

    expect([...(first.Versions ?? []), ...(second.Versions ?? [])].map((one) => one.Key)).toEqual(KEYS);
    expect(first.Versions?.[0]).toMatchObject({ VersionId: 'null', IsLatest: true, Size: 2 });
    expect(second.IsTruncated).toBe(false);
  });
});

describe('ListBuckets', () => {
  it('pages through the buckets of a prefix', async () => {
    const names = ['more-1', 'more-2', 'more-3'];
    for (const name of names) await aws.s3.send(new CreateBucketCommand({ Bucket: name }));
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListBuckets({ client: aws.s3 }, { Prefix: 'more', MaxBuckets: 2 })) {
      pages.push((page.Buckets ?? []).map((bucket) => bucket.Name));
    }
    const all = await aws.s3.send(new ListBucketsCommand({}));
    const elsewhere = await aws.s3.send(new ListBucketsCommand({ BucketRegion: 'eu-west-1' }));

    expect(pages).toEqual([['more-1', 'more-2'], ['more-3']]);
    expect(all.Buckets?.map((bucket) => bucket.Name)).toEqual([...names, Bucket]);
    expect(all.Buckets?.[0]).toMatchObject({ BucketRegion: 'us-east-1', CreationDate: expect.any(Date) });
    expect(elsewhere.Buckets ?? []).toEqual([]);
    expect(await outcome(aws.s3.send(new ListBucketsCommand({ ContinuationToken: 'more-2' })))).toBe(
      'InvalidArgument 400',
    );
    for (const name of names) await aws.s3.send(new DeleteBucketCommand({ Bucket: name }));
  });
});
