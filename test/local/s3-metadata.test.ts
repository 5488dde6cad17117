import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from './support/local-aws';
import { outcome, presign } from './support/s3';

const Bucket = 'shop';
let aws: TestAws;

beforeAll(async () => {
  aws = await startTestAws();
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(() => aws.close());

function put(Key: string, more: Partial<PutObjectCommand['input']> = {}) {
  return aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more }));
}

function head(Key: string) {
  return aws.s3.send(new HeadObjectCommand({ Bucket, Key }));
}

describe('headers of objects', () => {
  it('come back as they were put', async () => {
    const headers = {
      CacheControl: 'max-age=60, private',
      ContentDisposition: 'attachment; filename="a b.txt"',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de-AT',
      ContentType: 'text/plain; charset=utf-8',
      ExpiresString: 'Wed, 21 Oct 2037 07:28:00 GMT',
      WebsiteRedirectLocation: '/other',
      StorageClass: 'DEEP_ARCHIVE' as const,
      Metadata: { origin: 'test', 'two-words': 'a  b, c', empty: '' },
    };
    const { ExpiresString, ...sent } = headers;
    await put('full', { ...sent, Expires: new Date(ExpiresString) });
    const got = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'full' }));
    const { Contents } = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'full' }));

    expect(await head('full')).toMatchObject(headers);
    expect(got).toMatchObject(headers);
    expect(Contents?.[0]?.StorageClass).toBe('DEEP_ARCHIVE');
  });

  it('have a type where none was given, and no aws-chunked in the encoding', async () => {
    await put('bare');
    await put('chunked', { ContentEncoding: 'aws-chunked,gzip' });

    expect((await head('bare')).ContentType).toMatch(/^(binary|application)\/octet-stream$/);
    expect((await head('bare')).ContentEncoding).toBeUndefined();
    expect((await head('chunked')).ContentEncoding).toBe('gzip');
  });

  it('carry other letters than ASCII as RFC 2047 words, whichever way they came', async () => {
    const host = `127.0.0.1:${aws.port}`;
    const text = 'Grüße, 日本 🦉';
    const word = `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
    const spelled = '=?utf-8?Q?Gr=C3=BC=C3=9Fe,_?= =?UTF-8?B?5pel5pysIPCfpok=?=';
    for (const value of [text, word, spelled]) {
      const headers = { 'x-amz-meta-note': value };
      const url = await presign(aws.s3, { method: 'PUT', path: '/shop/words', host, headers });
      expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(200);
      expect((await head('words')).Metadata).toEqual({ note: word });
    }
  });

  it('are bounded and checked', async () => {
    expect(await outcome(put('large', { Metadata: { a: 'x'.repeat(2047) } }))).toBe('done');
    expect(await outcome(put('large', { Metadata: { a: 'x'.repeat(2048) } }))).toBe('MetadataTooLarge 400');
    expect(await outcome(put('class', { StorageClass: 'EXPRESS_ONEZONE' }))).toBe('InvalidStorageClass 400');
    expect(await outcome(put('acl', { ACL: 'bucket-owner-full-control' }))).toBe('done');
    expect(await outcome(put('acl', { ACL: 'public-read' }))).toBe('AccessControlListNotSupported 400');
    expect(await outcome(put('acl', { GrantRead: 'id=x' }))).toBe('AccessControlListNotSupported 400');
    expect(await outcome(put('owner', { ExpectedBucketOwner: '123456789012' }))).toBe('done');
    expect(await outcome(put('owner', { ExpectedBucketOwner: '999999999999' }))).toBe('AccessDenied 403');
  });
});

describe('tags', () => {
  const TagSet = [
    { Key: 'color', Value: 'blue & <green>' },
    { Key: ' padded ', Value: '' },
  ];

  it('are put, read, counted and removed, and leave bytes and headers alone', async () => {
    const name = { Bucket, Key: 'tagged' };
    const { ETag } = await put(name.Key, { Metadata: { a: '1' } });
    const before = await head(name.Key);
    await aws.s3.send(new PutObjectTaggingCommand({ ...name, Tagging: { TagSet } }));

    expect((await aws.s3.send(new GetObjectTaggingCommand(name))).TagSet).toEqual(TagSet);
    expect(await head(name.Key)).toMatchObject({
      ETag,
      LastModified: before.LastModified,
      Metadata: { a: '1' },
      TagCount: 2,
    });
    await aws.s3.send(new DeleteObjectTaggingCommand(name));
    expect((await aws.s3.send(new GetObjectTaggingCommand(name))).TagSet).toEqual([]);
    expect((await head(name.Key)).TagCount).toBeUndefined();
  });

  it('are gone with the object that had them', async () => {
    await put('replaced', { Tagging: 'a=b' });
    await put('replaced');

    const { TagSet: left } = await aws.s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'replaced' }));
    expect(left).toEqual([]);
  });

  it('are at most ten, each once, with keys that are short enough', async () => {
    const tag = (set: typeof TagSet) =>
      outcome(aws.s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'replaced', Tagging: { TagSet: set } })));
    const some = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));

    expect(await tag(some(10))).toBe('done');
    expect(await tag(some(11))).toBe('BadRequest 400');
    expect(await tag([...some(1), ...some(1)])).toBe('InvalidTag 400');
    expect(await tag([{ Key: 'k'.repeat(129), Value: '' }])).toBe('InvalidTag 400');
    expect(await tag([{ Key: 'k', Value: 'v'.repeat(257) }])).toBe('InvalidTag 400');
    const absent = new PutObjectTaggingCommand({ Bucket, Key: 'absent', Tagging: { TagSet } });
    expect(await outcome(aws.s3.send(absent))).toBe('NoSuchKey 404');
  });
});

describe('DeleteObjects', () => {
  it('removes many keys, odd ones too, and counts absent ones as removed', async () => {
    const keys = [' padded ', 'a&b<c>"d\'', 'new\nline\rreturn', 'tab\tand\u0001', 'é/🦉', 'x//y', '..'];
    for (const key of keys) await put(key);
    const Objects = [...keys, 'absent'].map((Key) => ({ Key }));
    const { Deleted, Errors } = await aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));

    expect(Deleted?.length).toBe(keys.length + 1);
    expect(Errors).toBeUndefined();
    for (const key of keys) expect([key, await outcome(head(key))]).toEqual([key, 'NotFound 404']);
  });

  it('says nothing of what it removed where asked to be quiet', async () => {
    await put('quiet');
    const answer = await aws.s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Quiet: true, Objects: [{ Key: 'quiet' }] } }),
    );

    expect(answer.Deleted).toBeUndefined();
    expect(await outcome(head('quiet'))).toBe('NotFound 404');
  });

  it('takes 1,000 keys and no more, and only with a digest', async () => {
    const remove = (count: number) =>
      outcome(
        aws.s3.send(
          new DeleteObjectsCommand({
            Bucket,
            Delete: { Objects: Array.from({ length: count }, (_, index) => ({ Key: `k${index}` })) },
          }),
        ),
      );

    expect(await remove(1000)).toBe('done');
    expect(await remove(1001)).toBe('MalformedXML 400');
    const host = `127.0.0.1:${aws.port}`;
    const url = await presign(aws.s3, { method: 'POST', path: '/shop', query: { delete: '' }, host });
    const body = '<Delete><Object><Key>k</Key></Object></Delete>';
    expect(await (await fetch(url, { method: 'POST', body })).text()).toContain('Missing required header');
    const wrong = { method: 'POST', body, headers: { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' } };
    expect(await (await fetch(url, wrong)).text()).toContain('<Code>BadDigest</Code>');
  });
});
