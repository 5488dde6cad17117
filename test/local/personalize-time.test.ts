import {
  CreateDatasetImportJobCommand,
  DescribeDatasetImportJobCommand,
  ListBatchInferenceJobsCommand,
  paginateListBatchInferenceJobs,
} from '@aws-sdk/client-personalize';
import { inference } from './support/batch-requests';
import { createCountingCompute } from './support/counting-compute';
import { startTestAws, type TestAws } from './support/local-aws';
import { BUCKET, createGroup, inferenceEnd, interactionsCsv, putText, trainShop } from './support/shop';

let aws: TestAws;
afterEach(() => aws.close());

describe('time and limits', () => {
  it('moves through the statuses as its clock moves', async () => {
    let now = Date.UTC(2026, 10, 24);
    // Every look at the clock is a second later than the one before.
    const tick = () => (now += 1000);
    aws = await startTestAws({ jobSeconds: 100, now: tick, credentials: null });
    const group = await createGroup(aws, { wait: true });
    await putText(aws, 'rows.csv', interactionsCsv(1500));
    const { datasetImportJobArn } = await aws.personalize.send(
      new CreateDatasetImportJobCommand({
        jobName: 'slow',
        datasetArn: group.interactionsArn,
        dataSource: { dataLocation: `s3://${BUCKET}/rows.csv` },
      }),
    );
    const seen = new Set<string | undefined>();
    const { datasetImportJob: end } = await settleJob(datasetImportJobArn, seen);

    expect([...seen]).toEqual(['CREATE PENDING', 'CREATE IN_PROGRESS', 'ACTIVE']);
    const tookMs = (end?.lastUpdatedDateTime?.getTime() ?? 0) - (end?.creationDateTime?.getTime() ?? 0);
    expect(tookMs).toBeGreaterThanOrEqual(100_000);
  });

  it('takes five jobs at a time, refuses the sixth, and takes it later', async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let isGated = false;
    aws = await startTestAws({ compute: createCountingCompute({ gate: () => (isGated ? gate : Promise.resolve()) }) });
    const { versions } = await trainShop(aws, ['aws-popularity-count']);
    isGated = true;
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await putText(aws, `in/${name}.json`, '{"userId":"u1"}\n');
    const made = [];
    for (const name of names.slice(0, 5)) made.push(await aws.personalize.send(inference(name, versions[0])));

    await expect(aws.personalize.send(inference('f', versions[0]))).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'More than 5 resources with PENDING or IN_PROGRESS status.',
    });
    open();
    for (const job of made) expect((await inferenceEnd(aws, job.batchInferenceJobArn)).status).toBe('ACTIVE');
    expect(
      (await inferenceEnd(aws, (await aws.personalize.send(inference('f', versions[0]))).batchInferenceJobArn)).status,
    ).toBe('ACTIVE');
  });

  it('lets exactly one of many creates of one name win', async () => {
    aws = await startTestAws();
    const { versions } = await trainShop(aws, ['aws-popularity-count']);
    await putText(aws, 'in/race.json', '{"userId":"u1"}\n');
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => aws.personalize.send(inference('race', versions[0]))),
    );
    const { batchInferenceJobs } = await aws.personalize.send(new ListBatchInferenceJobsCommand({}));

    expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of results) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ name: 'ResourceAlreadyExistsException' });
    }
    expect(batchInferenceJobs).toHaveLength(1);
  });

  it('lists jobs of a version in pages, oldest first', async () => {
    aws = await startTestAws();
    const { versions } = await trainShop(aws, ['aws-popularity-count', 'aws-user-personalization']);
    for (const [index, version] of [versions[0], versions[1], versions[0], versions[0]].entries()) {
      await putText(aws, `in/j${index}.json`, '{"userId":"u1"}\n');
      await inferenceEnd(aws, (await aws.personalize.send(inference(`j${index}`, version))).batchInferenceJobArn);
    }
    const pages: (string | undefined)[][] = [];
    const query = { solutionVersionArn: versions[0] };
    for await (const page of paginateListBatchInferenceJobs({ client: aws.personalize, pageSize: 2 }, query)) {
      pages.push((page.batchInferenceJobs ?? []).map((job) => job.jobName));
    }

    expect(pages).toEqual([['j0', 'j2'], ['j3']]);
    await expect(aws.personalize.send(new ListBatchInferenceJobsCommand({ nextToken: 'bogus' }))).rejects.toMatchObject(
      { name: 'InvalidNextTokenException' },
    );
  });
});

async function settleJob(datasetImportJobArn: string | undefined, seen: Set<string | undefined>) {
  for (;;) {
    const answer = await aws.personalize.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn }));
    const status = answer.datasetImportJob?.status;
    seen.add(status);
    if (status === 'ACTIVE' || status === 'CREATE FAILED') return answer;
  }
}
