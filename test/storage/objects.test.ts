/** S3 streams against the local AWS over HTTP: ranges, checksums, and what a failure leaves. */
import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { startLocalAws } from '../../src/local/endpoint';
import { createS3Client, ensureBucket } from '../../src/storage/client';
import { headObject, listObjects, readObject, readSmallObject, writeObject } from '../../src/storage/objects';
import { formatS3Uri, parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';

const folder = makeTestFolder('nightjar-storage');
const TEXT = { contentType: 'text/plain' };
const unused = async () => ({ ok: false as const, failureReason: 'not for this test' });
let s3: S3Client;
let stop: () => Promise<void>;

beforeAll(async () => {
  const compute = { train: unused, infer: unused, segment: unused, close: async () => undefined };
  const credentials = { accessKeyId: 'TEST', secretAccessKey: 'secret' };
  const local = await startLocalAws({
    stateDir: folder,
    credentials,
    region: 'us-east-1',
    accountId: '123456789012',
    jobSeconds: 0,
    compute,
    now: () => Date.now(),
  });
  s3 = createS3Client({ region: 'us-east-1', endpoint: local.endpoint, credentials });
  await ensureBucket(s3, 'shop', { create: true });
  stop = async () => {
    s3.destroy();
    await local.close();
  };
});
afterAll(() => stop());

const at = (key: string) => ({ bucket: 'shop', key });

async function readText(key: string, start?: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readObject(s3, at(key), start)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe('an object', () => {
  it('is read from any byte on; nothing is read at its end or beyond', async () => {
    await writeObject(s3, at('range.txt'), ['0123', '456789'], TEXT);

    expect(await readText('range.txt')).toBe('0123456789');
    expect(await readText('range.txt', 4)).toBe('456789');
    expect([await readText('range.txt', 10), await readText('range.txt', 99)]).toEqual(['', '']);
  });

  it('may be empty', async () => {
    await writeObject(s3, at('empty.txt'), [], TEXT);

    expect([await readText('empty.txt'), await headObject(s3, at('empty.txt'))]).toEqual(['', 0]);
  });

  it.each([1000, 9 * 1024 * 1024])(
    'is written of bytes that hold only until the next are asked for: %d of them',
    async (bytes) => {
      const block = Buffer.alloc(bytes / 10);
      async function* blocks() {
        for (let nth = 0; nth < 10; nth++) {
          block.fill(String(nth));
          yield block;
        }
      }
      const { sha256 } = await writeObject(s3, at('reused.txt'), blocks(), TEXT);

      const wanted = Array.from({ length: 10 }, (_, nth) => String(nth).repeat(block.length)).join('');
      expect(sha256).toBe(createHash('sha256').update(wanted).digest('hex'));
      expect((await readText('reused.txt')) === wanted).toBe(true);
    },
  );

  it('is told with its size and the SHA-256 of its bytes, also where it goes up in parts', async () => {
    const part = Buffer.alloc(1 << 20, 'nightjar ');
    const hash = createHash('sha256');
    async function* twelve() {
      for (let n = 0; n < 12; n++) {
        hash.update(part);
        yield part;
      }
    }

    const written = await writeObject(s3, at('large.bin'), twelve(), { contentType: 'application/octet-stream' });

    expect(written).toEqual({ uri: 's3://shop/large.bin', bytes: 12 << 20, sha256: hash.digest('hex') });
    expect(
      createHash('sha256')
        .update(await readSmallObject(s3, at('large.bin')))
        .digest('hex'),
    ).toBe(written.sha256);
  });

  it.each([1, 12])(
    'whose source fails after %i MB leaves nothing under its key, and the error is the source’s',
    async (megabytes) => {
      async function* broken() {
        for (let n = 0; n < megabytes; n++) yield Buffer.alloc(1 << 20, 'x');
        throw new Error('the source broke');
      }

      await expect(writeObject(s3, at('broken.bin'), broken(), TEXT)).rejects.toThrow('the source broke');
      expect(await headObject(s3, at('broken.bin'))).toBeUndefined();
    },
  );

  it('that is missing is E_OBJECT_MISSING, with where to look', async () => {
    await expect(readText('a/folder/none.txt')).rejects.toMatchObject({
      code: 'E_OBJECT_MISSING',
      exitCode: 5,
      message: 'there is no object s3://shop/a/folder/none.txt',
      fix: 'look at what is there: aws s3 ls s3://shop/a/folder/',
    });
    expect(await headObject(s3, at('none.txt'))).toBeUndefined();
  });

  it('is listed with its prefix, in key order', async () => {
    for (const key of ['many/b', 'many/a/deep', 'many.txt', 'many/a']) await writeObject(s3, at(key), [key], TEXT);

    expect(await listObjects(s3, at('many/'))).toEqual([
      { key: 'many/a', sizeBytes: 6 },
      { key: 'many/a/deep', sizeBytes: 11 },
      { key: 'many/b', sizeBytes: 6 },
    ]);
    expect(await listObjects(s3, at('nothing/'))).toEqual([]);
  });
});

describe('a bucket', () => {
  it('that is missing is made only where that is allowed', async () => {
    await expect(ensureBucket(s3, 'absent', { create: false })).rejects.toMatchObject({
      code: 'E_OBJECT_MISSING',
      message: 'the bucket "absent" does not exist',
      fix: 'create it: aws s3 mb s3://absent',
    });
    await ensureBucket(s3, 'absent', { create: true });
    await ensureBucket(s3, 'absent', { create: false });

    expect(await listObjects(s3, { bucket: 'absent', key: '' })).toEqual([]);
  });
});

describe('an S3 URI', () => {
  it.each(['s3://shop/a/b.json', 's3://shop/', 's3://my.bucket-1/ä #?%20'])(
    '%s is read and written the same',
    (text) => {
      expect(formatS3Uri(parseS3Uri(text))).toBe(text);
    },
  );

  it.each(['', 'shop/a', 'http://shop/a', 's3:/shop', 's3://', 's3://UPPER/a', 's3://a/b'])(
    '%j is E_OBJECT_URI',
    (text) => {
      expect(() => parseS3Uri(text)).toThrow(
        expect.objectContaining({
          code: 'E_OBJECT_URI',
          message: `"${text}" is not an S3 URI; expected s3://bucket/key`,
          exitCode: 2,
        }),
      );
    },
  );
});
