import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { startTestAws, type TestAws } from './support/local-aws';

const Bucket = 'shop';
const MIB = 1024 ** 2;
let aws: TestAws;

beforeAll(async () => {
  aws = await startTestAws();
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(() => aws.close());

function bytesOf(length: number): Buffer {
  return Buffer.alloc(length, Buffer.from(Array.from({ length: 997 }, (_, index) => index % 251)));
}

async function read(Key: string): Promise<Buffer> {
  const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function leftovers(): Promise<string[]> {
  const s3 = join(aws.stateDir, 's3');
  return [...(await readdir(join(s3, '.uploads'))), ...(await readdir(join(s3, '.tmp')))];
}

describe('multipart uploads', () => {
  it('joins a stream of unknown length that lib-storage uploads in parts', async () => {
    const bytes = bytesOf(12 * MIB + 17);
    const Body = Readable.from([bytes.subarray(0, 7 * MIB), bytes.subarray(7 * MIB)], { objectMode: false });
    const upload = new Upload({ client: aws.s3, params: { Bucket, Key: 'stream', Body, ContentType: 'text/csv' } });
    const done = await upload.done();

    expect((await read('stream')).equals(bytes)).toBe(true);
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect(await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'stream' }))).toMatchObject({
      ContentLength: bytes.length,
      ContentType: 'text/csv',
    });
    expect(await leftovers()).toEqual([]);
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'verifies and gives back %s',
    async (algorithm) => {
      const Key = `sum-${algorithm}`;
      const bytes = bytesOf(6 * MIB);
      const Body = Readable.from([bytes], { objectMode: false });
      await new Upload({ client: aws.s3, params: { Bucket, Key, Body, ChecksumAlgorithm: algorithm } }).done();
      const single = await aws.s3.send(
        new PutObjectCommand({ Bucket, Key: `${Key}-1`, Body: bytes, ChecksumAlgorithm: algorithm }),
      );
      const head = await aws.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));

      expect((await read(Key)).equals(bytes)).toBe(true);
      expect(single[`Checksum${algorithm}`]).toBeDefined();
      expect(head.ChecksumType).toBe(algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
      expect(head[`Checksum${algorithm}`]).toMatch(algorithm === 'CRC64NVME' ? /=$/ : /-2$/);
    },
  );

  it('gives a whole-object checksum over all parts when asked for that type', async () => {
    const Key = 'whole';
    const bytes = bytesOf(6 * MIB);
    const { UploadId } = await begin(Key, { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const first = await part({ Key, UploadId, PartNumber: 1, Body: bytes.subarray(0, 5 * MIB) });
    const second = await part({ Key, UploadId, PartNumber: 2, Body: bytes.subarray(5 * MIB) });
    const done = await complete({ Key, UploadId, parts: [first, second] });
    const put = await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'whole-1', Body: bytes }));

    expect(done.ChecksumCRC32).toBe(put.ChecksumCRC32);
    expect(done.ChecksumType).toBe('FULL_OBJECT');
  });

  it('takes the newest of two parts with one number, and leaves unnamed parts out', async () => {
    const Key = 'replaced';
    const { UploadId } = await begin(Key);
    await part({ Key, UploadId, PartNumber: 1, Body: Buffer.from('old') });
    const second = await part({ Key, UploadId, PartNumber: 1, Body: Buffer.from('new') });
    await part({ Key, UploadId, PartNumber: 2, Body: Buffer.from('unnamed') });
    await complete({ Key, UploadId, parts: [second] });

    expect((await read(Key)).toString()).toBe('new');
  });

  it('answers a repeated completion as the first, while the object is the one that it made', async () => {
    const Key = 'repeated';
    const { UploadId } = await begin(Key, { ChecksumAlgorithm: 'CRC32' });
    const first = await part({ Key, UploadId, PartNumber: 1, Body: bytesOf(5 * MIB) });
    const second = await part({ Key, UploadId, PartNumber: 2, Body: Buffer.from('end') });
    const repeat = () => complete({ Key, UploadId, parts: [first, second] });
    const { $metadata: _one, ...done } = await repeat();
    const { LastModified } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key }));
    const gone = { name: 'NoSuchUpload' };

    expect(await repeat()).toMatchObject(done);
    await expect(complete({ Key, UploadId, parts: [first] })).rejects.toMatchObject(gone);
    await expect(complete({ Key: 'other', UploadId, parts: [first, second] })).rejects.toMatchObject(gone);
    const Tagging = { TagSet: [{ Key: 'k', Value: 'v' }] };
    await aws.s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
    expect(await repeat()).toMatchObject(done);
    expect((await aws.s3.send(new HeadObjectCommand({ Bucket, Key }))).LastModified).toEqual(LastModified);
    await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'another' }));
    await expect(repeat()).rejects.toMatchObject(gone);
    expect((await read(Key)).toString()).toBe('another');
    expect(await leftovers()).toEqual([]);
  });

  it('lets an SDK repeat a completion whose answer was lost, also over a restart', async () => {
    const { stateDir } = aws;
    const rule = { service: 's3', operation: 'CompleteMultipartUpload', kind: 'lost-answer' } as const;
    await aws.stop();
    aws = await startTestAws({ stateDir, faults: [rule] });
    const Key = 'lost';
    const { UploadId } = await begin(Key);
    const only = await part({ Key, UploadId, PartNumber: 1, Body: Buffer.from('only') });
    const done = await complete({ Key, UploadId, parts: [only] });
    await aws.stop();
    aws = await startTestAws({ stateDir });

    expect(done.$metadata.attempts).toBe(2);
    expect((await complete({ Key, UploadId, parts: [only] })).ETag).toBe(done.ETag);
    expect((await read(Key)).toString()).toBe('only');
  });

  it('refuses parts that are small, unknown or out of order, and uploads that are gone', async () => {
    const Key = 'refused';
    const { UploadId } = await begin(Key);
    const one = await part({ Key, UploadId, PartNumber: 1, Body: Buffer.from('1') });
    const two = await part({ Key, UploadId, PartNumber: 2, Body: Buffer.from('2') });

    await expect(complete({ Key, UploadId, parts: [one, two] })).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete({ Key, UploadId, parts: [two, one] })).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete({ Key, UploadId, parts: [{ ...one, PartNumber: 3 }] })).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    await expect(complete({ Key: 'other', UploadId, parts: [one] })).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await aws.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    await expect(part({ Key, UploadId, PartNumber: 1, Body: Buffer.from('1') })).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    await expect(
      aws.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: '../../shop' })),
    ).rejects.toMatchObject({ name: 'NoSuchUpload' });
    expect(await leftovers()).toEqual([]);
  });

  it('makes no object of a part that is no longer whole, and the upload stays', async () => {
    const Key = 'damaged';
    const { UploadId } = await begin(Key, { ChecksumAlgorithm: 'CRC32' });
    const first = await part({ Key, UploadId, PartNumber: 1, Body: bytesOf(5 * MIB) });
    const second = await part({ Key, UploadId, PartNumber: 2, Body: Buffer.from('end') });
    const folder = join(aws.stateDir, 's3', '.uploads', UploadId ?? '');
    const file = (await readdir(folder)).find((name) => name.startsWith('1-')) ?? '';
    await truncate(join(folder, file), 4 * MIB);

    await expect(complete({ Key, UploadId, parts: [first, second] })).rejects.toMatchObject({ name: 'IncompleteBody' });
    await expect(read(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
    const again = await part({ Key, UploadId, PartNumber: 1, Body: bytesOf(5 * MIB) });
    await complete({ Key, UploadId, parts: [again, second] });
    expect((await read(Key)).length).toBe(5 * MIB + 3);
    expect(await leftovers()).toEqual([]);
  });

  it('refuses a wrong checksum and keeps the former object', async () => {
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'former' }));

    await expect(
      aws.s3.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'newer', ChecksumCRC32: 'AAAAAA==' })),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(
      aws.s3.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'newer', ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' })),
    ).rejects.toMatchObject({ name: 'BadDigest' });
    expect((await read('kept')).toString()).toBe('former');
    expect(await leftovers()).toEqual([]);
  });
});

type Part = { PartNumber: number; ETag: string | undefined; ChecksumCRC32: string | undefined };

function begin(Key: string, more: { ChecksumAlgorithm?: ChecksumAlgorithm; ChecksumType?: 'FULL_OBJECT' } = {}) {
  return aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
}

async function part(options: {
  Key: string;
  UploadId: string | undefined;
  PartNumber: number;
  Body: Buffer;
}): Promise<Part> {
  const { ETag, ChecksumCRC32 } = await aws.s3.send(new UploadPartCommand({ Bucket, ...options }));
  return { PartNumber: options.PartNumber, ETag, ChecksumCRC32 };
}

function complete({ Key, UploadId, parts }: { Key: string; UploadId: string | undefined; parts: readonly Part[] }) {
  const command = { Bucket, Key, UploadId, MultipartUpload: { Parts: [...parts] } };
  return aws.s3.send(new CompleteMultipartUploadCommand(command));
}
