import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateSolutionCommand,
  type CreateSolutionCommandInput,
  DeleteSolutionCommand,
  DescribeRecipeCommand,
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  ListRecipesCommand,
  ListSolutionsCommand,
  ListSolutionVersionsCommand,
  type SolutionConfig,
  UpdateSolutionCommand,
} from '@aws-sdk/client-personalize';
import { RECIPES as COMPUTED } from '../../src/local/compute/recipes';
import { ALL_RECIPES } from '../../src/local/personalize/recipes/recipe-table';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  addSolution,
  addVersion,
  createRichGroup,
  type Recording,
  recordCompute,
  refusalOf,
} from './support/rich-shop';

let aws: TestAws;
let compute: Recording;
let datasetGroupArn: string;
let bareGroupArn: string;

beforeAll(async () => {
  compute = recordCompute();
  aws = await startTestAws({ compute, quotas: { solutions: 100 } });
  datasetGroupArn = await createRichGroup(aws, 'rich');
  bareGroupArn = await createRichGroup(aws, 'bare', ['INTERACTIONS']);
});
afterAll(() => aws.close());

let number = 0;
function create(recipe: string, more: Partial<CreateSolutionCommandInput> = {}): Promise<string> {
  number += 1;
  const recipeArn = `arn:aws:personalize:::recipe/${recipe}`;
  const command = new CreateSolutionCommand({ name: `s${number}`, datasetGroupArn, recipeArn, ...more });
  return refusalOf(aws.personalize.send(command));
}
const configure = (recipe: string, solutionConfig: SolutionConfig, more: Partial<CreateSolutionCommandInput> = {}) =>
  create(recipe, { solutionConfig, ...more });

describe('recipes', () => {
  it('are those of AWS, and all that solutions take can be computed', async () => {
    const { recipes = [] } = await aws.personalize.send(new ListRecipesCommand({}));
    const names = recipes.map(({ name }) => name);

    expect(names).toContain('aws-user-personalization-v2');
    expect(names).toContain('aws-vod-top-picks');
    const complete = ALL_RECIPES.filter(({ standing }) => standing === 'complete').map(({ name }) => name);
    expect([...complete].sort()).toEqual(COMPUTED.map(({ name }) => name).sort());
    const { recipes: stores = [] } = await aws.personalize.send(new ListRecipesCommand({ domain: 'ECOMMERCE' }));
    expect(stores.every(({ name, domain }) => name?.startsWith('aws-ecomm-') && domain === 'ECOMMERCE')).toBe(true);
    expect(stores).toHaveLength(5);
    const recipeArn = 'arn:aws:personalize:::recipe/aws-sims';
    const { recipe } = await aws.personalize.send(new DescribeRecipeCommand({ recipeArn }));
    expect(recipe).toMatchObject({
      recipeType: 'RELATED_ITEMS',
      algorithmArn: 'arn:aws:personalize:::algorithm/aws-sims',
    });
  });

  it('of domains, of the past and of AWS alone are refused, each for its reason', async () => {
    expect(await create('aws-vod-top-picks')).toMatch(/^InvalidInputException: .*is for recommenders/);
    expect(await create('aws-hrnn')).toMatch(/^NotImplementedException: The legacy recipe aws-hrnn /);
    expect(await create('aws-next-best-action')).toMatch(/^NotImplementedException: The recipe aws-next-best-action /);
    expect(await create('aws-none')).toMatch(/^ResourceNotFoundException/);
  });
});

