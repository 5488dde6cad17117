import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
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
  DescribeSolutionVersionCommand,
  PersonalizeClient,
  StopSolutionVersionCreationCommand,
} from '@aws-sdk/client-personalize';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ROLE_ARN } from './support/shop';

const SERVE = join(__dirname, 'support', 'serve-computing.ts');
const REGISTER = join(__dirname, '..', 'support', 'register.js');
const PREFIX = 'arn:aws:personalize:us-east-1:123456789012';
const Bucket = 'shop';
const ROWS = 60_000;
const LINES = 15_000;

interface Served {
  readonly child: ChildProcess;
  readonly s3: S3Client;
  readonly personalize: PersonalizeClient;
}

let stateDir: string;
let served: Served;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'nightjar-midway-'));
  served = await serve();
});
afterEach(async () => {
  await kill();
  await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
});

async function serve(): Promise<Served> {
  const child = spawn(process.execPath, ['-r', REGISTER, SERVE, stateDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data) => resolve(String(data).trim()));
    child.once('exit', () => reject(new Error('the local AWS ended before it served')));
  });
  const settings = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  return { child, s3, personalize: new PersonalizeClient(settings) };
}

async function kill(): Promise<void> {
  served.s3.destroy();
  served.personalize.destroy();
  const gone = new Promise((resolve) => served.child.once('exit', resolve));
  served.child.kill('SIGKILL');
  await gone;
}

async function until(status: RegExp, describe: () => Promise<string | undefined>): Promise<string | undefined> {
  for (;;) {
    const now = await describe();
    if (now !== undefined && status.test(now)) return now;
    await setTimeout(5);
  }
}

/** Waits until the work has begun, kills the server under it, and gives how it ends after a restart. */
async function killMidway(describe: () => Promise<string | undefined>): Promise<readonly (string | undefined)[]> {
  const before = await until(/IN_PROGRESS|ACTIVE|FAILED/, describe);
  await kill();
  served = await serve();
  return [before, await until(/ACTIVE|FAILED/, describe)];
}

const importStatus = async () => {
  const datasetImportJobArn = `${PREFIX}:dataset-import-job/events`;
  return (await served.personalize.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn }))).datasetImportJob
    ?.status;
};
const versionStatus = async (solutionVersionArn: string | undefined) =>
  (await served.personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }))).solutionVersion?.status;
const jobStatus = async () => {
  const batchInferenceJobArn = `${PREFIX}:batch-inference-job/night`;
  return (await served.personalize.send(new DescribeBatchInferenceJobCommand({ batchInferenceJobArn })))
    .batchInferenceJob?.status;
};

describe('kill -9 in the middle', () => {
  it('of an import, a training and a batch job lets each end as if nothing had been', async () => {
    const rows = Array.from(
      { length: ROWS },
      (_, n) => `u${(n * 7919) % 1500},i${(n * n + (n % 17)) % 400},${1_700_000_000 + n}`,
    );
    const fields = [
      { name: 'USER_ID', type: 'string' },
      { name: 'ITEM_ID', type: 'string' },
      { name: 'TIMESTAMP', type: 'long' },
    ];
    const schema = JSON.stringify({
      type: 'record',
      name: 'Interactions',
      namespace: 'com.amazonaws.personalize.schema',
      fields,
      version: '1.0',
    });
    await served.s3.send(new CreateBucketCommand({ Bucket }));
    const Body = `USER_ID,ITEM_ID,TIMESTAMP\n${rows.join('\n')}\n`;
    await served.s3.send(new PutObjectCommand({ Bucket, Key: 'rows.csv', Body }));
    const input = Array.from({ length: LINES }, (_, n) => `{"userId":"u${n}"}\n`).join('');
    await served.s3.send(new PutObjectCommand({ Bucket, Key: 'in/night.json', Body: input }));
    const { schemaArn } = await served.personalize.send(new CreateSchemaCommand({ name: 'events', schema }));
    const { datasetGroupArn } = await served.personalize.send(new CreateDatasetGroupCommand({ name: 'shop' }));
    const { datasetArn } = await served.personalize.send(
      new CreateDatasetCommand({ name: 'events', schemaArn, datasetGroupArn, datasetType: 'INTERACTIONS' }),
    );
    const dataSource = { dataLocation: `s3://${Bucket}/rows.csv` };
    await served.personalize.send(new CreateDatasetImportJobCommand({ jobName: 'events', datasetArn, dataSource }));
    expect(await killMidway(importStatus)).toEqual(['CREATE IN_PROGRESS', 'ACTIVE']);

    const recipeArn = 'arn:aws:personalize:::recipe/aws-user-personalization';
    const { solutionArn } = await served.personalize.send(
      new CreateSolutionCommand({ name: 'picks', datasetGroupArn, recipeArn }),
    );
    const { solutionVersionArn } = await served.personalize.send(new CreateSolutionVersionCommand({ solutionArn }));
    expect(await killMidway(() => versionStatus(solutionVersionArn))).toEqual(['CREATE IN_PROGRESS', 'ACTIVE']);

    await served.personalize.send(
      new CreateBatchInferenceJobCommand({
        jobName: 'night',
        solutionVersionArn,
        jobInput: { s3DataSource: { path: `s3://${Bucket}/in/` } },
        jobOutput: { s3DataDestination: { path: `s3://${Bucket}/out/` } },
        roleArn: ROLE_ARN,
      }),
    );
    expect(await killMidway(jobStatus)).toEqual(['CREATE IN_PROGRESS', 'ACTIVE']);
    const { Contents = [] } = await served.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'out/' }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['out/_CHECK', 'out/night.json.out']);
    const output = await served.s3.send(new GetObjectCommand({ Bucket, Key: 'out/night.json.out' }));
    const lines = ((await output.Body?.transformToString()) ?? '').trimEnd().split('\n');
    const users = lines.map((line) => JSON.parse(line).input.userId);
    expect(users).toHaveLength(LINES);
    expect(new Set(users).size).toBe(LINES);

    const stopped = (await served.personalize.send(new CreateSolutionVersionCommand({ solutionArn })))
      .solutionVersionArn;
    await until(/IN_PROGRESS/, () => versionStatus(stopped));
    await served.personalize.send(new StopSolutionVersionCreationCommand({ solutionVersionArn: stopped }));
    await kill();
    served = await serve();
    await until(/CREATE STOPPED/, () => versionStatus(stopped));
    expect(await readdir(join(stateDir, 'personalize', 'models'))).toEqual([
      `picks.${solutionVersionArn?.slice(-8)}.model`,
    ]);
    expect(await readdir(join(stateDir, 'personalize', 'work'))).toEqual([]);
  });
});
