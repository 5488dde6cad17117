/** Compares the local S3, call by call over HTTP, with a map of keys to texts. */
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { startTestAws, type TestAws } from './support/local-aws';
import { outcome } from './support/s3';

let aws: TestAws;
let runs = 0;

beforeAll(async () => {
  aws = await startTestAws();
});

afterAll(() => aws.close());

const part = fc.constantFrom('a', 'b', 'a b', 'é', '日', '🦉', '', '%41', 'a+b', '.', '..', 'x'.repeat(200));
const key = fc
  .array(part, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => text !== '');

const step = fc.oneof(
  fc.record({ kind: fc.constant('put'), key, more: fc.constant('') }),
  fc.record({ kind: fc.constant('put'), key, more: fc.constant('') }),
  fc.record({ kind: fc.constant('create'), key, more: fc.constant('') }),
  fc.record({ kind: fc.constant('delete'), key, more: fc.constant('') }),
  fc.record({ kind: fc.constant('delete-many'), key, more: key }),
  fc.record({ kind: fc.constant('copy'), key, more: key }),
  fc.record({ kind: fc.constant('get'), key, more: fc.constant('') }),
);

const query = fc.record({
  prefix: fc.oneof(fc.constant(''), fc.constantFrom('a', 'a/', 'b/a', 'é/', '/'), key),
  delimiter: fc.constantFrom('', '/', 'a', '//', '日'),
  maxKeys: fc.integer({ min: 1, max: 5 }),
  after: fc.oneof(fc.constant(''), key),
});

interface Query {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly after: string;
}

describe('the local S3', () => {
  it('does what a sorted map of keys would do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 14 }),
        fc.array(query, { minLength: 1, maxLength: 3 }),
        async (steps, queries) => {
          runs += 1;
          const Bucket = `run-${runs}`;
          await aws.s3.send(new CreateBucketCommand({ Bucket }));
          const model = new Map<string, string>();
          for (const [index, one] of steps.entries()) {
            expect([one, await perform(aws.s3, Bucket, one, index)]).toEqual([one, performOnModel(model, one, index)]);
          }
          for (const one of queries) {
            expect([one, await listAll(Bucket, one)]).toEqual([one, listModel([...model.keys()], one, 'key')]);
            expect([one, await listAllV1(Bucket, one)]).toEqual([one, listModel([...model.keys()], one, 'group')]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

interface Step {
  readonly kind: string;
  readonly key: string;
  readonly more: string;
}

/** Gives the text of a get, and otherwise how the call ended. */
async function perform(s3: S3Client, Bucket: string, { kind, key: Key, more }: Step, index: number): Promise<string> {
  const Body = `text ${index}`;
  if (kind === 'put') return outcome(s3.send(new PutObjectCommand({ Bucket, Key, Body })));
  if (kind === 'create') return outcome(s3.send(new PutObjectCommand({ Bucket, Key, Body, IfNoneMatch: '*' })));
  if (kind === 'delete') return outcome(s3.send(new DeleteObjectCommand({ Bucket, Key })));
  if (kind === 'delete-many') {
    return outcome(s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: more }] } })));
  }
  if (kind === 'copy') {
    const CopySource = encodeURIComponent(`${Bucket}/${more}`);
    return outcome(s3.send(new CopyObjectCommand({ Bucket, Key, CopySource })));
  }
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key })).catch(() => undefined);
  return (await answer?.Body?.transformToString()) ?? 'nothing';
}

function performOnModel(model: Map<string, string>, { kind, key: name, more }: Step, index: number): string {
  const body = `text ${index}`;
  if (kind === 'create' && model.has(name)) return 'PreconditionFailed 412';
  if (kind === 'put' || kind === 'create') model.set(name, body);
  if (kind === 'delete' || kind === 'delete-many') model.delete(name);
  if (kind === 'delete-many') model.delete(more);
  if (kind === 'get') return model.get(name) ?? 'nothing';
  if (kind !== 'copy') return 'done';
  const source = model.get(more);
  if (source === undefined) return 'NoSuchKey 404';
  if (name === more) return 'InvalidRequest 400';
  model.set(name, source);
  return 'done';
}

async function listAll(Bucket: string, { prefix, delimiter, maxKeys, after }: Query): Promise<string[][]> {
  const pages: string[][] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await aws.s3.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: prefix,
        Delimiter: delimiter,
        MaxKeys: maxKeys,
        StartAfter: after,
        ContinuationToken,
      }),
    );
    const entries = entriesOf(page);
    expect(page.KeyCount).toBe(entries.length);
    pages.push(entries);
    ContinuationToken = page.NextContinuationToken;
    expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
  } while (ContinuationToken !== undefined);
  return pages;
}

async function listAllV1(Bucket: string, { prefix, delimiter, maxKeys, after }: Query): Promise<string[][]> {
  const pages: string[][] = [];
  let Marker: string | undefined = after;
  while (Marker !== undefined) {
    const page: Awaited<ReturnType<typeof listPageV1>> = await listPageV1(
      Bucket,
      { prefix, delimiter, maxKeys },
      Marker,
    );
    pages.push(entriesOf(page));
    Marker = page.IsTruncated === true ? (page.NextMarker ?? page.Contents?.at(-1)?.Key) : undefined;
  }
  return pages;
}

function listPageV1(Bucket: string, { prefix, delimiter, maxKeys }: Omit<Query, 'after'>, Marker: string) {
  return aws.s3.send(
    new ListObjectsCommand({ Bucket, Prefix: prefix, Delimiter: delimiter, MaxKeys: maxKeys, Marker }),
  );
}

interface Page {
  readonly Contents?: readonly { readonly Key?: string | undefined }[] | undefined;
  readonly CommonPrefixes?: readonly { readonly Prefix?: string | undefined }[] | undefined;
}

/** Gives keys and, marked, common prefixes, sorted as they share one page. */
function entriesOf(page: Page): string[] {
  const keys = (page.Contents ?? []).map((one) => one.Key ?? '');
  expect(keys).toEqual(sortBytes(keys));
  const prefixes = (page.CommonPrefixes ?? []).map((one) => one.Prefix ?? '');
  expect(prefixes).toEqual(sortBytes(prefixes));
  return sortBytes([...keys.map((text) => `${text} key`), ...prefixes.map((text) => `${text} prefix`)]);
}

/** `group` is the older operation: a marker inside of a common prefix stands for all of it. */
function listModel(
  keys: readonly string[],
  { prefix, delimiter, maxKeys, after }: Query,
  by: 'key' | 'group',
): string[][] {
  const groupOf = (text: string): string | undefined => {
    const end = delimiter === '' ? -1 : text.indexOf(delimiter, prefix.length);
    return end < 0 || !text.startsWith(prefix) ? undefined : text.slice(0, end + delimiter.length);
  };
  const skipped = by === 'group' ? groupOf(after) : undefined;
  const entries = new Set(
    sortBytes(
      keys.filter((text) => text.startsWith(prefix) && Buffer.compare(Buffer.from(text), Buffer.from(after)) > 0),
    )
      .map((text) => groupOf(text) ?? `${text} key`)
      .filter((text) => text !== skipped)
      .map((text) => (text.endsWith(' key') ? text : `${text} prefix`)),
  );
  const pages: string[][] = [];
  for (let start = 0; start < entries.size || start === 0; start += maxKeys) {
    pages.push(sortBytes([...entries].slice(start, start + maxKeys)));
  }
  return pages;
}

function sortBytes(texts: readonly string[]): string[] {
  return [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
