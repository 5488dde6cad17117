/** Kills a process that serves the local S3 amid writes of every kind, and checks what it had answered. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

const SERVE = join(__dirname, 'support', 'serve.ts');
const REGISTER = join(__dirname, '..', 'support', 'register.js');
const Bucket = 'shop';
const MIB = 1024 ** 2;

let stateDir: string;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'nightjar-s3-kill-'));
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
});

interface Served {
  readonly s3: S3Client;
  kill(): Promise<void>;
}

async function serve(): Promise<Served> {
  const child: ChildProcess = spawn(process.execPath, ['-r', REGISTER, SERVE, stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data) => resolve(String(data).trim()));
    child.once('exit', () => reject(new Error('the local AWS ended before it served')));
  });
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return {
    s3,
    async kill() {
      child.kill('SIGKILL');
      await gone;
      s3.destroy();
    },
  };
}

/** Holds what may be there: what was answered last, and what was tried since without an answer. */
type Possible = Map<string, readonly string[]>;

function bodyOf(version: string): string {
  return `${version}\n`.repeat(3000);
}

/** Puts, copies and deletes keys of one writer until the server is gone. */
async function writeUntilKilled(s3: S3Client, possible: Possible, writer: number): Promise<number> {
  const key = (index: number): string => [`w${writer}/a`, `w${writer}/a/b`, `w${writer}/c`][index % 3] ?? '';
  for (let turn = 0; ; turn += 1) {
    const Key = key(turn);
    const version = `w${writer}-${Date.now()}-${turn}`;
    const isDelete = turn % 7 === 6;
    const before = possible.get(Key) ?? ['nothing'];
    possible.set(Key, [...before, isDelete ? 'nothing' : version]);
    try {
      if (isDelete) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      else await put(s3, Key, version, turn % 5 === 4);
    } catch {
      return turn;
    }
    possible.set(Key, [isDelete ? 'nothing' : version]);
  }
}

async function put(s3: S3Client, Key: string, version: string, isCopy: boolean): Promise<void> {
  const Metadata = { version };
  const name = { Bucket, Key: isCopy ? `from-${Key}` : Key };
  await s3.send(new PutObjectCommand({ ...name, Body: bodyOf(version), Metadata }));
  if (isCopy) await s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${name.Key}` }));
}

async function readVersion(s3: S3Client, Key: string): Promise<string> {
  const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' })).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  });
  if (got === undefined) return 'nothing';
  const text = (await got.Body?.transformToString()) ?? '';
  const version = text.slice(0, text.indexOf('\n'));
  expect(text).toBe(bodyOf(version));
  expect(got.Metadata).toEqual({ version });
  expect(got.ETag).toBe(`"${createHash('md5').update(text).digest('hex')}"`);
  return version;
}

describe('kill -9 of the S3', () => {
  it('leaves every object old or new, with its own facts, and lists what it has', async () => {
    const possible: Possible = new Map();
    let turns = 0;
    for (let round = 0; round < 3; round += 1) {
      const served = await serve();
      await served.s3.send(new CreateBucketCommand({ Bucket }));
      const timer = setTimeout(() => void served.kill(), 300 + round * 130);
      const done = await Promise.all([1, 2, 3].map((writer) => writeUntilKilled(served.s3, possible, writer)));
      clearTimeout(timer);
      await served.kill();
      turns += done.reduce((sum, one) => sum + one, 0);
      const after = await serve();
      const found = new Set<string>();
      for (const [Key, versions] of possible) {
        const version = await readVersion(after.s3, Key);
        expect(versions).toContain(version);
        possible.set(Key, [version]);
        if (version !== 'nothing') found.add(Key);
      }
      const { Contents } = await after.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'w' }));
      expect(Contents?.map((object) => object.Key)).toEqual([...found].sort());
      expect(await readdir(join(stateDir, 's3', '.tmp'))).toEqual([]);
      await after.kill();
    }
    expect(turns).toBeGreaterThan(12);
  });

  it('keeps parts and tags that were answered, and an upload goes on', async () => {
    const name = { Bucket, Key: 'in/parts' };
    const first = await serve();
    await first.s3.send(new CreateBucketCommand({ Bucket }));
    const { UploadId } = await first.s3.send(
      new CreateMultipartUploadCommand({ ...name, Metadata: { a: '1' }, ChecksumAlgorithm: 'CRC32' }),
    );
    const upload = { ...name, UploadId };
    const send = async (s3: S3Client, PartNumber: number, Body: Buffer | string) => {
      const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      return { PartNumber, ETag, ChecksumCRC32 };
    };
    const one = await send(first.s3, 1, Buffer.alloc(5 * MIB, 'one'));
    await first.s3.send(new PutObjectCommand({ Bucket, Key: 'tagged', Body: 'x' }));
    const Tagging = { TagSet: [{ Key: 'k', Value: 'v' }] };
    await first.s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging }));
    const lost = send(first.s3, 2, Buffer.alloc(8 * MIB, 'lost')).catch(() => 'lost');
    await first.kill();
    await lost;

    const second = await serve();
    const { Parts } = await second.s3.send(new ListPartsCommand(upload));
    expect(Parts?.[0]).toMatchObject({ PartNumber: 1, ETag: one.ETag, Size: 5 * MIB });
    const { TagSet } = await second.s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }));
    expect(TagSet).toEqual(Tagging.TagSet);
    const two = await send(second.s3, 2, 'two');
    const MultipartUpload = { Parts: [one, two] };
    await second.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
    await second.kill();

    const third = await serve();
    const got = await third.s3.send(new GetObjectCommand({ ...name, ChecksumMode: 'ENABLED' }));
    expect(got).toMatchObject({ ContentLength: 5 * MIB + 3, Metadata: { a: '1' } });
    expect((await got.Body?.transformToString())?.slice(-5)).toBe('ontwo');
    await third.kill();
    expect(await readdir(join(stateDir, 's3', '.uploads'))).toEqual([]);
  });

  it('between the facts of new bytes and the bytes themselves leaves the old object', async () => {
    const name = { Bucket, Key: 'key' };
    const file = join(stateDir, 's3', Bucket, name.Key);
    const first = await serve();
    await first.s3.send(new CreateBucketCommand({ Bucket }));
    await put(first.s3, name.Key, 'old', false);
    const [bytes, { atime, mtimeMs }] = [await readFile(file), await stat(file)];
    await put(first.s3, name.Key, 'new', false);
    await first.kill();
    await writeFile(file, bytes);
    await utimes(file, atime, Math.round(mtimeMs) / 1000);

    const second = await serve();
    expect(await readVersion(second.s3, name.Key)).toBe('old');
    await put(second.s3, name.Key, 'newer', false);
    expect(await readVersion(second.s3, name.Key)).toBe('newer');
    await second.kill();
  });
});
