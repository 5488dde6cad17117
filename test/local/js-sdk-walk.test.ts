/** Walks from files to outputs with the SDK for JavaScript as a program would: its own retries, polling, streamed outputs. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import * as sdk from '@aws-sdk/client-personalize';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createCompute } from '../../src/local/compute/compute';
import type { Compute } from '../../src/local/compute-port';
import { setFaults } from './support/faults';
import { CREDENTIALS, REGION, startTestAws, type TestAws } from './support/local-aws';
import { ROLE_ARN } from './support/shop';
import { boughtBy, writeWalkFiles } from './support/walk-files';

const BUCKET = 'films';

let compute: Compute;
let aws: TestAws;
let folder: string;
let s3: S3Client;
let client: sdk.PersonalizeClient;
let datasetGroupArn: string;
let picks: string;

/** What polling saw of each job, in order and once. */
const statuses: Record<string, readonly string[]> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-js-'));
  await writeWalkFiles(folder);
  compute = createCompute({ threads: 1 });
  aws = await startTestAws({ compute, statuses: 'documented', jobSeconds: 0.5, quotas: { schemas: 3 } });
  const settings = { endpoint: aws.endpoint, region: REGION, credentials: CREDENTIALS };
  s3 = new S3Client({ ...settings, forcePathStyle: true });
  client = new sdk.PersonalizeClient(settings);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const made = await client.send(new sdk.CreateDatasetGroupCommand({ name: 'films' }));
  datasetGroupArn = made.datasetGroupArn ?? '';
  await poll('films', async () => {
    return (await client.send(new sdk.DescribeDatasetGroupCommand({ datasetGroupArn }))).datasetGroup;
  });
  await Promise.all(['interactions', 'items', 'users'].map(bringDataset));
  picks = await train('aws-user-personalization');
}, 120_000);

afterAll(async () => {
  s3.destroy();
  client.destroy();
  await aws.close();
  await compute.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

interface Described {
  readonly status?: string | undefined;
  readonly failureReason?: string | undefined;
  readonly creationDateTime?: Date | undefined;
  readonly lastUpdatedDateTime?: Date | undefined;
}

async function poll<Resource extends Described>(name: string, describe: () => Promise<Resource | undefined>) {
  for (;;) {
    const described = await describe();
    if (described === undefined) throw new Error(`${name} is not described`);
    const { status = '', failureReason, creationDateTime, lastUpdatedDateTime } = described;
    const before = statuses[name] ?? [];
    if (before.at(-1) !== status) statuses[name] = [...before, status];
    expect(creationDateTime).toBeInstanceOf(Date);
    expect(Number(lastUpdatedDateTime)).toBeGreaterThanOrEqual(Number(creationDateTime));
    if (status === 'ACTIVE') return described;
    if (/FAILED/.test(status)) throw new Error(failureReason);
    await setTimeout(10);
  }
}

async function put(key: string): Promise<string> {
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: await readFile(join(folder, key)) }));
  return `s3://${BUCKET}/${key}`;
}

async function bringDataset(kind: string): Promise<void> {
  const dataLocation = await put(kind === 'interactions' ? 'data/interactions/events.csv' : `data/${kind}.csv`);
  const schema = await readFile(join(folder, `schemas/${kind}.json`), 'utf8');
  const { schemaArn } = await client.send(new sdk.CreateSchemaCommand({ name: kind, schema }));
  const create = new sdk.CreateDatasetCommand({ name: kind, datasetType: kind, datasetGroupArn, schemaArn });
  const { datasetArn } = await client.send(create);
  await poll(kind, async () => (await client.send(new sdk.DescribeDatasetCommand({ datasetArn }))).dataset);
  const { datasetImportJobArn } = await client.send(
    new sdk.CreateDatasetImportJobCommand({
      jobName: kind,
      datasetArn,
      dataSource: { dataLocation },
      roleArn: ROLE_ARN,
    }),
  );
  await poll(`import ${kind}`, async () => {
    const command = new sdk.DescribeDatasetImportJobCommand({ datasetImportJobArn });
    return (await client.send(command)).datasetImportJob;
  });
}

async function train(name: string): Promise<string> {
  const recipeArn = `arn:aws:personalize:::recipe/${name}`;
  const { solutionArn } = await client.send(new sdk.CreateSolutionCommand({ name, datasetGroupArn, recipeArn }));
  await poll(name, async () => (await client.send(new sdk.DescribeSolutionCommand({ solutionArn }))).solution);
  const { solutionVersionArn = '' } = await client.send(new sdk.CreateSolutionVersionCommand({ solutionArn }));
  await poll(`train ${name}`, async () => {
    return (await client.send(new sdk.DescribeSolutionVersionCommand({ solutionVersionArn }))).solutionVersion;
  });
  return solutionVersionArn;
}

async function addFilter(name: string, filterExpression: string): Promise<string> {
  const request = { name, datasetGroupArn, filterExpression };
  const { filterArn = '' } = await client.send(new sdk.CreateFilterCommand(request));
  await poll(name, async () => (await client.send(new sdk.DescribeFilterCommand({ filterArn }))).filter);
  return filterArn;
}

