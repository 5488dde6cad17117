import {
  CreateBatchInferenceJobCommand,
  type CreateBatchInferenceJobCommandInput,
  CreateBatchSegmentJobCommand,
  CreateFilterCommand,
  DeleteFilterCommand,
  DescribeFilterCommand,
  ListFiltersCommand,
} from '@aws-sdk/client-personalize';
import { createCompute } from '../../src/local/compute/compute';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  addSolution,
  addVersion,
  createRichGroup,
  type Recording,
  recordCompute,
  refusalOf,
} from './support/rich-shop';
import { BUCKET, getText, inferenceEnd, putText, ROLE_ARN, segmentEnd } from './support/shop';

let aws: TestAws;
let compute: Recording;
let datasetGroupArn: string;
const versions: Record<string, string> = {};

beforeAll(async () => {
  compute = recordCompute(createCompute());
  aws = await startTestAws({ compute, quotas: { filters: 12 } });
  datasetGroupArn = await createRichGroup(aws, 'rich');
  for (const recipe of ['aws-popularity-count', 'aws-item-affinity', 'aws-item-attribute-affinity']) {
    versions[recipe] = await addVersion(aws, await addSolution(aws, recipe, { datasetGroupArn }));
  }
  await putText(aws, 'in/users.json', '{"userId":"u1","filterValues":{"GENRE":"\\"Drama\\""}}\n{"userId":"u2"}\n');
  await putText(aws, 'fans/items.json', '{"itemId":"i46"}\n');
});
afterAll(async () => {
  await aws.close();
  await compute.close();
});

const create = (name: string, filterExpression: string, group = datasetGroupArn) =>
  aws.personalize.send(new CreateFilterCommand({ name, datasetGroupArn: group, filterExpression }));
const remove = (filterArn: string | undefined) =>
  refusalOf(aws.personalize.send(new DeleteFilterCommand({ filterArn })));

function inference(
  jobName: string,
  filterArn: string | undefined,
  more: Partial<CreateBatchInferenceJobCommandInput> = {},
) {
  return aws.personalize.send(
    new CreateBatchInferenceJobCommand({
      jobName,
      filterArn,
      solutionVersionArn: versions['aws-popularity-count'],
      jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/` } },
      jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/${jobName}/` } },
      roleArn: ROLE_ARN,
      ...more,
    }),
  );
}

