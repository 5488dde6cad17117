/** Parts of an upload, whatever the chunks are that their bytes come in. */
import fc from 'fast-check';
import { cutIntoParts } from '../../src/storage/parts';

async function* each(chunks: readonly Uint8Array[]) {
  yield* chunks;
}

describe('parts', () => {
  it('hold all bytes in order and are of one size but for the last, also where buffers are used again', async () => {
    const chunk = fc.uint8Array({ maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 20 }),
        fc.integer({ min: 1, max: 30 }),
        async (chunks, partBytes) => {
          const free: Buffer[] = [];
          const parts: Buffer[] = [];
          const sizes: number[] = [];
          for await (const { buffer, bytes, isLast } of cutIntoParts(each(chunks), { free, partBytes })) {
            expect(sizes.every((size) => size === partBytes)).toBe(true);
            expect(isLast || bytes.length === partBytes).toBe(true);
            sizes.push(bytes.length);
            parts.push(Buffer.from(bytes));
            buffer.fill(0xff);
            if (!isLast) free.push(buffer);
          }

          const all = Buffer.concat(chunks);
          expect(Buffer.concat(parts)).toEqual(all);
          expect(sizes.length).toBe(Math.max(1, Math.ceil(all.length / partBytes)));
        },
      ),
    );
  });

  it('take no more room than a small object has', async () => {
    const parts = cutIntoParts(each([Buffer.from('small')]), { free: [], partBytes: 5 * 1024 ** 2 });
    const { value } = await parts.next();

    expect(value).toMatchObject({ isLast: true, bytes: Buffer.from('small') });
    expect(value?.buffer.length).toBe(5);
  });
});
