import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from './support/local-aws';

const Bucket = 'shop';
let aws: TestAws;

beforeEach(async () => {
  aws = await startTestAws();
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
});

afterEach(() => aws.close());

async function put(Key: string, Body = Key): Promise<void> {
  await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function get(Key: string): Promise<string | undefined> {
  const answer = await aws.s3.send(new GetObjectCommand({ Bucket, Key }));
  return answer.Body?.transformToString();
}

async function list(options: { Prefix?: string; Delimiter?: string; MaxKeys?: number; StartAfter?: string } = {}) {
  const entries: string[] = [];
  for await (const page of paginateListObjectsV2({ client: aws.s3 }, { Bucket, ...options })) {
    entries.push(...(page.Contents ?? []).map((object) => object.Key ?? ''));
    entries.push(...(page.CommonPrefixes ?? []).map((prefix) => prefix.Prefix ?? ''));
  }
  return entries;
}

describe('objects', () => {
  it('gives back bytes, content type, metadata, ETag and checksum of a put', async () => {
    const sent = await aws.s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a.txt',
        Body: 'hello',
        ContentType: 'text/plain; charset=utf-8',
        Metadata: { origin: 'test' },
        ChecksumAlgorithm: 'SHA256',
      }),
    );
    const got = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'a.txt', ChecksumMode: 'ENABLED' }));

    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    expect(sent.ETag).toBe(got.ETag);
    expect(got).toMatchObject({
      ContentType: 'text/plain; charset=utf-8',
      ContentLength: 5,
      Metadata: { origin: 'test' },
      ChecksumSHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
      AcceptRanges: 'bytes',
    });
  });

  it('gives ranges from the start, the middle and the end, and refuses one behind the end', async () => {
    await put('digits', '0123456789');
    const ranges = ['bytes=0-3', 'bytes=4-', 'bytes=-2', 'bytes=8-100'];
    const got = await Promise.all(
      ranges.map((Range) => aws.s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }))),
    );

    expect(await Promise.all(got.map((one) => one.Body?.transformToString()))).toEqual(['0123', '456789', '89', '89']);
    expect(got[0]?.ContentRange).toBe('bytes 0-3/10');
    await expect(
      aws.s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=10-' })),
    ).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
  });

  it('holds empty objects', async () => {
    await put('empty', '');

    expect(await get('empty')).toBe('');
    expect(await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).toMatchObject({ ContentLength: 0 });
  });

  it('streams a body of known length with a trailing checksum', async () => {
    const bytes = Buffer.alloc(3_000_001, 'nightjar');
    const Body = Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)], { objectMode: false });
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'big', Body, ContentLength: bytes.length }));
    const got = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'big', ChecksumMode: 'ENABLED' }));

    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(got.ChecksumCRC32).toBeDefined();
    expect(got.ContentEncoding).toBeUndefined();
  });

  it('keeps an object and what lies below its name apart, whichever comes first', async () => {
    await put('a');
    await put('a/b');
    await put('c/d');
    await put('c');
    await put('a', 'again');

    expect(await Promise.all(['a', 'a/b', 'c', 'c/d'].map(get))).toEqual(['again', 'a/b', 'c', 'c/d']);
    expect(await list()).toEqual(['a', 'a/b', 'c', 'c/d']);
    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(await list()).toEqual(['a/b', 'c', 'c/d']);
    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/b' }));
    await put('a', 'third');
    expect(await get('a')).toBe('third');
  });

  it('holds keys of every odd kind, inside its folder', async () => {
    const keys = [
      '../../outside',
      './dot',
      '/leading',
      'double//slash',
      'folder/',
      `${'long'.repeat(100)}/${'x'.repeat(300)}.txt`,
      'ключ/日本語/🦉.txt',
      'e\u0301 decomposed',
      'é composed'.normalize('NFC'),
      'percent%20and%o',
      'a?b&c=d+e#f',
      'quote"and\\back<slash>',
      'tab\tand\u0001control',
      "(round) [square] {curly} 'single' !*",
    ];
    for (const key of keys) await put(key);

    expect(await Promise.all(keys.map(get))).toEqual(keys);
    expect(await list()).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect((await readdir(aws.stateDir)).sort()).toEqual(['personalize', 's3']);
    expect((await readdir(join(aws.stateDir, 's3'))).filter((name) => !name.startsWith('.'))).toEqual([Bucket]);
  });

  it('lays an ordinary key at its own name', async () => {
    await put('audiences/drama fans/2026-11-24.csv', 'user_id\n1\n');

    const file = join(aws.stateDir, 's3', Bucket, 'audiences/drama fans/2026-11-24.csv');
    expect(await readFile(file, 'utf8')).toBe('user_id\n1\n');
  });

  it('serves a file that a person put into the folder', async () => {
    await mkdir(join(aws.stateDir, 's3', Bucket, 'by-hand'));
    await writeFile(join(aws.stateDir, 's3', Bucket, 'by-hand/note.txt'), 'hello');

    const head = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'by-hand/note.txt' }));
    expect(head).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"', ContentType: 'binary/octet-stream' });
    expect(await get('by-hand/note.txt')).toBe('hello');
  });

  it('removes an object, its sidecar and the folders that it leaves empty', async () => {
    await put('deep/er/still');
    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'deep/er/still' }));
    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'never-there' }));

    await expect(get('deep/er/still')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await readdir(join(aws.stateDir, 's3', Bucket))).toEqual([]);
    expect(await readdir(join(aws.stateDir, 's3', '.meta'))).toEqual([]);
  });

  it('creates only where nothing is, and replaces only what is known, when asked so', async () => {
    const create = () => aws.s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'x', IfNoneMatch: '*' }));
    const { ETag } = await create();

    await expect(create()).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'y', IfMatch: ETag }));
    await expect(
      aws.s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'z', IfMatch: ETag })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await get('once')).toBe('y');
  });

  it('lets exactly one of many creates at a time win', async () => {
    const tries = Array.from({ length: 10 }, (_, index) =>
      aws.s3.send(new PutObjectCommand({ Bucket, Key: 'race', Body: String(index), IfNoneMatch: '*' })),
    );
    const results = await Promise.allSettled(tries);

    expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(await get('race')).toBe(String(results.findIndex((one) => one.status === 'fulfilled')));
  });

  it('refuses by name what it does not have, and stores nothing then', async () => {
    await put('source');
    const locked = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(2e12) } as const;
    await expect(
      aws.s3.send(new PutObjectCommand({ Bucket, Key: 'locked', Body: 'x', ...locked })),
    ).rejects.toMatchObject({ name: 'NotImplemented', message: expect.stringContaining('docs/local-aws.md') });
    await expect(get('locked')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(aws.s3.send(new GetObjectCommand({ Bucket, Key: 'source', VersionId: 'x' }))).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
    await expect(
      aws.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
    ).rejects.toMatchObject({ name: 'NotImplemented', message: expect.stringContaining('PutBucketVersioning') });
    await expect(put('k'.repeat(1025))).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });
});