/** Runs a job on the users of the walk, and reads its output line by line while it arrives. */
async function infer(jobName: string, filterArn?: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const request = {
    jobName,
    solutionVersionArn: picks,
    filterArn,
    numResults: 60,
    jobInput: { s3DataSource: { path: await put('in/users.json') } },
    jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/${jobName}/` } },
    roleArn: ROLE_ARN,
  };
  const { batchInferenceJobArn } = await client.send(new sdk.CreateBatchInferenceJobCommand(request));
  await poll(jobName, async () => {
    const command = new sdk.DescribeBatchInferenceJobCommand({ batchInferenceJobArn });
    return (await client.send(command)).batchInferenceJob;
  });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: `out/${jobName}/users.json.out` }));
  if (!(Body instanceof Readable)) throw new Error('the output does not stream');
  const lists = new Map<string, readonly string[]>();
  for await (const line of createInterface({ input: Body, crlfDelay: Number.POSITIVE_INFINITY })) {
    const { input, output, error } = JSON.parse(line);
    expect(error).toBeNull();
    lists.set(input.userId, output.recommendedItems);
  }
  return lists;
}

/** Gives the error that a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'done',
    (error: unknown) => error,
  );
}

describe('the SDK for JavaScript', () => {
  it('waits for a job through the documented statuses, and reads what a filter leaves', async () => {
    const bought = 'ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")';
    const [without, only] = await Promise.all([
      addFilter('not-bought', `EXCLUDE ${bought}`),
      addFilter('bought', `INCLUDE ${bought}`),
    ]);
    const [all, filtered, again] = await Promise.all([infer('all'), infer('filtered', without), infer('again', only)]);

    expect([...all.keys()].sort()).toEqual(['user 4', 'user 40', 'user 5', 'user 6']);
    for (const [user, items] of all) {
      const bought = boughtBy(user);
      expect(bought).not.toEqual([]);
      expect(items).toEqual(expect.arrayContaining([...bought]));
      expect(filtered.get(user)).toEqual(items.filter((item) => !bought.includes(item)));
      expect(again.get(user)).toEqual(items.filter((item) => bought.includes(item)));
    }
    expect(statuses.all).toEqual(['PENDING', 'IN PROGRESS', 'ACTIVE']);
    expect(statuses['train aws-user-personalization']).toEqual(['CREATE PENDING', 'CREATE IN_PROGRESS', 'ACTIVE']);
  });

  it('pages with its paginators', async () => {
    const names = [];
    for await (const { schemas = [] } of sdk.paginateListSchemas({ client, pageSize: 2 }, {})) {
      expect(schemas.length).toBeLessThanOrEqual(2);
      names.push(...schemas.map(({ name }) => name));
    }
    expect(names.sort()).toEqual(['interactions', 'items', 'users']);
  });

  it('gets over throttling and a lost connection by its own retries', async () => {
    await setFaults(
      aws.endpoint,
      { service: 'personalize', operation: 'ListSolutions', kind: 'throttle' },
      { service: 'personalize', operation: 'ListSolutions', kind: 'refused-connection' },
    );
    const { solutions, $metadata } = await client.send(new sdk.ListSolutionsCommand({}));
    await setFaults(aws.endpoint);

    expect(solutions).toMatchObject([{ name: 'aws-user-personalization', status: 'ACTIVE' }]);
    expect($metadata.attempts).toBe(3);
  });

  it('throws the class of every error that the model has', async () => {
    const schema = await readFile(join(folder, 'schemas/users.json'), 'utf8');
    const tags = Array.from({ length: 51 }, (_, n) => ({ tagKey: `k${n}`, tagValue: '' }));
    const tagKeys = tags.map(({ tagKey }) => tagKey);
    const resourceArn = datasetGroupArn;
    const cases: readonly (readonly [new (options: never) => Error, () => Promise<unknown>])[] = [
      [sdk.InvalidInputException, () => client.send(new sdk.CreateSchemaCommand({ name: 'a b', schema }))],
      [
        sdk.ResourceNotFoundException,
        () => client.send(new sdk.DescribeSchemaCommand({ schemaArn: `${datasetGroupArn}x` })),
      ],
      [sdk.ResourceAlreadyExistsException, () => client.send(new sdk.CreateDatasetGroupCommand({ name: 'films' }))],
      [sdk.ResourceInUseException, () => client.send(new sdk.DeleteDatasetGroupCommand({ datasetGroupArn }))],
      [sdk.LimitExceededException, () => client.send(new sdk.CreateSchemaCommand({ name: 'fourth', schema }))],
      [sdk.InvalidNextTokenException, () => client.send(new sdk.ListSchemasCommand({ nextToken: 'made-up' }))],
      [sdk.TooManyTagsException, () => client.send(new sdk.TagResourceCommand({ resourceArn, tags }))],
      [sdk.TooManyTagKeysException, () => client.send(new sdk.UntagResourceCommand({ resourceArn, tagKeys }))],
    ];
    for (const [type, call] of cases) {
      const error = await errorOf(call());
      expect(error).toBeInstanceOf(type);
      expect(error).toBeInstanceOf(sdk.PersonalizeServiceException);
      expect(error).toMatchObject({ name: type.name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
    }
  });

  it('names what is refused', async () => {
    const error = await errorOf(client.send(new sdk.CreateCampaignCommand({ name: 'a', solutionVersionArn: picks })));

    expect(error).toBeInstanceOf(sdk.PersonalizeServiceException);
    expect(error).toMatchObject({ name: 'NotImplementedException', $metadata: { attempts: 1 } });
  });
});
