import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  GetSolutionMetricsCommand,
} from '@aws-sdk/client-personalize';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { inference, segment } from './support/batch-requests';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  BUCKET,
  createGroup,
  getText,
  importLocation,
  importText,
  inferenceEnd,
  interactionsCsv,
  putText,
  ROLE_ARN,
  segmentEnd,
  startTraining,
  trainingEnd,
  trainShop,
} from './support/shop';

let aws: TestAws;
afterEach(() => aws.close());

async function outputKeys(Prefix: string): Promise<(string | undefined)[]> {
  const { Contents } = await aws.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
  return (Contents ?? []).map((object) => object.Key);
}

describe('the way from interactions to recommendations', () => {
  it('imports, trains, and writes an output for each input beside a write probe', async () => {
    aws = await startTestAws();
    const { versions } = await trainShop(aws, ['aws-user-personalization', 'aws-item-attribute-affinity']);
    const [picks, fans] = versions;
    await putText(aws, 'in/night/one.json', '{"userId": "u1"}\n{"userId": "nobody"}');
    await putText(aws, 'in/night/sub/two.json', '{"userId": "u2"}\n');
    await putText(aws, 'in/fans.json', '{"itemAttributes": "ITEMS.GENRES = \\"Drama\\""}\n');

    const made = await aws.personalize.send(inference('night', picks, { input: `s3://${BUCKET}/in/night/` }));
    const madeFans = await aws.personalize.send(segment('fans', fans));

    expect(made.batchInferenceJobArn).toBe('arn:aws:personalize:us-east-1:123456789012:batch-inference-job/night');
    expect(await inferenceEnd(aws, made.batchInferenceJobArn)).toMatchObject({
      status: 'ACTIVE',
      jobName: 'night',
      solutionVersionArn: picks,
      numResults: 3,
      batchInferenceJobMode: 'BATCH_INFERENCE',
      roleArn: ROLE_ARN,
    });
    expect(await outputKeys('out/night/')).toEqual([
      'out/night/_CHECK',
      'out/night/one.json.out',
      'out/night/sub/two.json.out',
    ]);
    const lines = (await getText(aws, 'out/night/one.json.out'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ input: { userId: 'u1' }, error: null });
    expect(lines[0].output.recommendedItems).toHaveLength(3);
    expect(await segmentEnd(aws, madeFans.batchSegmentJobArn)).toMatchObject({ status: 'ACTIVE', numResults: 2 });
    expect(JSON.parse(await getText(aws, 'out/fans/fans.json.out')).output.usersList).toHaveLength(2);
  });

  it('describes versions and their metrics, and the newest one with its solution', async () => {
    aws = await startTestAws();
    const { versions } = await trainShop(aws, ['aws-popularity-count']);
    const [solutionVersionArn = ''] = versions;
    const solutionArn = solutionVersionArn.slice(0, solutionVersionArn.lastIndexOf('/'));
    const { solution } = await aws.personalize.send(new DescribeSolutionCommand({ solutionArn }));
    const { solutionVersion } = await aws.personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }));
    const { metrics } = await aws.personalize.send(new GetSolutionMetricsCommand({ solutionVersionArn }));

    expect(solutionVersionArn).toMatch(/:solution\/aws-popularity-count\/[0-9a-f]{8}$/);
    expect(solution).toMatchObject({
      performAutoTraining: true,
      latestSolutionVersion: { solutionVersionArn, status: 'ACTIVE' },
    });
    expect(solutionVersion).toMatchObject({ trainingMode: 'FULL', trainingType: 'MANUAL', status: 'ACTIVE' });
    expect(solutionVersion?.creationDateTime).toBeInstanceOf(Date);
    expect(metrics).toEqual({ coverage: 1 });
  });

  it('takes every object whose key begins with the input path', async () => {
    aws = await startTestAws();
    const { versions } = await trainShop(aws, ['aws-popularity-count']);
    for (const key of ['in/a/1.json', 'in/a_old/2.json', 'in/b/3.json']) await putText(aws, key, '{"userId":"u1"}\n');
    const made = await aws.personalize.send(inference('prefix', versions[0], { input: `s3://${BUCKET}/in/a` }));
    await inferenceEnd(aws, made.batchInferenceJobArn);

    expect(await outputKeys('out/prefix/')).toEqual([
      'out/prefix/_CHECK',
      'out/prefix/a/1.json.out',
      'out/prefix/a_old/2.json.out',
    ]);
  });

  it('appends with INCREMENTAL, replaces with FULL, and trains segments on FULL data only', async () => {
    aws = await startTestAws();
    const group = await createGroup(aws);
    const datasetArn = group.interactionsArn;
    await putText(aws, 'more.csv', interactionsCsv(1000).replaceAll('u1,', 'u-more,'));
    const first = {
      name: 'too-early',
      datasetArn,
      dataLocation: `s3://${BUCKET}/more.csv`,
      importMode: 'INCREMENTAL',
    } as const;
    await expect(importLocation(aws, first)).rejects.toMatchObject({ name: 'InvalidInputException' });
    await importText(aws, { name: 'full', datasetArn, text: interactionsCsv(1500) });
    await importLocation(aws, { ...first, name: 'more' });
    const users: string[][] = [];
    for (const recipe of ['aws-user-personalization', 'aws-item-affinity']) {
      const version = await startTraining(aws, group, recipe);
      await trainingEnd(aws, version);
      users.push(await modelUsers(version));
    }
    await importText(aws, { name: 'again', datasetArn, text: interactionsCsv(1500) });
    const version = await startTraining(aws, group, 'aws-popularity-count');
    await trainingEnd(aws, version);

    // Of the three imports only the newest FULL one still has files.
    expect(await readdir(join(aws.stateDir, 'personalize', 'data'))).toEqual(['00000003']);
    expect(users[0]).toContain('u-more');
    expect(users[1]).not.toContain('u-more');
    expect(await modelUsers(version)).not.toContain('u-more');
  });
});

