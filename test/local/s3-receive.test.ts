/** Bodies on their way to disk, whatever the pieces are that they come in. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createChecksum } from '../../src/local/s3/checksums';
import { receiveBody } from '../../src/local/s3/receive';

let folder: string;
let files = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-receive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Cuts bytes that differ everywhere into pieces of these sizes. */
function cut(sizes: readonly number[]): readonly Buffer[] {
  let at = 0;
  return sizes.map((size) => {
    const piece = Buffer.alloc(size);
    for (let index = 0; index < size; index += 1) piece[index] = (at + index) * 31 + ((at + index) >> 8);
    at += size;
    return piece;
  });
}

async function* each(pieces: readonly Buffer[], error?: Error): AsyncGenerator<Buffer> {
  yield* pieces;
  if (error !== undefined) throw error;
}

describe('a body', () => {
  it('lies in its file as it came, with its digests, in pieces of any size and number', async () => {
    const size = fc.oneof(fc.nat(3), fc.nat(70_000), fc.integer({ min: 400_000, max: 1_300_000 }));
    const many = fc.array(fc.nat(2), { minLength: 200, maxLength: 700 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(size, { maxLength: 8 }), many), async (sizes) => {
        const pieces = cut(sizes);
        const all = Buffer.concat(pieces);
        const sha256Hex = createHash('sha256').update(all).digest('hex');
        files += 1;
        const file = join(folder, String(files));
        const crc = createChecksum('CRC32');
        crc.update(all);
        const body = {
          data: each(pieces),
          sizeBytes: all.length,
          sha256Hex,
          checksum: { algorithm: 'CRC32' } as const,
        };

        expect(await receiveBody(body, file)).toEqual({
          file,
          sizeBytes: all.length,
          etag: createHash('md5').update(all).digest('hex'),
          checksum: { algorithm: 'CRC32', type: 'FULL_OBJECT', value: crc.digest().toString('base64') },
        });
        expect((await readFile(file)).equals(all)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['is shorter than was said', { sizeBytes: 2_000_001 }, 'IncompleteBody'],
    ['is longer than was said', { sizeBytes: 1_999_999 }, 'IncompleteBody'],
    ['has another SHA-256', { sha256Hex: '0'.repeat(64) }, 'XAmzContentSHA256Mismatch'],
    ['has another MD5', { md5Base64: '1B2M2Y8AsgTpgAmY7PhCfg==' }, 'BadDigest'],
    ['has another checksum', { checksum: { algorithm: 'CRC32C', value: () => 'AAAAAA==' } as const }, 'BadDigest'],
  ])('that %s is refused and leaves no file', async (_what, said, code) => {
    const body = { data: each(cut(Array.from({ length: 200 }, () => 10_000))), ...said };

    await expect(receiveBody(body, join(folder, 'body'))).rejects.toMatchObject({ code });
    expect(await readdir(folder)).toEqual([]);
  });

  it('that breaks off leaves no file, and a cut connection is an incomplete body', async () => {
    const reset = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    const receive = (error: Error) => receiveBody({ data: each(cut([700_000, 700_000]), error) }, join(folder, 'body'));

    await expect(receive(reset)).rejects.toMatchObject({ code: 'IncompleteBody' });
    await expect(receive(new Error('of the source'))).rejects.toThrow('of the source');
    expect(await readdir(folder)).toEqual([]);
  });
});
