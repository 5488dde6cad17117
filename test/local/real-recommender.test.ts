/** The endpoint with nightjar's own recommender in worker threads, which `npm run build` must have compiled. */
import {
  CreateBatchInferenceJobCommand,
  CreateBatchSegmentJobCommand,
  GetSolutionMetricsCommand,
} from '@aws-sdk/client-personalize';
import { createCompute } from '../../src/local/compute/compute';
import type { Compute } from '../../src/local/compute-port';
import { startTestAws, type TestAws } from './support/local-aws';
import { BUCKET, getText, inferenceEnd, putText, ROLE_ARN, segmentEnd, trainShop } from './support/shop';

let compute: Compute;
let aws: TestAws;

beforeEach(async () => {
  compute = createCompute();
  aws = await startTestAws({ compute });
});

afterEach(async () => {
  await aws.close();
  await compute.close();
});

const RECIPES = [
  'aws-user-personalization',
  'aws-popularity-count',
  'aws-item-affinity',
  'aws-item-attribute-affinity',
];

function job(jobName: string, solutionVersionArn: string | undefined, numResults: number) {
  return {
    jobName,
    solutionVersionArn,
    numResults,
    jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/${jobName}.json` } },
    jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/` } },
    roleArn: ROLE_ARN,
  };
}

async function infer(name: string, version: string | undefined) {
  await putText(aws, `in/${name}.json`, '{"userId":"u1"}\n{"userId":"u2"}\n');
  const made = await aws.personalize.send(new CreateBatchInferenceJobCommand(job(name, version, 5)));
  expect(await inferenceEnd(aws, made.batchInferenceJobArn)).toMatchObject({ status: 'ACTIVE' });
  return readLines(name);
}

async function segment(name: string, input: { version: string | undefined; query: object }) {
  await putText(aws, `in/${name}.json`, `${JSON.stringify(input.query)}\n`);
  const made = await aws.personalize.send(new CreateBatchSegmentJobCommand(job(name, input.version, 7)));
  expect(await segmentEnd(aws, made.batchSegmentJobArn)).toMatchObject({ status: 'ACTIVE' });
  return readLines(name);
}

async function readLines(name: string) {
  return (await getText(aws, `out/${name}.json.out`))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('the local AWS with its recommender', () => {
  it('trains all four recipes and answers both kinds of job', async () => {
    const { versions } = await trainShop(aws, RECIPES);
    const [picks, popular, itemFans, attributeFans] = versions;

    for (const lines of [await infer('picks', picks), await infer('popular', popular)]) {
      expect(new Set(lines.map((line) => line.input.userId))).toEqual(new Set(['u1', 'u2']));
      for (const { output } of lines) expect(new Set(output.recommendedItems).size).toBe(5);
    }
    for (const lines of [
      await segment('items', { version: itemFans, query: { itemId: 'i22' } }),
      await segment('attributes', { version: attributeFans, query: { itemAttributes: 'ITEMS.GENRES = "Drama"' } }),
    ]) {
      expect(lines).toHaveLength(1);
      expect(new Set(lines[0].output.usersList).size).toBe(7);
    }
    const { metrics } = await aws.personalize.send(new GetSolutionMetricsCommand({ solutionVersionArn: picks }));
    expect(metrics).toMatchObject({ coverage: expect.any(Number) });
  });

  it('gives the same from a fresh state', async () => {
    const first = await trainShop(aws, ['aws-user-personalization']);
    const lines = await infer('same', first.versions[0]);
    await aws.close();
    aws = await startTestAws({ compute });
    const second = await trainShop(aws, ['aws-user-personalization']);

    expect(second.versions).toEqual(first.versions);
    expect(await infer('same', second.versions[0])).toEqual(lines);
  });
});