async function modelUsers(versionArn: string): Promise<string[]> {
  const name = versionArn.slice(versionArn.indexOf('solution/') + 'solution/'.length).replace('/', '.');
  const text = await readFile(join(aws.stateDir, 'personalize', 'models', `${name}.model`), 'utf8');
  return JSON.parse(text).users;
}

describe('jobs that fail', () => {
  it('says what is wrong with data in AWS words', async () => {
    aws = await startTestAws();
    const { interactionsArn: datasetArn } = await createGroup(aws);
    const rows = interactionsCsv(1500);
    const fail = async (name: string, text: string) =>
      (await importText(aws, { name, datasetArn, text })).failureReason;

    expect(await fail('few', interactionsCsv(999))).toBe('Create failed. Dataset has fewer than 1000 interactions.');
    expect(await fail('header', rows.replace('ITEM_ID', 'ITEM'))).toBe(
      `Input CSV is missing the following columns:[ITEM_ID]. File s3://${BUCKET}/import/header.csv, line 1.`,
    );
    expect(await fail('type', rows.replace('1700000000', 'yesterday'))).toBe(
      'Value "yesterday" is not of type long: expected a whole number of 64 bits. ' +
        `File s3://${BUCKET}/import/type.csv, line 2, column TIMESTAMP.`,
    );
    expect(await fail('null', rows.replace('u7,', ','))).toMatch(
      /^Value is missing, and the schema does not allow null. File s3:.*null.csv, line \d+, column USER_ID.$/,
    );
    expect(await fail('long', rows.replace('u7,', `${'u'.repeat(257)},`))).toMatch(
      /^Length cannot be more than 256 characters for USER_ID. If no values exceed .*html. File s3:.*, line \d+, column/,
    );
    expect(await fail('ragged', `${rows}u1,i1\n`)).toMatch(
      /^The record has 2 values, the header has 4. File s3:.*ragged.csv, line 1502.$/,
    );
    expect(await fail('empty', '')).toMatch(/Invalid Data location/);
    const missing = await importLocation(aws, {
      name: 'missing',
      datasetArn,
      dataLocation: `s3://${BUCKET}/nowhere.csv`,
    });
    expect(missing).toMatchObject({
      status: 'CREATE FAILED',
      failureReason: expect.stringContaining('Invalid Data location'),
    });
  });

  it('fails a training that the recommender refuses, and lets nothing be built on it', async () => {
    aws = await startTestAws();
    const group = await createGroup(aws);
    await importText(aws, {
      name: 'one-user',
      datasetArn: group.interactionsArn,
      text: interactionsCsv(1500).replaceAll(/^u\d+/gm, 'u1'),
    });
    const version = await startTraining(aws, group, 'aws-user-personalization');

    expect(await trainingEnd(aws, version)).toMatchObject({
      status: 'CREATE FAILED',
      failureReason: 'Create failed. Dataset has fewer than 25 users with at least 2 interactions each.',
    });
    await expect(aws.personalize.send(inference('night', version))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
  });

  it('fails batch jobs for absent input, absent bucket and too many queries, and keeps their names', async () => {
    aws = await startTestAws();
    const { versions } = await trainShop(aws, ['aws-item-attribute-affinity', 'aws-user-personalization']);
    const [fans, picks] = versions;
    await putText(aws, 'in/eleven.json', '{"itemAttributes":"ITEMS.GENRES = \\"Drama\\""}\n'.repeat(11));
    const eleven = await aws.personalize.send(segment('eleven', fans));
    const absent = await aws.personalize.send(inference('absent', picks));
    const nowhere = await aws.personalize.send(inference('nowhere', picks, { output: 's3://no-such-bucket/' }));

    expect((await segmentEnd(aws, eleven.batchSegmentJobArn)).failureReason).toMatch(/11 records; .* at most 10/);
    expect((await inferenceEnd(aws, absent.batchInferenceJobArn)).failureReason).toBe('Invalid S3 input path');
    expect((await inferenceEnd(aws, nowhere.batchInferenceJobArn)).failureReason).toBe('Invalid S3 output path');
    await expect(aws.personalize.send(inference('absent', picks))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: `Another resource with Arn ${absent.batchInferenceJobArn} already exists.`,
    });
  });
});
