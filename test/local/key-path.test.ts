import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { keyToPath, readName } from '../../src/local/s3/key-path';
import { listPage } from '../../src/local/s3/object-list';
import { openObjectStore } from '../../src/local/s3/object-store';
import { receiveBody } from '../../src/local/s3/receive';
import { createBucketFolder } from './support/bucket-folder';

const part = fc.oneof(
  fc.constantFrom('a', 'b', '', '.', '..', 'a%o', 'x'.repeat(181), 'x'.repeat(180), 'é'.repeat(95), 'e\u0301'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ unit: 'grapheme', minLength: 170, maxLength: 190 }),
);
const key = fc
  .array(part, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => text !== '' && text.isWellFormed() && Buffer.byteLength(text) <= 1024);

describe('key paths', () => {
  it('keeps ordinary keys as they are', () => {
    expect(keyToPath('audiences/drama/2026-11-24 (new).csv')).toEqual({
      directories: ['audiences', 'drama'],
      leaf: '2026-11-24 (new).csv',
    });
  });

  it('reads every path back to its key, with names that file systems take', () => {
    fc.assert(
      fc.property(key, (text) => {
        const path = keyToPath(text);
        const names = [...path.directories, path.leaf];
        const read = [
          ...path.directories.map((name) => readName(name, 'directory').text),
          readName(path.leaf, 'leaf').text,
        ];

        expect(Buffer.concat(read).toString()).toBe(text);
        for (const name of names) {
          expect(name).not.toMatch(/[/\u0000-\u001f]|^\.{0,2}$/);
          expect(Buffer.byteLength(`${name}%o`)).toBeLessThanOrEqual(255);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds, lists and removes objects as a sorted map of keys would', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key, isRemoved: fc.boolean() }), { maxLength: 12 }),
        fc.record({
          prefix: fc.oneof(fc.constant(''), key),
          delimiter: fc.constantFrom('', '/', 'x'),
          limit: fc.integer({ min: 1, max: 4 }),
        }),
        async (steps, query) => {
          const folder = await mkdtemp(join(tmpdir(), 'nightjar-keys-'));
          try {
            const store = await openObjectStore(folder, Date.now);
            await createBucketFolder(folder, 'bucket');
            const model = new Map<string, string>();
            for (const [index, step] of steps.entries()) {
              if (step.isRemoved) {
                model.delete(step.key);
                await store.remove({ bucket: 'bucket', key: step.key });
                continue;
              }
              model.set(step.key, String(index));
              const body = await receiveBody({ data: once(Buffer.from(String(index))) }, store.temporaryFile());
              await store.put({ bucket: 'bucket', key: step.key }, { body, headers: {} });
            }
            for (const step of steps) {
              const found = await store.open({ bucket: 'bucket', key: step.key });
              const text = found === undefined ? undefined : String(await found.handle.readFile());
              await found?.handle.close();
              expect(text).toBe(model.get(step.key));
            }
            expect(await listAll(join(folder, 'bucket'), query)).toEqual(listModel([...model.keys()], query));
          } finally {
            await rm(folder, { recursive: true, force: true, maxRetries: 10 });
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

interface Query {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
}

async function* once(data: Buffer): AsyncGenerator<Buffer> {
  yield data;
}

async function listAll(folder: string, query: Query): Promise<readonly string[]> {
  const found: string[] = [];
  let after: Buffer | undefined = Buffer.alloc(0);
  while (after !== undefined) {
    const walk = { prefix: Buffer.from(query.prefix), delimiter: query.delimiter, after };
    const page: Awaited<ReturnType<typeof listPage>> = await listPage(folder, walk, query.limit);
    expect(page.keys.length + page.prefixes.length).toBeLessThanOrEqual(query.limit);
    found.push(...page.keys, ...page.prefixes);
    after = page.next;
  }
  return sortBytes(found);
}

function listModel(keys: readonly string[], { prefix, delimiter }: Query): readonly string[] {
  const groups = keys
    .filter((text) => text.startsWith(prefix))
    .map((text) => {
      const end = delimiter === '' ? -1 : text.indexOf(delimiter, prefix.length);
      return end < 0 ? text : text.slice(0, end + delimiter.length);
    });
  // A key may end in the delimiter and so equal its group; both then stand for one entry.
  return sortBytes([...new Set(groups)]);
}

function sortBytes(texts: readonly string[]): readonly string[] {
  return [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