describe('listings', () => {
  it('pages in key order through prefixes, delimiters and start-after', async () => {
    const keys = ['a!', 'a', 'a/1', 'a/2', 'a0', 'b/x/1', 'b/x/2', 'b/y', 'c'];
    for (const key of keys) await put(key);

    expect(await list()).toEqual(['a', 'a!', 'a/1', 'a/2', 'a0', 'b/x/1', 'b/x/2', 'b/y', 'c']);
    expect(await list({ MaxKeys: 1 })).toEqual(await list());
    expect(await list({ Prefix: 'a/' })).toEqual(['a/1', 'a/2']);
    expect(await list({ Prefix: 'b/x' })).toEqual(['b/x/1', 'b/x/2']);
    expect(await list({ Delimiter: '/' })).toEqual(['a', 'a!', 'a0', 'c', 'a/', 'b/']);
    expect(await list({ Delimiter: '/', MaxKeys: 1 })).toEqual(['a', 'a!', 'a/', 'a0', 'b/', 'c']);
    expect(await list({ Delimiter: '/', Prefix: 'b/' })).toEqual(['b/y', 'b/x/']);
    expect(await list({ StartAfter: 'a/1' })).toEqual(['a/2', 'a0', 'b/x/1', 'b/x/2', 'b/y', 'c']);
    expect(await list({ Prefix: 'nothing' })).toEqual([]);
  });

  it('reports size, ETag, time and truncation', async () => {
    await put('one', '1');
    await put('two', '22');
    const page = await aws.s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));

    expect(page).toMatchObject({ KeyCount: 1, MaxKeys: 1, IsTruncated: true, Name: Bucket });
    expect(page.Contents?.[0]).toMatchObject({ Key: 'one', Size: 1, StorageClass: 'STANDARD' });
    expect(Math.abs((page.Contents?.[0]?.LastModified?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    const older = await aws.s3.send(new ListObjectsCommand({ Bucket, Marker: 'one' }));
    expect(older.Contents?.map((object) => object.Key)).toEqual(['two']);
  });

  it('refuses a continuation token that it did not make', async () => {
    await expect(aws.s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: '***' }))).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });
});

describe('buckets', () => {
  it('makes, lists, finds and removes buckets', async () => {
    await aws.s3.send(new CreateBucketCommand({ Bucket: 'another.bucket' }));
    await aws.s3.send(new CreateBucketCommand({ Bucket: 'another.bucket' }));
    await put('in-the-way');

    const { Buckets } = await aws.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map((bucket) => bucket.Name)).toEqual(['another.bucket', Bucket]);
    expect(await aws.s3.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'us-east-1' });
    expect((await aws.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
    await expect(aws.s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await aws.s3.send(new DeleteBucketCommand({ Bucket: 'another.bucket' }));
    await expect(aws.s3.send(new HeadBucketCommand({ Bucket: 'another.bucket' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('refuses names that are none, and objects in buckets that are not there', async () => {
    for (const name of ['Upper', 'a', '.meta', '10.0.0.1', 'two..dots']) {
      await expect(aws.s3.send(new CreateBucketCommand({ Bucket: name }))).rejects.toMatchObject({
        name: 'InvalidBucketName',
      });
    }
    await expect(aws.s3.send(new PutObjectCommand({ Bucket: 'absent', Key: 'k', Body: 'x' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(aws.s3.send(new ListObjectsV2Command({ Bucket: 'absent' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });
});
