/** Uploads in parts against the local AWS: what is sent, and what a refusal amid the parts leaves. */
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { HeadObjectCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { type LocalAws, startLocalAws } from '../../src/local/endpoint';
import type { FaultRuleInput } from '../../src/local/faults/rule';
import { createS3Client, ensureBucket } from '../../src/storage/client';
import { readSmallObject, writeObject } from '../../src/storage/objects';
import { makeTestFolder } from '../support/nightjar';

const MIB = 1024 ** 2;
const TYPE = { contentType: 'text/csv' };
const credentials = { accessKeyId: 'TEST', secretAccessKey: 'secret' };
const folder = makeTestFolder('nightjar-uploads');
const at = (key: string) => ({ bucket: 'shop', key });
let local: LocalAws;
let s3: S3Client;

async function start(faults: readonly FaultRuleInput[]): Promise<void> {
  const unused = async () => ({ ok: false as const, failureReason: 'not for this test' });
  local = await startLocalAws({
    stateDir: folder,
    credentials,
    region: 'us-east-1',
    accountId: '123456789012',
    jobSeconds: 0,
    compute: { train: unused, infer: unused, segment: unused, close: async () => undefined },
    now: () => Date.now(),
    faults,
  });
  s3 = createS3Client({ region: 'us-east-1', endpoint: local.endpoint, credentials });
  await ensureBucket(s3, 'shop', { create: true });
}

afterEach(async () => {
  s3.destroy();
  await local.close();
});

/** Bytes that differ from part to part, in chunks that end nowhere near the ends of parts. */
function* chunksOf(size: number): Generator<Buffer> {
  const chunk = Buffer.alloc(70_001);
  for (let at = 0; at < size; at += chunk.length) {
    chunk.fill(`${at} `);
    yield chunk.subarray(0, Math.min(chunk.length, size - at));
  }
}

function hashOf(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

async function uploadsLeft(): Promise<number> {
  return (await s3.send(new ListMultipartUploadsCommand({ Bucket: 'shop' }))).Uploads?.length ?? 0;
}

it('bytes are those of the source at every size around that of a part, and the checksums are S3’s', async () => {
  await start([]);
  for (const [size, parts] of [
    [5 * MIB - 1, 1],
    [5 * MIB, 1],
    [5 * MIB + 1, 2],
    [10 * MIB, 2],
    [33 * MIB + 7, 7],
  ] as const) {
    const written = await writeObject(s3, at('sized'), chunksOf(size), TYPE);
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'shop', Key: 'sized', ChecksumMode: 'ENABLED' }));

    expect(written).toEqual({ uri: 's3://shop/sized', bytes: size, sha256: hashOf(chunksOf(size)) });
    expect(hashOf([await readSmallObject(s3, at('sized'))])).toBe(written.sha256);
    expect(head.ETag?.endsWith(`-${parts}"`)).toBe(parts > 1);
    expect(head).toMatchObject({
      ContentLength: size,
      ContentType: 'text/csv',
      ChecksumType: parts > 1 ? 'COMPOSITE' : 'FULL_OBJECT',
    });
    expect(head.ChecksumCRC32).toMatch(parts > 1 ? new RegExp(`-${parts}$`) : /=$/);
  }
});

it.each([
  ['UploadPart', 3],
  ['UploadPart', 6],
  ['CompleteMultipartUpload', 0],
  ['CreateMultipartUpload', 0],
] as const)(
  '%s refused after %i calls leaves neither object nor parts, and the source is closed',
  async (operation, skip) => {
    await start([{ service: 's3', operation, kind: 'access-denied', skip, count: 'always' }]);
    let isClosed = false;
    async function* source() {
      try {
        for (const chunk of chunksOf(34 * MIB)) {
          yield chunk;
          await setTimeout(0);
        }
      } finally {
        isClosed = true;
      }
    }

    await expect(writeObject(s3, at('refused'), source(), TYPE)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(isClosed).toBe(true);
    await expect(readSmallObject(s3, at('refused'))).rejects.toMatchObject({ code: 'E_OBJECT_MISSING' });
    expect(await uploadsLeft()).toBe(0);
  },
);

it('lost answers and cut connections amid the parts are overcome', async () => {
  await start([
    { service: 's3', operation: 'UploadPart', kind: 'lost-answer', skip: 1 },
    { service: 's3', operation: 'UploadPart', kind: 'refused-connection', skip: 4 },
    { service: 's3', operation: 'UploadPart', kind: 'throttle', skip: 5 },
    { service: 's3', operation: 'CompleteMultipartUpload', kind: 'lost-answer' },
  ]);
  const written = await writeObject(s3, at('shaken'), chunksOf(34 * MIB), TYPE);

  expect(hashOf([await readSmallObject(s3, at('shaken'))])).toBe(written.sha256);
  expect(await uploadsLeft()).toBe(0);
});
