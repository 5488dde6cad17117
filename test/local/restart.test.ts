import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBatchInferenceJobCommand,
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DescribeBatchInferenceJobCommand,
  DescribeDatasetImportJobCommand,
  DescribeSolutionCommand,
  ListBatchInferenceJobsCommand,
  ListSolutionVersionsCommand,
  PersonalizeClient,
} from '@aws-sdk/client-personalize';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { INTERACTIONS_SCHEMA, interactionsCsv, ROLE_ARN, settle } from './support/shop';

const SERVE = join(__dirname, 'support', 'serve.ts');
const REGISTER = join(__dirname, '..', 'support', 'register.js');
const PREFIX = 'arn:aws:personalize:us-east-1:123456789012';
const Bucket = 'shop';
const INPUT = Array.from({ length: 400 }, (_, n) => `{"userId":"u${n}"}\n`).join('');

interface Served {
  readonly child: ChildProcess;
  readonly s3: S3Client;
  readonly personalize: PersonalizeClient;
}

async function serve(stateDir: string): Promise<Served> {
  const child = spawn(process.execPath, ['-r', REGISTER, SERVE, stateDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data) => resolve(String(data).trim()));
    child.once('exit', () => reject(new Error('the local AWS ended before it served')));
  });
  const settings = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  };
  return {
    child,
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    personalize: new PersonalizeClient(settings),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/**
 * Goes the whole way, taking up what a former try has reached; throws where the server is killed under it.
 *
 * @returns the last status of import, training and batch job
 */
async function goOn({ s3, personalize }: Served): Promise<(string | undefined)[]> {
  const make = async (create: () => Promise<unknown>): Promise<void> => {
    await create().catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'ResourceAlreadyExistsException') throw error;
    });
  };
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'rows.csv', Body: interactionsCsv(1500) }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'in/night.json', Body: INPUT }));
  const datasetGroupArn = `${PREFIX}:dataset-group/shop`;
  const datasetArn = `${PREFIX}:dataset/shop/INTERACTIONS`;
  const schemaArn = `${PREFIX}:schema/events`;
  const recipeArn = 'arn:aws:personalize:::recipe/aws-popularity-count';
  const dataSource = { dataLocation: `s3://${Bucket}/rows.csv` };
  await make(() =>
    personalize.send(new CreateSchemaCommand({ name: 'events', schema: JSON.stringify(INTERACTIONS_SCHEMA) })),
  );
  await make(() => personalize.send(new CreateDatasetGroupCommand({ name: 'shop' })));
  await make(() =>
    personalize.send(
      new CreateDatasetCommand({ name: 'events', schemaArn, datasetGroupArn, datasetType: 'Interactions' }),
    ),
  );
  await make(() => personalize.send(new CreateDatasetImportJobCommand({ jobName: 'events', datasetArn, dataSource })));
  const datasetImportJobArn = `${PREFIX}:dataset-import-job/events`;
  const describeImport = () => personalize.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn }));
  const imported = await settle(async () => (await describeImport()).datasetImportJob ?? {});
  await make(() => personalize.send(new CreateSolutionCommand({ name: 'popular', datasetGroupArn, recipeArn })));
  const solutionArn = `${PREFIX}:solution/popular`;
  await make(() => personalize.send(new CreateSolutionVersionCommand({ name: 'one', solutionArn })));
  const describeSolution = () => personalize.send(new DescribeSolutionCommand({ solutionArn }));
  const version = await settle(async () => (await describeSolution()).solution?.latestSolutionVersion ?? {});
  await make(() =>
    personalize.send(
      new CreateBatchInferenceJobCommand({
        jobName: 'night',
        solutionVersionArn: version.solutionVersionArn,
        jobInput: { s3DataSource: { path: `s3://${Bucket}/in/night.json` } },
        jobOutput: { s3DataDestination: { path: `s3://${Bucket}/out/` } },
        roleArn: ROLE_ARN,
      }),
    ),
  );
  const batchInferenceJobArn = `${PREFIX}:batch-inference-job/night`;
  const describeJob = () => personalize.send(new DescribeBatchInferenceJobCommand({ batchInferenceJobArn }));
  const job = await settle(async () => (await describeJob()).batchInferenceJob ?? {});
  return [imported.status, version.status, job.status];
}