describe('the configuration of a solution', () => {
  it.each([
    ['aws-user-personalization', { algorithmHyperParameters: { hidden_dimension: '64', recency_mask: 'true' } }],
    ['aws-user-personalization-v2', { algorithmHyperParameters: { apply_recency_bias: 'false' } }],
    ['aws-sims', { algorithmHyperParameters: { popularity_discount_factor: '0.5', min_cointeraction_count: '0' } }],
    ['aws-sims', { featureTransformationParameters: { max_item_interaction_count_percentile: '0.9' } }],
    ['aws-trending-now', { featureTransformationParameters: { trend_discovery_frequency: '1 hour' } }],
    ['aws-user-personalization', { eventValueThreshold: '2' }],
    ['aws-user-personalization-v2', { eventsConfig: { eventParametersList: [{ eventType: 'view', weight: 0.1 }] } }],
    ['aws-user-personalization', { optimizationObjective: { itemAttribute: 'PRICE', objectiveSensitivity: 'HIGH' } }],
    ['aws-item-affinity', { trainingDataConfig: { excludedDatasetColumns: { interactions: ['EVENT_VALUE'] } } }],
    ['aws-similar-items', { trainingDataConfig: { includedDatasetColumns: { ITEMS: ['GENRES'] } } }],
    ['aws-popularity-count', { autoTrainingConfig: { schedulingExpression: 'rate(30 days)' } }],
    ['aws-similar-items', { hpoConfig: { hpoResourceConfig: { maxNumberOfTrainingJobs: '40' } } }],
  ] as const)('of %s takes %j', async (recipe, config) => {
    const eventType = 'eventValueThreshold' in config ? 'view' : undefined;
    expect(await configure(recipe, JSON.parse(JSON.stringify(config)), { eventType })).toBe('accepted');
  });

  it.each([
    [
      'aws-sims',
      { algorithmHyperParameters: { bptt: '3' } },
      /no hyperparameter bptt; expected one of \[popularity_discount_factor, min_cointeraction_count\]/,
    ],
    [
      'aws-popularity-count',
      { algorithmHyperParameters: { constructor: '3' } },
      /no hyperparameter constructor; it has none/,
    ],
    [
      'aws-item-affinity',
      { algorithmHyperParameters: { hidden_dimension: '31' } },
      /has the value 31; expected an integer from 32 to 256/,
    ],
    ['aws-user-personalization', { algorithmHyperParameters: { bptt: '2.5' } }, /expected an integer from 2 to 32/],
    [
      'aws-sims',
      {
        featureTransformationParameters: {
          min_user_history_length_percentile: '0.9',
          max_user_history_length_percentile: '0.1',
        },
      },
      /must be less than/,
    ],
    [
      'aws-trending-now',
      { featureTransformationParameters: { trend_discovery_frequency: 'weekly' } },
      /expected one of \[30 minutes, 1 hour/,
    ],
    [
      'aws-user-personalization',
      { eventsConfig: { eventParametersList: [{ eventType: 'view' }] } },
      /does not support eventsConfig/,
    ],
    [
      'aws-user-personalization-v2',
      { eventsConfig: { eventParametersList: [{ weight: 1 }] } },
      /must have an eventType/,
    ],
    [
      'aws-user-personalization-v2',
      { eventsConfig: { eventParametersList: [{ eventType: 'view' }, { eventType: 'view' }] } },
      /view twice/,
    ],
    [
      'aws-user-personalization-v2',
      { eventsConfig: { eventParametersList: [{ eventType: 'view', weight: 1.5 }] } },
      /less than or equal to 1/,
    ],
    ['aws-user-personalization', { eventValueThreshold: 'high' }, /is not a number/],
    ['aws-user-personalization', { eventValueThreshold: '2' }, /needs an eventType/],
    [
      'aws-sims',
      { optimizationObjective: { itemAttribute: 'PRICE', objectiveSensitivity: 'LOW' } },
      /does not support optimizationObjective/,
    ],
    [
      'aws-user-personalization',
      { optimizationObjective: { itemAttribute: 'GENRES', objectiveSensitivity: 'LOW' } },
      /GENRES must be of a numerical type without null/,
    ],
    [
      'aws-user-personalization',
      { optimizationObjective: { itemAttribute: 'LENGTH', objectiveSensitivity: 'LOW' } },
      /LENGTH must be of a numerical type without null/,
    ],
    [
      'aws-user-personalization',
      { optimizationObjective: { itemAttribute: 'NONE', objectiveSensitivity: 'LOW' } },
      /no column NONE/,
    ],
    ['aws-user-personalization', { optimizationObjective: { itemAttribute: 'PRICE' } }, /and an objectiveSensitivity/],
    [
      'aws-sims',
      { trainingDataConfig: { excludedDatasetColumns: { ITEMS: ['NONE'] } } },
      /has no column NONE; it has \[ITEM_ID, /,
    ],
    [
      'aws-sims',
      { trainingDataConfig: { excludedDatasetColumns: { INTERACTIONS: ['EVENT_TYPE'] } } },
      /EVENT_TYPE of INTERACTIONS can't be excluded/,
    ],
    [
      'aws-sims',
      {
        trainingDataConfig: {
          excludedDatasetColumns: { ITEMS: ['GENRES'] },
          includedDatasetColumns: { items: ['PRICE'] },
        },
      },
      /both excluded and included columns of ITEMS/,
    ],
    [
      'aws-sims',
      { trainingDataConfig: { excludedDatasetColumns: { ACTIONS: ['X'] } } },
      /dataset type ACTIONS is not valid/,
    ],
    [
      'aws-sims',
      { autoTrainingConfig: { schedulingExpression: 'rate(31 days)' } },
      /expected rate\(1 day\) to rate\(30 days\)/,
    ],
    [
      'aws-sims',
      { hpoConfig: { hpoResourceConfig: { maxParallelTrainingJobs: '11' } } },
      /maxParallelTrainingJobs 11 is not valid; expected 1 to 10/,
    ],
    [
      'aws-sims',
      { hpoConfig: { algorithmHyperParameterRanges: { integerHyperParameterRanges: [{ name: 'bptt' }] } } },
      /no hyperparameter bptt/,
    ],
  ] as const)('of %s does not take %j', async (recipe, config, reason) => {
    const refusal = await configure(recipe, JSON.parse(JSON.stringify(config)));
    expect(refusal).toMatch(/^InvalidInputException: /);
    expect(refusal).toMatch(reason);
  });

  it('is checked against flags, event types and the datasets of the group', async () => {
    const eventsConfig = { eventParametersList: [{ eventType: 'view' }] };
    const objective = { optimizationObjective: { itemAttribute: 'PRICE', objectiveSensitivity: 'LOW' as const } };

    expect(await create('aws-item-affinity', { performHPO: true })).toMatch(
      /^InvalidInput.*does not support performHPO/,
    );
    expect(await create('aws-sims', { performHPO: true })).toMatch(/^NotImplementedException: performHPO/);
    expect(await create('aws-sims', { performIncrementalUpdate: true })).toMatch(/does not support performIncremental/);
    expect(await create('aws-semantic-similarity', { performIncrementalUpdate: true })).toBe('accepted');
    expect(await create('aws-sims', { recipeArn: undefined })).toMatch(/^InvalidInput.*recipeArn must be provided/);
    expect(await configure('aws-user-personalization-v2', { eventsConfig }, { eventType: 'view' })).toMatch(
      /can't be used together with eventType/,
    );
    expect(await configure('aws-user-personalization', objective, { datasetGroupArn: bareGroupArn })).toMatch(
      /has no ITEMS dataset/,
    );
  });

  it('reaches the training', async () => {
    const solutionArn = await addSolution(aws, 'aws-user-personalization-v2', {
      name: 'whole',
      datasetGroupArn,
      solutionConfig: {
        eventsConfig: {
          eventParametersList: [
            { eventType: 'purchase', weight: 0.3, eventValueThreshold: 1 },
            { eventType: 'view', weight: 0.1 },
          ],
        },
        optimizationObjective: { itemAttribute: 'PRICE', objectiveSensitivity: 'MEDIUM' },
        trainingDataConfig: { excludedDatasetColumns: { Items: ['ABOUT'] } },
        algorithmHyperParameters: { apply_recency_bias: 'false' },
      },
    });
    await addVersion(aws, solutionArn);

    expect(compute.trainings.at(-1)).toMatchObject({
      recipe: 'aws-user-personalization-v2',
      events: [
        { eventType: 'purchase', weight: 0.3, eventValueThreshold: 1 },
        { eventType: 'view', weight: 0.1 },
      ],
      objective: { itemAttribute: 'PRICE', sensitivity: 'MEDIUM' },
      excludedColumns: { ITEMS: ['ABOUT'] },
      hyperParameters: { apply_recency_bias: 'false' },
    });
  });

  it('lets texts be learnt from without interactions', async () => {
    const textGroupArn = await createRichGroup(aws, 'texts', ['ITEMS']);
    const solutionArn = await addSolution(aws, 'aws-semantic-similarity', {
      name: 'texts',
      datasetGroupArn: textGroupArn,
    });
    await addVersion(aws, solutionArn);

    expect(compute.trainings.at(-1)?.interactions.csvFiles).toEqual([]);
    expect(compute.trainings.at(-1)?.items?.csvFiles).toHaveLength(1);
    expect(await create('aws-semantic-similarity', { datasetGroupArn: bareGroupArn })).toBe('accepted');
  });
});

describe('the life of a solution', () => {
  it('goes on with an update, which later versions heed', async () => {
    const solutionArn = await addSolution(aws, 'aws-user-personalization-v2', { name: 'updated', datasetGroupArn });
    const former = await addVersion(aws, solutionArn);
    const eventsConfig = { eventParametersList: [{ eventType: 'purchase', weight: 1 }] };
    const autoTrainingConfig = { schedulingExpression: 'rate(3 days)' };
    const update = { performAutoTraining: false, solutionUpdateConfig: { eventsConfig, autoTrainingConfig } };
    await aws.personalize.send(new UpdateSolutionCommand({ solutionArn, ...update }));
    await addVersion(aws, solutionArn);
    const { solution } = await aws.personalize.send(new DescribeSolutionCommand({ solutionArn }));
    const { solutionVersion } = await aws.personalize.send(
      new DescribeSolutionVersionCommand({ solutionVersionArn: former }),
    );

    expect(compute.trainings.at(-1)?.events).toEqual(eventsConfig.eventParametersList);
    expect(solution).toMatchObject({
      status: 'ACTIVE',
      performAutoTraining: false,
      solutionConfig: { eventsConfig, autoTrainingConfig },
      latestSolutionUpdate: { ...update, status: 'ACTIVE' },
    });
    expect(solutionVersion?.solutionConfig?.eventsConfig).toBeUndefined();
  });

  it('takes no wrong update', async () => {
    const solutionArn = await addSolution(aws, 'aws-sims', { name: 'wrong', datasetGroupArn });
    const update = (more: object) =>
      refusalOf(aws.personalize.send(new UpdateSolutionCommand({ solutionArn, ...more })));

    expect(await update({ performIncrementalUpdate: true })).toMatch(/^InvalidInputException/);
    expect(
      await update({ solutionUpdateConfig: { autoTrainingConfig: { schedulingExpression: 'rate(0 days)' } } }),
    ).toMatch(/^InvalidInputException/);
    expect(
      await update({ solutionUpdateConfig: { eventsConfig: { eventParametersList: [{ eventType: 'x' }] } } }),
    ).toMatch(/does not support eventsConfig/);
    expect(await update({ solutionArn: `${solutionArn}-none` })).toMatch(/^ResourceNotFoundException/);
  });

  it('ends with its versions and their models, and the name is free again', async () => {
    const solutionArn = await addSolution(aws, 'aws-popularity-count', { name: 'short', datasetGroupArn });
    await addVersion(aws, solutionArn);
    const models = () => readdir(join(aws.stateDir, 'personalize', 'models'));
    expect((await models()).filter((name) => name.startsWith('short.'))).toHaveLength(1);
    await aws.personalize.send(new DeleteSolutionCommand({ solutionArn }));

    expect((await models()).filter((name) => name.startsWith('short.'))).toEqual([]);
    expect(await refusalOf(aws.personalize.send(new DescribeSolutionCommand({ solutionArn })))).toMatch(
      /^ResourceNotFoundException/,
    );
    const { solutionVersions = [] } = await aws.personalize.send(new ListSolutionVersionsCommand({}));
    expect(solutionVersions.filter((one) => one.solutionVersionArn?.includes('/short/'))).toEqual([]);
    expect(await addSolution(aws, 'aws-popularity-count', { name: 'short', datasetGroupArn })).toBe(solutionArn);
  });

  it('is listed by group', async () => {
    const { solutions = [] } = await aws.personalize.send(new ListSolutionsCommand({ datasetGroupArn: bareGroupArn }));
    expect(solutions.map(({ recipeArn }) => recipeArn)).toEqual([
      'arn:aws:personalize:::recipe/aws-semantic-similarity',
    ]);
  });
});
