import {
  CreateBatchInferenceJobCommand,
  type CreateBatchInferenceJobCommandInput,
  GetSolutionMetricsCommand,
} from '@aws-sdk/client-personalize';
import { z } from 'zod';
import { createCompute } from '../../src/local/compute/compute';
import type { Compute } from '../../src/local/compute-port';
import { startTestAws, type TestAws } from './support/local-aws';
import { addSolution, addVersion, createRichGroup } from './support/rich-shop';
import { BUCKET, getText, inferenceEnd, putText, ROLE_ARN } from './support/shop';

const LINE = z.object({
  input: z.record(z.string(), z.unknown()),
  output: z.strictObject({
    recommendedItems: z.array(z.string()),
    scores: z.array(z.number()).optional(),
    theme: z.string().optional(),
    itemsThemeRelevanceScores: z.array(z.number()).optional(),
  }),
  error: z.string().nullable(),
});

let aws: TestAws;
let compute: Compute;
let datasetGroupArn: string;

beforeAll(async () => {
  compute = createCompute();
  aws = await startTestAws({ compute, quotas: { solutions: 30 } });
  datasetGroupArn = await createRichGroup(aws, 'rich');
});
afterAll(async () => {
  await aws.close();
  await compute.close();
});

async function infer(recipe: string, input: object, more: Partial<CreateBatchInferenceJobCommandInput> = {}) {
  const jobName = `${recipe}-${more.batchInferenceJobMode ?? 'plain'}`;
  const solutionArn = await addSolution(aws, recipe, { name: jobName, datasetGroupArn });
  const solutionVersionArn = await addVersion(aws, solutionArn);
  const { metrics } = await aws.personalize.send(new GetSolutionMetricsCommand({ solutionVersionArn }));
  await putText(aws, `in/${jobName}.json`, `${JSON.stringify(input)}\n`);
  const job = await aws.personalize.send(
    new CreateBatchInferenceJobCommand({
      jobName,
      solutionVersionArn,
      numResults: 5,
      jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/${jobName}.json` } },
      jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/` } },
      roleArn: ROLE_ARN,
      ...more,
    }),
  );
  const { failureReason } = await inferenceEnd(aws, job.batchInferenceJobArn);
  expect(failureReason).toBeUndefined();
  const text = await getText(aws, `out/${jobName}.json.out`);
  expect(text).toMatch(/^\{"input":\{[^\n]*\},"output":\{"recommendedItems":[^\n]*\},"error":null\}\n$/);
  return { ...LINE.parse(JSON.parse(text)), metrics: Object.keys(metrics ?? {}) };
}

describe('every recipe, from rows to an output', () => {
  it.each(['aws-user-personalization', 'aws-user-personalization-v2'])(
    '%s lists items of a user with scores',
    async (recipe) => {
      const { output, metrics } = await infer(recipe, { userId: 'u1' });
      expect(output.recommendedItems).toHaveLength(5);
      expect(output.scores).toHaveLength(5);
      expect(metrics).toEqual(expect.arrayContaining(['coverage', 'precision_at_5', 'mean_reciprocal_rank_at_25']));
    },
  );

  it('aws-popularity-count lists items without scores', async () => {
    const { output } = await infer('aws-popularity-count', { userId: 'u1' });
    expect(output.recommendedItems).toHaveLength(5);
    expect(output.scores).toBeUndefined();
  });

  it.each(['aws-personalized-ranking', 'aws-personalized-ranking-v2'])(
    '%s puts a whole list in order',
    async (recipe) => {
      const itemList = ['i3', 'i40', 'i1', 'i16', 'i5', 'i10', 'i24', 'unheard-of'];
      const { output } = await infer(recipe, { userId: 'u1', itemList });
      expect([...output.recommendedItems].sort()).toEqual([...itemList].sort());
      expect(output.recommendedItems.at(-1)).toBe('unheard-of');
    },
  );

  it.each(['aws-similar-items', 'aws-sims', 'aws-semantic-similarity'])(
    '%s lists items like one, without scores',
    async (recipe) => {
      const { output } = await infer(recipe, { itemId: 'i16' });
      expect(output.recommendedItems.length).toBeGreaterThan(0);
      expect(output.recommendedItems).not.toContain('i16');
      expect(output.scores).toBeUndefined();
    },
  );

  it('aws-similar-items gives its lists themes', async () => {
    const { output } = await infer(
      'aws-similar-items',
      { itemId: 'i16' },
      {
        batchInferenceJobMode: 'THEME_GENERATION',
        themeGenerationConfig: { fieldsForThemeGeneration: { itemName: 'NAME' } },
      },
    );
    expect(output.theme?.length).toBeGreaterThan(3);
    expect(output.itemsThemeRelevanceScores).toHaveLength(output.recommendedItems.length);
  });

  it('aws-trending-now is trained and measured', async () => {
    const solutionArn = await addSolution(aws, 'aws-trending-now', { datasetGroupArn });
    const solutionVersionArn = await addVersion(aws, solutionArn);
    const { metrics } = await aws.personalize.send(new GetSolutionMetricsCommand({ solutionVersionArn }));
    expect(Object.keys(metrics ?? {})).toContain('trend_prediction_accuracy');
  });

  it('an objective shows in the metrics of all recipes that take one', async () => {
    const solutionConfig = { optimizationObjective: { itemAttribute: 'PRICE', objectiveSensitivity: 'HIGH' as const } };
    for (const recipe of [
      'aws-user-personalization',
      'aws-user-personalization-v2',
      'aws-personalized-ranking',
      'aws-personalized-ranking-v2',
    ]) {
      const solutionArn = await addSolution(aws, recipe, { name: `${recipe}-rich`, datasetGroupArn, solutionConfig });
      const solutionVersionArn = await addVersion(aws, solutionArn);
      const { metrics } = await aws.personalize.send(new GetSolutionMetricsCommand({ solutionVersionArn }));
      expect([recipe, Object.keys(metrics ?? {})]).toEqual([recipe, expect.arrayContaining(['average_rewards_at_k'])]);
    }
  });
});