describe('kill -9', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'nightjar-kill-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true, maxRetries: 10 }));

  it('at any moment leaves jobs that end ACTIVE, once each, with whole outputs', async () => {
    let kills = 0;
    let statuses: (string | undefined)[] | undefined;
    while (statuses === undefined) {
      const served = await serve(stateDir);
      // A moment later each time, so that every step is hit while the way gets shorter.
      const timer = setTimeout(() => served.child.kill('SIGKILL'), 40 + kills * 60);
      statuses = await goOn(served).catch(() => undefined);
      clearTimeout(timer);
      await kill(served.child);
      if (statuses === undefined) kills += 1;
    }
    const served = await serve(stateDir);
    const { batchInferenceJobs } = await served.personalize.send(new ListBatchInferenceJobsCommand({}));
    const { solutionVersions } = await served.personalize.send(new ListSolutionVersionsCommand({}));
    const { Contents } = await served.s3.send(new ListObjectsV2Command({ Bucket }));
    const { Body } = await served.s3.send(new GetObjectCommand({ Bucket, Key: 'out/night.json.out' }));
    const lines = ((await Body?.transformToString()) ?? '').trimEnd().split('\n');
    await kill(served.child);

    expect(kills).toBeGreaterThan(3);
    expect(statuses).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
    expect(batchInferenceJobs).toHaveLength(1);
    expect(solutionVersions).toHaveLength(1);
    expect(Contents?.map((object) => object.Key)).toEqual([
      'in/night.json',
      'out/_CHECK',
      'out/night.json.out',
      'rows.csv',
    ]);
    expect(lines.map((line) => JSON.parse(line).input.userId)).toEqual(Array.from({ length: 400 }, (_, n) => `u${n}`));
    expect(await readdir(join(stateDir, 's3', '.tmp'))).toEqual([]);
  });

  it('in the middle of puts leaves each object whole, never older than what was answered', async () => {
    const answered = new Map<string, number>();
    const tried = new Map<string, number>();
    for (let round = 0; round < 4; round += 1) {
      const served = await serve(stateDir);
      await served.s3.send(new CreateBucketCommand({ Bucket }));
      const timer = setTimeout(() => served.child.kill('SIGKILL'), 150 + round * 70);
      await Promise.all(['a', 'a/b', 'c'].map((Key) => putUntilKilled(served.s3, Key)));
      clearTimeout(timer);
      await kill(served.child);
    }
    const served = await serve(stateDir);
    for (const [Key, number] of answered) {
      const got = await served.s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      const text = (await got.Body?.transformToString()) ?? '';
      const stored = Number(text.slice(0, 8));

      expect(stored).toBeGreaterThanOrEqual(number);
      expect(stored).toBeLessThanOrEqual(tried.get(Key) ?? 0);
      expect(text).toBe(bodyOf(stored));
      expect(got.Metadata).toEqual({ number: String(stored) });
    }
    await kill(served.child);
    expect([...answered.values()].every((number) => number > 1)).toBe(true);

    async function putUntilKilled(s3: S3Client, Key: string): Promise<void> {
      for (;;) {
        const number = (tried.get(Key) ?? 0) + 1;
        tried.set(Key, number);
        try {
          await s3.send(
            new PutObjectCommand({ Bucket, Key, Body: bodyOf(number), Metadata: { number: String(number) } }),
          );
        } catch {
          return;
        }
        answered.set(Key, number);
      }
    }
  });
});

function bodyOf(number: number): string {
  return String(number).padStart(8, '0').repeat(20_000);
}
