/**
 * Walks from files to outputs and back to nothing with the AWS CLI, a client of another family than the SDK for
 * JavaScript, of whatever version is installed (Debian: awscli). Fails where `aws` is not installed.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateDataDeletionJobCommand,
  DescribeDataDeletionJobCommand,
  ListDataDeletionJobsCommand,
  UpdateDatasetCommand,
} from '@aws-sdk/client-personalize';
import { createCompute } from '../../src/local/compute/compute';
import type { Compute } from '../../src/local/compute-port';
import { type AwsCli, createAwsCli } from './support/aws-cli';
import { ACCOUNT, addDataset, addFilter, GROUP, importInto, runJob, train } from './support/cli-walk';
import { startTestAws, type TestAws } from './support/local-aws';
import { ROLE_ARN } from './support/shop';
import { boughtBy, WESTERN, writeWalkFiles } from './support/walk-files';

/** Commands that the oldest CLI in use, Debian's 2.9, does not have; where they are absent, the SDK calls in their place. */
const NEWER_COMMANDS = ['update-dataset', 'create-data-deletion-job'];

let compute: Compute;
let aws: TestAws;
let folder: string;
let cli: AwsCli;
let versions: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-cli-'));
  await writeWalkFiles(folder);
  compute = createCompute({ threads: 1 });
  aws = await startTestAws({ compute });
  cli = createAwsCli(aws, { folder });
  await walkToVersions();
}, 180_000);