function segment(jobName: string, filterArn: string | undefined, recipe = 'aws-item-affinity') {
  return aws.personalize.send(
    new CreateBatchSegmentJobCommand({
      jobName,
      filterArn,
      solutionVersionArn: versions[recipe],
      jobInput: { s3DataSource: { path: `s3://${BUCKET}/fans/` } },
      jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/${jobName}/` } },
      roleArn: ROLE_ARN,
    }),
  );
}

describe('filters', () => {
  it('are made, described, listed by group and deleted', async () => {
    const filterExpression = 'INCLUDE ItemID WHERE Items.GENRES IN ("Drama")';
    const { filterArn } = await create('drama', filterExpression);
    const { filter } = await aws.personalize.send(new DescribeFilterCommand({ filterArn }));
    const { Filters } = await aws.personalize.send(new ListFiltersCommand({ datasetGroupArn }));

    expect(filterArn).toMatch(/:filter\/drama$/);
    expect(filter).toMatchObject({ name: 'drama', filterArn, datasetGroupArn, filterExpression, status: 'ACTIVE' });
    expect(Filters).toEqual([expect.objectContaining({ name: 'drama', filterArn, datasetGroupArn, status: 'ACTIVE' })]);
    expect(await refusalOf(create('drama', filterExpression))).toMatch(/^ResourceAlreadyExistsException/);
    expect(await remove(filterArn)).toBe('accepted');
    expect(await remove(filterArn)).toMatch(/^ResourceNotFoundException/);
  });

  it.each([
    ['a word that is none', 'INCLUDE ItemID WHEN Items.GENRES IN ("Drama")', /InvalidInputException: .*character 16/],
    [
      'a placeholder with NOT IN',
      'EXCLUDE ItemID WHERE Items.GENRES NOT IN ($G)',
      /Invalid input symbol: \$G\. Placeholders are not allowed with NOT_IN operator\./,
    ],
    ['a column that is not there', 'INCLUDE ItemID WHERE Items.COLOUR IN ("red")', /InvalidInputException: .*COLOUR/],
    ['a textual column', 'INCLUDE ItemID WHERE Items.ABOUT IN ("red")', /InvalidInputException: .*ABOUT/],
  ])('with %s are refused', async (_, expression, reason) => {
    expect(await refusalOf(create('wrong', expression))).toMatch(reason);
  });

  it('keep to the quota of their group', async () => {
    const arns: (string | undefined)[] = [];
    for (let n = 0; n < 12; n++) {
      arns.push((await create(`many${n}`, `INCLUDE ItemID WHERE Items.PRICE > ${n}`)).filterArn);
    }
    expect(await refusalOf(create('more', 'INCLUDE ItemID WHERE Items.PRICE > 1'))).toMatch(/^LimitExceededException/);
    for (const arn of arns) await remove(arn);
  });

  it('filter what jobs list, by the values of each line', async () => {
    const { filterArn } = await create('genre', 'INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)');
    const job = await inference('genre', filterArn);
    expect(await inferenceEnd(aws, job.batchInferenceJobArn)).toMatchObject({ status: 'ACTIVE', filterArn });
    const lines = (await getText(aws, 'out/genre/users.json.out'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const given = lines.find(({ input }) => input.userId === 'u1');
    const without = lines.find(({ input }) => input.userId === 'u2');

    expect(given.output.recommendedItems.length).toBeGreaterThan(3);
    for (const id of given.output.recommendedItems) expect(Number(id.slice(1)) % 2).toBe(0);
    expect(without).toMatchObject({ output: { recommendedItems: [] }, error: expect.stringContaining('GENRE') });
    expect(compute.inferences.at(-1)?.filter).toBe('INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)');
  });

  it('of users filter segments', async () => {
    const { filterArn } = await create('adults', 'INCLUDE UserID WHERE Users.AGE >= 30');
    const job = await segment('adults', filterArn);
    expect(await segmentEnd(aws, job.batchSegmentJobArn)).toMatchObject({ status: 'ACTIVE' });
    const { output, error } = JSON.parse(await getText(aws, 'out/adults/items.json.out'));
    expect(error).toBeNull();

    expect(output.usersList.length).toBeGreaterThan(3);
    for (const id of output.usersList) expect(Number(id.slice(1))).toBeGreaterThanOrEqual(20);
  });

  it('are refused to jobs that they are not for', async () => {
    const otherGroupArn = await createRichGroup(aws, 'other');
    const [items, users, current, events, foreign] = await Promise.all([
      create('i', 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")'),
      create('u', 'EXCLUDE UserID WHERE Users.AGE < 20'),
      create('c', 'INCLUDE ItemID WHERE Items.GENRES IN CurrentItem.GENRES'),
      create('e', 'EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("purchase")'),
      create('f', 'EXCLUDE ItemID WHERE Items.PRICE > 5', otherGroupArn),
    ]);
    expect(await refusalOf(inference('x', users.filterArn))).toMatch(/^InvalidInputException: .*ItemID/);
    expect(await refusalOf(segment('x', items.filterArn))).toMatch(/^InvalidInputException: .*UserID/);
    expect(await refusalOf(inference('x', current.filterArn))).toMatch(/^InvalidInputException: .*CurrentItem/);
    expect(await refusalOf(segment('x', events.filterArn, 'aws-item-attribute-affinity'))).toMatch(
      /^InvalidInputException: .*interactions filters cannot be used/,
    );
    expect(await refusalOf(inference('x', foreign.filterArn))).toMatch(/^InvalidInputException: .*same dataset group/);
    expect(await refusalOf(inference('x', `${items.filterArn}-none`))).toMatch(/^ResourceNotFoundException/);
  });
});

describe('a filter in use', () => {
  it('is ACTIVE after a time, and not deleted under a job', async () => {
    let now = Date.UTC(2026, 10, 24);
    const slow = await startTestAws({ now: () => (now += 1000), credentials: null, jobSeconds: 100 });
    try {
      const group = await createRichGroup(slow, 'rich', ['INTERACTIONS', 'ITEMS'], { wait: true });
      const expression = 'EXCLUDE ItemID WHERE Items.PRICE > 5';
      const filter = new CreateFilterCommand({ name: 'f', datasetGroupArn: group, filterExpression: expression });
      const { filterArn } = await slow.personalize.send(filter);
      const statuses = new Set<string | undefined>();
      while (!statuses.has('ACTIVE')) {
        statuses.add((await slow.personalize.send(new DescribeFilterCommand({ filterArn }))).filter?.status);
      }
      expect([...statuses]).toEqual(['CREATE PENDING', 'CREATE IN_PROGRESS', 'ACTIVE']);
      const solutionArn = await addSolution(slow, 'aws-popularity-count', { datasetGroupArn: group });
      now += 100_000;
      const solutionVersionArn = await addVersion(slow, solutionArn);
      await putText(slow, 'in/users.json', '{"userId":"u1"}\n');
      const job = await slow.personalize.send(
        new CreateBatchInferenceJobCommand({
          jobName: 'slow',
          filterArn,
          solutionVersionArn,
          jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/` } },
          jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/` } },
          roleArn: ROLE_ARN,
        }),
      );
      const drop = () => refusalOf(slow.personalize.send(new DeleteFilterCommand({ filterArn })));
      expect(await drop()).toMatch(/^ResourceInUseException: .*batch-inference-job\/slow/);
      await inferenceEnd(slow, job.batchInferenceJobArn);
      expect(await drop()).toBe('accepted');
      expect((await slow.personalize.send(new DescribeFilterCommand({ filterArn }))).filter?.status).toMatch(/^DELETE/);
    } finally {
      await slow.close();
    }
  });
});
