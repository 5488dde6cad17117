import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
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
  return aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', ...more }));
}

describe('conditional reads', () => {
  it('follow the precedence of RFC 9110', async () => {
    const { ETag } = await put('read');
    const { LastModified } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'read' }));
    const at = (seconds: number) => new Date((LastModified?.getTime() ?? 0) + seconds * 1000);
    const cases: [Partial<GetObjectCommand['input']>, string][] = [
      [{ IfMatch: ETag }, 'done'],
      [{ IfMatch: '*' }, 'done'],
      [{ IfMatch: `"other", ${ETag}` }, 'done'],
      [{ IfMatch: '"other"' }, '412'],
      [{ IfNoneMatch: ETag }, '304'],
      [{ IfNoneMatch: '"other"' }, 'done'],
      [{ IfModifiedSince: at(0) }, '304'],
      [{ IfModifiedSince: at(-1) }, 'done'],
      [{ IfUnmodifiedSince: at(0) }, 'done'],
      [{ IfUnmodifiedSince: at(-1) }, '412'],
      [{ IfMatch: ETag, IfUnmodifiedSince: at(-1) }, 'done'],
      [{ IfNoneMatch: '"other"', IfModifiedSince: at(0) }, 'done'],
      [{ IfMatch: '"other"', IfNoneMatch: ETag }, '412'],
    ];

    for (const [conditions, expected] of cases) {
      const got = await outcome(aws.s3.send(new GetObjectCommand({ Bucket, Key: 'read', ...conditions })));
      const seen = await outcome(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'read', ...conditions })));
      expect([conditions, got.split(' ').at(-1), seen.split(' ').at(-1)]).toEqual([conditions, expected, expected]);
    }
  });
});

describe('conditional writes', () => {
  it('create, replace, and know no other conditions', async () => {
    const { ETag } = await put('write', { IfNoneMatch: '*' });

    expect(await outcome(put('write', { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
    expect(await outcome(put('write', { IfMatch: '"other"' }))).toBe('PreconditionFailed 412');
    expect(await outcome(put('absent', { IfMatch: ETag }))).toBe('NoSuchKey 404');
    expect(await outcome(put('write', { IfNoneMatch: ETag }))).toBe('NotImplemented 501');
    expect(await outcome(put('write', { IfMatch: ETag }))).toBe('done');
  });

  it('hold for completed uploads, which stay open where the condition fails', async () => {
    const name = { Bucket, Key: 'parts' };
    const { ETag: former } = await put(name.Key);
    const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand(name));
    const { ETag } = await aws.s3.send(new UploadPartCommand({ ...name, UploadId, PartNumber: 1, Body: 'new' }));
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    const complete = (more: object) =>
      aws.s3.send(new CompleteMultipartUploadCommand({ ...name, UploadId, MultipartUpload, ...more }));

    expect(await outcome(complete({ IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
    expect(await outcome(complete({ IfMatch: '"other"' }))).toBe('PreconditionFailed 412');
    expect(await outcome(complete({ IfMatch: former }))).toBe('done');
  });

  it('conflict where the object is removed while the new one comes in', async () => {
    const { ETag } = await put('conflict');
    const host = `127.0.0.1:${aws.port}`;
    const headers = { 'if-match': ETag ?? '', 'content-length': '10' };
    const url = new URL(await presign(aws.s3, { method: 'PUT', path: '/shop/conflict', host, headers }));
    const socket = connect(aws.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
    });
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.write(
      `PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${host}\r\nif-match: ${ETag}\r\ncontent-length: 10\r\nconnection: close\r\n\r\nhalf-`,
    );
    await waitUntil(async () => (await temporaryFiles()) > 0);
    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'conflict' }));
    socket.write('whole');
    await ended;

    expect(answer).toMatch(/^HTTP\/1.1 409 [\s\S]*<Code>ConditionalRequestConflict<\/Code>/);
    expect(await temporaryFiles()).toBe(0);
  });
});

describe('conditional deletes', () => {
  it('remove only what is known', async () => {
    const { ETag } = await put('gone');
    const remove = (Key: string, IfMatch: string) => aws.s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch }));

    expect(await outcome(remove('gone', '"other"'))).toBe('PreconditionFailed 412');
    expect(await outcome(remove('gone', ETag ?? ''))).toBe('done');
    expect(await outcome(remove('gone', '*'))).toBe('NoSuchKey 404');
  });

  it('decide key by key where there are many', async () => {
    const { ETag } = await put('one');
    await put('two', { Body: 'other' });
    const { Deleted, Errors } = await aws.s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [
            { Key: 'one', ETag },
            { Key: 'two', ETag },
          ],
        },
      }),
    );

    expect(Deleted).toEqual([{ Key: 'one' }]);
    expect(Errors).toMatchObject([{ Key: 'two', Code: 'PreconditionFailed' }]);
  });
});

async function temporaryFiles(): Promise<number> {
  return (await readdir(join(aws.stateDir, 's3', '.tmp'))).length;
}

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(5);
}
