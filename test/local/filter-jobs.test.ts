/** Batch jobs with filters, over HTTP through the SDK's clients. */
import {
  CreateBatchInferenceJobCommand,
  CreateBatchSegmentJobCommand,
  CreateDatasetCommand,
  CreateFilterCommand,
  CreateSchemaCommand,
  DescribeFilterCommand,
} from '@aws-sdk/client-personalize';
import { createCompute } from '../../src/local/compute/compute';
import type { Compute } from '../../src/local/compute-port';
import { inference, segment } from './support/batch-requests';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  getText,
  INTERACTIONS_SCHEMA,
  importText,
  inferenceEnd,
  itemsCsv,
  putText,
  segmentEnd,
  settle,
  trainShop,
} from './support/shop';

let compute: Compute;
let aws: TestAws;
let shop: Awaited<ReturnType<typeof trainShop>>;

beforeAll(async () => {
  compute = createCompute();
  aws = await startTestAws({ compute });
  shop = await trainShop(aws, ['aws-popularity-count', 'aws-item-affinity']);
  const fields = [
    { name: 'USER_ID', type: 'string' },
    { name: 'AGE', type: ['null', 'int'] },
  ];
  const schema = JSON.stringify({ ...INTERACTIONS_SCHEMA, name: 'Users', fields });
  const { schemaArn } = await aws.personalize.send(new CreateSchemaCommand({ name: 'users', schema }));
  const { datasetArn = '' } = await aws.personalize.send(
    new CreateDatasetCommand({
      name: 'users',
      datasetType: 'Users',
      datasetGroupArn: shop.datasetGroupArn,
      schemaArn,
    }),
  );
  const rows = Array.from({ length: 40 }, (_, n) => `u${n},${n === 5 ? '' : n}`);
  await importText(aws, { name: 'users', datasetArn, text: `USER_ID,AGE\n${rows.join('\n')}\n` });
}, 60_000);
afterAll(async () => {
  await aws.close();
  await compute.close();
});

async function createFilter(name: string, filterExpression: string): Promise<string> {
  const { datasetGroupArn } = shop;
  const { filterArn = '' } = await aws.personalize.send(
    new CreateFilterCommand({ name, datasetGroupArn, filterExpression }),
  );
  await settle(async () => (await aws.personalize.send(new DescribeFilterCommand({ filterArn }))).filter ?? {});
  return filterArn;
}

interface OutputLine {
  readonly input: { readonly userId?: string };
  readonly output: { readonly recommendedItems?: readonly string[]; readonly usersList?: readonly string[] };
  readonly error: string | null;
}

async function runJob(name: string, filterArn: string | undefined, lines: readonly object[]) {
  await putText(aws, `in/${name}.json`, lines.map((line) => JSON.stringify(line)).join('\n'));
  const [popular, fans] = shop.versions;
  const wish = { filterArn, numResults: 100 };
  if ('userId' in (lines[0] ?? {})) {
    const command = new CreateBatchInferenceJobCommand({ ...inference(name, popular).input, ...wish });
    const { batchInferenceJobArn } = await aws.personalize.send(command);
    expect(await inferenceEnd(aws, batchInferenceJobArn)).toMatchObject({ status: 'ACTIVE' });
  } else {
    const command = new CreateBatchSegmentJobCommand({ ...segment(name, fans).input, ...wish });
    const { batchSegmentJobArn } = await aws.personalize.send(command);
    expect(await segmentEnd(aws, batchSegmentJobArn)).toMatchObject({ status: 'ACTIVE' });
  }
  const text = await getText(aws, `out/${name}/${name}.json.out`);
  return text
    .trim()
    .split('\n')
    .map((line): OutputLine => JSON.parse(line));
}

const genresOf = new Map(
  itemsCsv()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [id = '', genres = ''] = row.split(',');
      return [id, genres] as const;
    }),
);

describe('a batch job with a filter', () => {
  it('keeps items from users who are too young for them', async () => {
    const filter = await createFilter(
      'adults',
      'EXCLUDE ItemID WHERE Items.GENRES IN ($GENRES) IF CurrentUser.AGE < $AGE',
    );
    const filterValues = { GENRES: '"Comedy","Horror"', AGE: '18' };
    const users = ['u3', 'u5', 'u30'];
    const answers = await runJob(
      'adults',
      filter,
      users.map((userId) => ({ userId, filterValues })),
    );
    const [all] = await runJob('everything', undefined, [{ userId: 'u3' }]);
    const byUser = new Map(answers.map(({ input, output }) => [input.userId, output.recommendedItems]));
    const everything = all?.output.recommendedItems ?? [];
    const fit = everything.filter((id) => genresOf.get(id) === '');
    expect(fit.length).toBeGreaterThan(5);
    expect(everything.length).toBeGreaterThan(fit.length + 5);
    expect(byUser.get('u3')).toEqual(fit);
    expect(byUser.get('u5')).toEqual(everything);
    expect(byUser.get('u30')).toEqual(everything);
  });

  it('answers lines without the values that it needs with an error, and goes on', async () => {
    const filter = await createFilter('genre', 'INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)');
    const answers = await runJob('genre', filter, [
      { userId: 'u1', filterValues: { GENRE: '"Drama"' } },
      { userId: 'u2', filterValues: { genre: '"Drama"' } },
      { userId: 'u3', filterValues: { GENRE: 'Drama' } },
    ]);
    const errors = new Map(answers.map(({ input, error }) => [input.userId, error]));
    expect(errors.get('u1')).toBeNull();
    expect(errors.get('u2')).toBe('User error: filterValues lacks values for the filter parameters GENRE');
    expect(errors.get('u3')).toContain('The filter value of GENRE is not a string of numbers');
  });

  it('leaves users out of segments', async () => {
    const filter = await createFilter('grown-up', 'INCLUDE UserID WHERE Users.AGE >= 18');
    const [every] = await runJob('all-fans', undefined, [{ itemId: 'i3' }]);
    const [some] = await runJob('fans', filter, [{ itemId: 'i3' }]);
    const grownUp = (every?.output.usersList ?? []).filter((id) => Number(id.slice(1)) >= 18);
    expect(grownUp.length).toBeGreaterThan(0);
    expect(every?.output.usersList?.length).toBeGreaterThan(grownUp.length);
    expect(some?.output.usersList).toEqual(grownUp);
  });
});
