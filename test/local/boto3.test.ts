/** Walks Personalize with boto3, unmodified, of whatever version is installed. Fails where `python3` has none (Debian: python3-boto3). */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { createCompute } from '../../src/local/compute/compute';
import type { Compute } from '../../src/local/compute-port';
import { CREDENTIALS, startTestAws, type TestAws } from './support/local-aws';
import { boughtBy, WESTERN, writeWalkFiles } from './support/walk-files';

/** What the oldest boto3 in use, Debian's 1.26, does not know, so that the script signs these requests by hand. */
const NEWER_OPERATIONS = [
  'CreateBatchInferenceJob',
  'UpdateDataset',
  'CreateDataDeletionJob',
  'DescribeDataDeletionJob',
];

const SEEN = z.object({
  dates: z.boolean(),
  outputs: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), z.array(z.string())),
  pages: z.record(z.string(), z.tuple([z.number(), z.number()])),
  tags: z.array(z.unknown()),
  changed: z.tuple([z.boolean(), z.number()]),
  errors: z.array(z.unknown()),
  left: z.array(z.number()),
  by_hand: z.array(z.string()),
});

const LINE = z.object({
  input: z.object({ userId: z.string().optional() }),
  output: z.object({
    recommendedItems: z.array(z.string()).default([]),
    scores: z.array(z.number()).optional(),
    usersList: z.array(z.string()).default([]),
    theme: z.string().optional(),
  }),
  error: z.null(),
});

let compute: Compute;
let aws: TestAws;
let folder: string;
let seen: z.infer<typeof SEEN>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-boto3-'));
  await writeWalkFiles(folder);
  compute = createCompute({ threads: 1 });
  aws = await startTestAws({ compute });
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const args = [join(__dirname, 'boto3', 'walk.py'), aws.endpoint, accessKeyId, secretAccessKey, folder];
  const env = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await promisify(execFile)('python3', args, { env });
  seen = SEEN.parse(JSON.parse(stdout));
}, 120_000);

afterAll(async () => {
  await aws.close();
  await compute.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** Reads the lines of a job's one output, as boto3 read it. */
function linesOf(job: string): readonly z.infer<typeof LINE>[] {
  const [text = ''] = Object.entries(seen.outputs).flatMap(([key, held]) =>
    key.startsWith(`out/${job}/`) ? held : [],
  );
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => LINE.parse(JSON.parse(line)));
}

describe('boto3', () => {
  it('reads the same bytes of every output as the SDK for JavaScript', async () => {
    const { Contents = [] } = await aws.s3.send(new ListObjectsV2Command({ Bucket: 'films', Prefix: 'out/' }));
    const keys = Contents.flatMap(({ Key = '' }) => (Key.endsWith('.out') ? [Key] : []));
    const read = keys.map(async (Key) => {
      const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: 'films', Key }));
      return [Key, await Body?.transformToString()] as const;
    });

    expect(keys).toHaveLength(10);
    expect(Object.fromEntries(await Promise.all(read))).toEqual(seen.outputs);
  });

  it('reads lines that keep to their filters', () => {
    for (const { input, output } of linesOf('not-bought')) {
      expect(output.recommendedItems).toHaveLength(5);
      expect(boughtBy(input.userId ?? '').filter((item) => output.recommendedItems.includes(item))).toEqual([]);
    }
    for (const { input, output } of linesOf('bought')) {
      expect(output.recommendedItems.length).toBeGreaterThan(0);
      expect(boughtBy(input.userId ?? '')).toEqual(expect.arrayContaining(output.recommendedItems));
    }
    expect(linesOf('western').map(({ output }) => output.recommendedItems)).toEqual([[WESTERN]]);
    const ages = linesOf('fans').map(({ output }) => output.usersList.map((id) => 12 + Number(id.split(' ')[1])));
    expect(ages.map(({ length }) => length)).toEqual([5, 5]);
    expect(Math.min(...ages.flat())).toBeGreaterThanOrEqual(18);
  });

  it('reads lines of every kind of recipe', () => {
    expect(linesOf('picks').map(({ output }) => output.scores?.length)).toEqual([5, 5, 5, 5]);
    const popular = linesOf('popular').map(({ output }) => [output.recommendedItems.length, output.scores]);
    expect(popular).toEqual(Array(4).fill([5, undefined]));
    expect(linesOf('ranked')[0]?.output.recommendedItems).toHaveLength(4);
    expect(linesOf('ranked')[0]?.output.recommendedItems.at(-1)).toBe('never-seen');
    expect(linesOf('themes')[0]?.output.theme).toMatch(/\w/);
    expect(linesOf('sims').map(({ output }) => [output.recommendedItems.length, output.scores])).toEqual([
      [5, undefined],
      [5, undefined],
    ]);
    expect(linesOf('drama')[0]?.output.usersList).toHaveLength(5);
    expect(seen.metrics['aws-user-personalization']).toContain('mean_reciprocal_rank_at_25');
    expect(seen.metrics['aws-item-affinity']).toEqual(['coverage', 'hits_at_1_percent', 'recall_at_1_percent']);
  });

  it('pages through every list, and reads times as dates', () => {
    expect(seen.pages).toEqual({
      schemas: [2, 3],
      dataset_groups: [1, 1],
      datasets: [2, 3],
      dataset_import_jobs: [2, 4],
      solutions: [4, 7],
      solution_versions: [4, 7],
      recipes: [13, 25],
      filters: [2, 4],
      batch_inference_jobs: [4, 8],
      batch_segment_jobs: [1, 2],
    });
    expect(seen.dates).toBe(true);
  });

  it('changes tags, schemas and data, and deletes all', () => {
    expect(seen.tags).toEqual([{ tagKey: 'cost', tagValue: '7' }]);
    expect(seen.changed).toEqual([true, 31]);
    expect(seen.left).toEqual([0, 0, 0]);
  });

  it('is refused with the exceptions of its model', () => {
    expect(seen.errors).toEqual([
      ['ResourceAlreadyExistsException', 400],
      ['ResourceNotFoundException', 400],
      ['InvalidInputException', 400],
      ['ResourceInUseException', 400],
      ['InvalidNextTokenException', 400],
      ['TooManyTagsException', 400],
      ['ClientError', 400],
    ]);
  });

  it('is too old for nothing but what is named here', () => {
    expect(NEWER_OPERATIONS).toEqual(expect.arrayContaining(seen.by_hand));
  });
});