afterAll(async () => {
  await aws.close();
  await compute.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

const personalize = (...words: readonly string[]) => cli.json('personalize', ...words);

async function walkToVersions(): Promise<void> {
  await cli.run('s3', 'mb', 's3://films');
  const sync = ['s3', 'sync', '.', 's3://films', '--exclude', '*', '--include', 'data/*', '--include', 'in/*'];
  expect(await cli.run(...sync, '--no-progress')).toMatchObject({ code: 0, err: '' });
  expect(await cli.text('datasetGroupArn', 'personalize', 'create-dataset-group', '--name', 'films')).toBe(GROUP);
  const [, items = ''] = await Promise.all(['interactions', 'items', 'users'].map((type) => addDataset(cli, type)));
  const change = { name: 'items-changed', datasetArn: items, location: 'data/items-changed.csv', mode: 'INCREMENTAL' };
  await importInto(cli, change);
  const recipes = ['aws-user-personalization', 'aws-item-affinity', 'aws-item-attribute-affinity'];
  versions = await Promise.all(recipes.map((recipe) => train(cli, recipe)));
}

describe('the AWS CLI', () => {
  it('describes what it made, and reads its metrics', async () => {
    const [version = ''] = versions;
    const metrics = await personalize('get-solution-metrics', '--solution-version-arn', version);

    expect(version).toMatch(
      /^arn:aws:personalize:us-east-1:123456789012:solution\/aws-user-personalization\/[0-9a-f]{8}$/,
    );
    expect(metrics).toEqual({
      solutionVersionArn: version,
      metrics: expect.objectContaining({ coverage: expect.any(Number), precision_at_5: expect.any(Number) }),
    });
  });

  it('runs batch inference with a filter, and reads lines that keep to it', async () => {
    const bought = 'ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")';
    const filterArn = await addFilter(cli, 'not-bought', `EXCLUDE ${bought}`);
    const [version = ''] = versions;
    const { described, lines, again } = await runJob(cli, 'batch-inference-job', {
      input: 'users',
      version,
      filter: filterArn,
    });

    expect(described).toMatchObject({ filterArn, numResults: 4, jobName: 'night-users', roleArn: ROLE_ARN });
    const read = lines.map((line) => JSON.parse(line));
    expect(read.map(({ input }) => input.userId).sort()).toEqual(['user 4', 'user 40', 'user 5', 'user 6']);
    for (const { input, output, error } of read) {
      expect([output.recommendedItems.length, output.scores.length, error]).toEqual([4, 4, null]);
      expect(boughtBy(input.userId).filter((item) => output.recommendedItems.includes(item))).toEqual([]);
    }
    expect(boughtBy('user 4')).not.toEqual([]);
    const { code, err } = await again();
    expect(code).not.toBe(0);
    expect(err).toContain('(ResourceAlreadyExistsException)');

    const filter = await addFilter(cli, 'bought', `INCLUDE ${bought}`);
    const kept = await runJob(cli, 'batch-inference-job', { input: 'users', version, filter, name: 'bought' });
    for (const { input, output } of kept.lines.map((line) => JSON.parse(line))) {
      expect(output.recommendedItems.length).toBeGreaterThan(0);
      expect(boughtBy(input.userId)).toEqual(expect.arrayContaining(output.recommendedItems));
    }
  });

  it('gives values to a filter that finds what the incremental import changed', async () => {
    const filterArn = await addFilter(
      cli,
      'genre',
      'INCLUDE ItemID WHERE Items.GENRES IN ($GENRE) AND Items.PRICE <= $PRICE',
    );
    const [version = ''] = versions;
    const { lines } = await runJob(cli, 'batch-inference-job', { input: 'values', version, filter: filterArn });

    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ output: { recommendedItems: [WESTERN] }, error: null });
  });

  it('makes segments by items and by attributes', async () => {
    const jobs = ['items', 'attributes'].map((input, index) =>
      runJob(cli, 'batch-segment-job', { input, version: versions[index + 1] ?? '' }),
    );
    const [byItem, byAttribute] = await Promise.all(jobs);
    const users = '\\["user \\d+","user \\d+","user \\d+","user \\d+"\\]';

    expect(byItem?.lines).toEqual(
      ['i3', 'i16'].map((id) =>
        expect.stringMatching(
          new RegExp(`^\\{"input": \\{"itemId":"${id}"\\}, "output": \\{"usersList": ${users}\\}, "error": null\\}$`),
        ),
      ),
    );
    expect(byAttribute?.lines).toEqual([
      expect.stringMatching(new RegExp(`"usersList": ${users}\\}, "error": null\\}$`)),
    ]);
    expect(byAttribute?.described).toMatchObject({ jobName: 'night-attributes', status: 'ACTIVE' });
  });

  it('lists in pages and goes on by a token, and changes tags', async () => {
    const page = ['list-solutions', '--dataset-group-arn', GROUP, '--page-size', '1'];
    const [first, recipes] = await Promise.all([
      personalize(...page, '--max-items', '2'),
      personalize('list-recipes', '--page-size', '4', '--query', '{names: recipes[].name}'),
    ]);
    const [rest] = await Promise.all([
      personalize(...page, '--starting-token', String(first.NextToken)),
      personalize('tag-resource', '--resource-arn', GROUP, '--tags', 'tagKey=cost,tagValue=7', 'tagKey=a b,tagValue='),
    ]);
    await personalize('untag-resource', '--resource-arn', GROUP, '--tag-keys', 'cost');
    const solutionArn = `${ACCOUNT}:solution/aws-item-affinity`;
    const [ofGroup, ofSolution] = await Promise.all(
      [GROUP, solutionArn].map((arn) => personalize('list-tags-for-resource', '--resource-arn', arn)),
    );

    const names = [first, rest].map(({ solutions }) => JSON.stringify(solutions).match(/"name":"[^"]+"/g) ?? []);
    expect(names.map(({ length }) => length)).toEqual([2, 1]);
    expect(new Set(names.flat()).size).toBe(3);
    expect(recipes.names).toEqual(expect.arrayContaining(['aws-sims', 'aws-item-affinity', 'aws-vod-top-picks']));
    expect(ofGroup).toEqual({ tags: [{ tagKey: 'a b', tagValue: '' }] });
    expect(ofSolution).toEqual({ tags: [{ tagKey: 'team', tagValue: 'films' }] });
  });

  it('widens a schema and deletes a user', async () => {
    const [datasetArn, jobArn] = [`${ACCOUNT}:dataset/films/ITEMS`, `${ACCOUNT}:data-deletion-job/gone`];
    const schema = ['create-schema', '--name', 'wider', '--schema', 'file://schemas/items-wider.json'];
    const schemaArn = await cli.text('schemaArn', 'personalize', ...schema);
    const dataSource = { dataLocation: 's3://films/data/gone.csv' };
    const deletion = { jobName: 'gone', datasetGroupArn: GROUP, dataSource, roleArn: ROLE_ARN };
    const newer = [
      {
        command: ['update-dataset', '--dataset-arn', datasetArn, '--schema-arn', schemaArn],
        bySdk: () => aws.personalize.send(new UpdateDatasetCommand({ datasetArn, schemaArn })),
      },
      {
        command: ['create-data-deletion-job', '--cli-input-json', JSON.stringify(deletion)],
        bySdk: () => aws.personalize.send(new CreateDataDeletionJobCommand(deletion)),
      },
    ];
    expect(newer.map(({ command }) => command[0])).toEqual(NEWER_COMMANDS);
    for (const { command, bySdk } of newer) {
      const { code, err } = await cli.run('personalize', ...command);
      if (/invalid choice/i.test(err)) await bySdk();
      else expect({ code, err }).toEqual({ code: 0, err: '' });
    }
    const described = await personalize('describe-dataset', '--dataset-arn', datasetArn);
    expect(described.dataset).toMatchObject({ schemaArn, status: 'ACTIVE' });
    for (;;) {
      const job = new DescribeDataDeletionJobCommand({ dataDeletionJobArn: jobArn });
      const { dataDeletionJob } = await aws.personalize.send(job);
      if (dataDeletionJob?.status === 'FAILED') throw new Error(dataDeletionJob.failureReason);
      if (dataDeletionJob?.status === 'COMPLETED') break;
    }
    const { dataDeletionJobs } = await aws.personalize.send(new ListDataDeletionJobsCommand({}));
    expect(dataDeletionJobs).toMatchObject([{ jobName: 'gone', status: 'COMPLETED' }]);
  });

  it('is told of wrong secrets, bad requests and what is refused, by every service', async () => {
    const stranger = createAwsCli(aws, { folder, secretAccessKey: 'wrong' });
    const campaignArn = `${ACCOUNT}:campaign/none`;
    const version = ['--solution-version-arn', versions[0] ?? ''];
    const answers = await Promise.all([
      stranger.run('s3', 'ls'),
      stranger.run('personalize', 'list-schemas'),
      cli.run('personalize', 'create-schema', '--name', 'bad name', '--schema', '{}'),
      cli.run('personalize', 'create-campaign', '--name', 'films', ...version),
      cli.run('personalize-runtime', 'get-recommendations', '--campaign-arn', campaignArn, '--user-id', 'u'),
      cli.run(
        'personalize-events',
        'put-events',
        '--tracking-id',
        't',
        '--session-id',
        's',
        '--event-list',
        'eventType=view,sentAt=1',
      ),
      cli.run('iam', 'list-roles'),
      cli.run('sts', 'get-session-token'),
    ]);

    const error = /An error occurred \((\w+)\) when calling the (\w+) operation/;
    expect(answers.map(({ err }) => error.exec(err)?.slice(1).join(' ') ?? err)).toEqual([
      'SignatureDoesNotMatch ListBuckets',
      'InvalidSignatureException ListSchemas',
      'InvalidInputException CreateSchema',
      'NotImplementedException CreateCampaign',
      'NotImplementedException GetRecommendations',
      'NotImplementedException PutEvents',
      'NotImplementedException ListRoles',
      'NotImplementedException GetSessionToken',
    ]);
    expect(answers[3]?.err).toContain('The operation CreateCampaign is not complete');
  });

  it('deletes all that can be deleted, and takes the outputs home', async () => {
    const solutions = ['aws-user-personalization', 'aws-item-affinity', 'aws-item-attribute-affinity'];
    const [presigned] = await Promise.all([
      cli.run('s3', 'presign', 's3://films/out/users/users.json.out'),
      cli.run('s3', 'sync', 's3://films/out', 'home', '--no-progress'),
      ...solutions.map((name) => personalize('delete-solution', '--solution-arn', `${ACCOUNT}:solution/${name}`)),
      ...['bought', 'not-bought', 'genre'].map((name) =>
        personalize('delete-filter', '--filter-arn', `${ACCOUNT}:filter/${name}`),
      ),
    ]);
    const busy = await cli.run('personalize', 'delete-dataset-group', '--dataset-group-arn', GROUP);
    await Promise.all(
      ['INTERACTIONS', 'ITEMS', 'USERS'].map((type) =>
        personalize('delete-dataset', '--dataset-arn', `${ACCOUNT}:dataset/films/${type}`),
      ),
    );
    await Promise.all([
      personalize('delete-dataset-group', '--dataset-group-arn', GROUP),
      ...['interactions', 'items', 'users', 'wider'].map((name) =>
        personalize('delete-schema', '--schema-arn', `${ACCOUNT}:schema/${name}`),
      ),
    ]);
    const [groups, jobs] = await Promise.all([
      personalize('list-dataset-groups'),
      personalize('list-batch-inference-jobs', '--query', '{names: batchInferenceJobs[].jobName}'),
    ]);

    expect(busy.err).toContain('(ResourceInUseException)');
    expect(groups).toEqual({ datasetGroups: [] });
    expect(jobs).toEqual({ names: ['night-users', 'night-bought', 'night-values'] });
    const brought = await readFile(join(folder, 'home/users/users.json.out'), 'utf8');
    expect(await (await fetch(presigned.out.trim())).text()).toBe(brought);
    expect((await cli.run('s3', 'rb', 's3://films', '--force')).out).toMatch(/remove_bucket: films\n$/);
    expect((await cli.run('s3api', 'head-object', '--bucket', 'films', '--key', 'x')).err).toContain('(404)');
  });
});
