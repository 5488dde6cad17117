import { CreateDatasetImportJobCommand, DescribeBatchInferenceJobCommand } from '@aws-sdk/client-personalize';
import { createDurations } from '../../src/local/personalize/resources/durations';
import { spellStatuses } from '../../src/local/personalize/resources/statuses';
import { inference } from './support/batch-requests';
import { startTestAws, type TestAws } from './support/local-aws';
import { refusalOf } from './support/refusal';
import { BUCKET, createGroup, interactionsCsv, putText, trainShop } from './support/shop';

const ARN = 'arn:aws:personalize:us-east-1:123456789012';

describe('durations', () => {
  const minutes = (path: string) => createDurations('real', 0).ofMaking(`${ARN}:${path}`) / 60_000;

  it('are of the order of the real service, and the same for the same name', () => {
    for (const name of ['a', 'b', 'c', 'nightly-2026-11-28']) {
      const within = (path: string, [from, to]: readonly [number, number]) => {
        expect(minutes(path)).toBeGreaterThanOrEqual(from);
        expect(minutes(path)).toBeLessThanOrEqual(to);
      };
      within(`dataset-import-job/${name}`, [4, 6]);
      within(`solution/${name}/0123abcd`, [35, 45]);
      within(`batch-inference-job/${name}`, [15, 27]);
      within(`batch-segment-job/${name}`, [7, 45]);
      within(`dataset-group/${name}`, [0.25, 1]);
      within(`solution/${name}`, [0.25, 1]);
    }
    expect(minutes('batch-segment-job/a')).toBe(minutes('batch-segment-job/a'));
    expect(minutes('batch-segment-job/a')).not.toBe(minutes('batch-segment-job/b'));
  });

  it('are nothing at once, some seconds in a demo, and fixed where the time of jobs is', () => {
    const job = `${ARN}:batch-segment-job/a`;

    expect(createDurations('instant', 0).ofMaking(job)).toBe(0);
    expect(createDurations('demo', 0).ofMaking(job)).toBeGreaterThan(3_000);
    expect(createDurations('demo', 0).ofMaking(job)).toBeLessThan(7_000);
    expect(createDurations('real', 9).ofMaking(job)).toBe(9_000);
    expect(createDurations('real', 10).ofMaking(`${ARN}:dataset/a/ITEMS`)).toBe(2_000);
    expect(createDurations('real', 10).ofDeletion(job)).toBe(2_000);
  });
});

describe('statuses', () => {
  it('are spelled as documented for batch jobs alone, and for the deletion of users always', () => {
    const job = {
      batchSegmentJobs: [{ status: 'CREATE PENDING' }, { status: 'CREATE IN_PROGRESS', jobName: 'status' }],
    };
    const words = { batchSegmentJobs: [{ status: 'PENDING' }, { status: 'IN PROGRESS', jobName: 'status' }] };
    const version = { solutionVersion: { status: 'CREATE IN_PROGRESS' } };

    expect(spellStatuses('documented', 'ListBatchSegmentJobs', job)).toEqual(words);
    expect(spellStatuses('observed', 'ListBatchSegmentJobs', job)).toBe(job);
    expect(spellStatuses('documented', 'DescribeSolutionVersion', version)).toBe(version);
    expect(spellStatuses('observed', 'DescribeDataDeletionJob', { dataDeletionJob: { status: 'ACTIVE' } })).toEqual({
      dataDeletionJob: { status: 'COMPLETED' },
    });
  });
});

describe('settings of a local AWS', () => {
  let aws: TestAws;
  afterEach(() => aws.close());

  it('has jobs pass through the documented statuses in the time of the real service', async () => {
    let now = Date.UTC(2026, 10, 28);
    const clock = () => now;
    aws = await startTestAws({ now: clock, credentials: null });
    const { versions } = await trainShop(aws, ['aws-popularity-count']);
    await putText(aws, 'in/long.json', '{"userId":"u1"}\n');
    await aws.stop();
    aws = await startTestAws({
      stateDir: aws.stateDir,
      now: clock,
      credentials: null,
      profile: 'real',
      statuses: 'documented',
    });
    const { batchInferenceJobArn } = await aws.personalize.send(inference('long', versions[0]));
    const status = async () =>
      (await aws.personalize.send(new DescribeBatchInferenceJobCommand({ batchInferenceJobArn }))).batchInferenceJob
        ?.status;

    expect(await status()).toBe('PENDING');
    now += 10 * 60_000;
    while ((await status()) === 'PENDING');
    expect(await status()).toBe('IN PROGRESS');
    now += 20 * 60_000;
    while ((await status()) === 'IN PROGRESS');
    expect(await status()).toBe('ACTIVE');
  });

  it('holds as many jobs in flight as the quota says', async () => {
    aws = await startTestAws();
    const group = await createGroup(aws);
    await aws.stop();
    aws = await startTestAws({ stateDir: aws.stateDir, jobSeconds: 3600, quotas: { 'imports-in-flight': 2 } });
    await putText(aws, 'rows.csv', interactionsCsv(1500));
    const start = (jobName: string) =>
      aws.personalize.send(
        new CreateDatasetImportJobCommand({
          jobName,
          datasetArn: group.interactionsArn,
          dataSource: { dataLocation: `s3://${BUCKET}/rows.csv` },
        }),
      );
    await start('a');
    await start('b');

    expect(await refusalOf(start('c'))).toBe(
      'LimitExceededException: More than 2 resources with PENDING or IN_PROGRESS status.',
    );
  });
});
