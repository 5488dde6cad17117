import {
  CreateBatchInferenceJobCommand,
  type CreateBatchInferenceJobCommandInput,
  CreateBatchSegmentJobCommand,
} from '@aws-sdk/client-personalize';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  addSolution,
  addVersion,
  createRichGroup,
  type Recording,
  recordCompute,
  refusalOf,
} from './support/rich-shop';
import { BUCKET, inferenceEnd, putText, ROLE_ARN, segmentEnd } from './support/shop';

const RECIPES = [
  'aws-user-personalization',
  'aws-user-personalization-v2',
  'aws-popularity-count',
  'aws-personalized-ranking',
  'aws-similar-items',
  'aws-trending-now',
  'aws-semantic-similarity',
  'aws-item-affinity',
] as const;

let aws: TestAws;
let compute: Recording;
let datasetGroupArn: string;
const versions: Record<string, string> = {};

beforeAll(async () => {
  compute = recordCompute();
  aws = await startTestAws({ compute });
  datasetGroupArn = await createRichGroup(aws, 'rich');
  for (const recipe of RECIPES) {
    versions[recipe] = await addVersion(aws, await addSolution(aws, recipe, { datasetGroupArn }));
  }
});
afterAll(() => aws.close());

let number = 0;
function start(recipe: (typeof RECIPES)[number], more: Partial<CreateBatchInferenceJobCommandInput> = {}) {
  number += 1;
  return aws.personalize.send(
    new CreateBatchInferenceJobCommand({
      jobName: `job${number}`,
      solutionVersionArn: versions[recipe],
      jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/` } },
      jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/job${number}/` } },
      roleArn: ROLE_ARN,
      ...more,
    }),
  );
}
const tryJob = (recipe: (typeof RECIPES)[number], more: Partial<CreateBatchInferenceJobCommandInput> = {}) =>
  refusalOf(start(recipe, more));

async function run(recipe: (typeof RECIPES)[number], more: Partial<CreateBatchInferenceJobCommandInput> = {}) {
  await putText(aws, 'in/lines.json', '{"userId":"u1"}\n');
  const described = await inferenceEnd(aws, (await start(recipe, more)).batchInferenceJobArn);
  return { described, task: compute.inferences.at(-1) };
}

const themes = (itemName: string) => ({
  batchInferenceJobMode: 'THEME_GENERATION' as const,
  themeGenerationConfig: { fieldsForThemeGeneration: { itemName } },
});

describe('a batch inference job', () => {
  it('hands its wishes to the computation', async () => {
    const config = { itemExplorationConfig: { explorationWeight: '0.5', explorationItemAgeCutOff: '7' } };
    const explored = await run('aws-user-personalization', { batchInferenceJobConfig: config, numResults: 500 });
    expect(explored.described).toMatchObject({ status: 'ACTIVE', batchInferenceJobConfig: config, numResults: 500 });
    expect(explored.task).toMatchObject({ explorationWeight: 0.5, explorationItemAgeCutOff: 7, numResults: 500 });

    const rankingInfluence = { POPULARITY: 0.25, FRESHNESS: 1 };
    const influenced = await run('aws-semantic-similarity', { batchInferenceJobConfig: { rankingInfluence } });
    expect(influenced.described).toMatchObject({ batchInferenceJobConfig: { rankingInfluence } });
    expect(influenced.task?.rankingInfluence).toEqual({ popularity: 0.25, freshness: 1 });

    const themed = await run('aws-similar-items', themes('NAME'));
    expect(themed.described).toMatchObject({ status: 'ACTIVE', ...themes('NAME') });
    expect(themed.task?.themeNameColumn).toBe('NAME');
  });

  it('takes its inputs before it writes, where its output lies below their prefix', async () => {
    await putText(aws, 'around/lines.json', '{"userId":"u1"}\n');
    const { described, task } = await run('aws-popularity-count', {
      jobInput: { s3DataSource: { path: `s3://${BUCKET}/around/` } },
      jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/around/out/` } },
    });

    expect(described.status).toBe('ACTIVE');
    expect(task?.files).toHaveLength(1);
    const listed = await aws.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'around/out/' }));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['around/out/_CHECK', 'around/out/lines.json.out']);
  });

  it('lists new items by the newest version that was trained wholly, and by no other', async () => {
    const solutionArn = await addSolution(aws, 'aws-user-personalization', { name: 'fresh', datasetGroupArn });
    const first = await addVersion(aws, solutionArn);
    const adds = async (solutionVersionArn: string) =>
      (await run('aws-user-personalization', { solutionVersionArn })).task?.addsNewItems;
    expect(await adds(first)).toBe(true);
    const updated = await addVersion(aws, solutionArn, 'UPDATE');
    expect(await adds(first)).toBe(true);
    expect(await adds(updated)).toBe(false);
    const second = await addVersion(aws, solutionArn);
    expect(await adds(first)).toBe(false);
    expect(await adds(second)).toBe(true);
    expect((await run('aws-popularity-count')).task?.addsNewItems).toBe(false);
    expect((await run('aws-semantic-similarity')).task?.addsNewItems).toBe(false);
    const incremental = await addSolution(aws, 'aws-semantic-similarity', {
      name: 'incremental',
      datasetGroupArn,
      performIncrementalUpdate: true,
    });
    expect(await adds(await addVersion(aws, incremental))).toBe(true);
  });

  it.each([
    [
      'aws-user-personalization-v2',
      { batchInferenceJobConfig: { itemExplorationConfig: { explorationWeight: '0' } } },
      /does not support itemExplorationConfig/,
    ],
    [
      'aws-user-personalization',
      { batchInferenceJobConfig: { itemExplorationConfig: { explorationWeight: '1.1' } } },
      /explorationWeight with value 1.1/,
    ],
    [
      'aws-user-personalization',
      { batchInferenceJobConfig: { itemExplorationConfig: { explorationItemAgeCutOff: '0' } } },
      /explorationItemAgeCutOff with value 0/,
    ],
    [
      'aws-user-personalization',
      { batchInferenceJobConfig: { itemExplorationConfig: { weight: '1' } } },
      /weight with value 1/,
    ],
    [
      'aws-popularity-count',
      { batchInferenceJobConfig: { rankingInfluence: { POPULARITY: 1 } } },
      /does not support rankingInfluence/,
    ],
    [
      'aws-semantic-similarity',
      { batchInferenceJobConfig: { rankingInfluence: { POPULARITY: 1.5 } } },
      /less than or equal to 1/,
    ],
    ['aws-popularity-count', themes('NAME'), /does not support THEME_GENERATION/],
    ['aws-similar-items', { batchInferenceJobMode: 'THEME_GENERATION' }, /needs a themeGenerationConfig/],
    [
      'aws-similar-items',
      { themeGenerationConfig: themes('NAME').themeGenerationConfig },
      /needs the batchInferenceJobMode THEME_GENERATION/,
    ],
    ['aws-similar-items', themes('TITLE'), /no column TITLE/],
    ['aws-similar-items', themes('PRICE'), /PRICE of ITEMS must be of the type string/],
    ['aws-trending-now', {}, /does not support batch inference jobs/],
    ['aws-item-affinity', {}, /does not support batch inference jobs/],
    ['aws-popularity-count', { numResults: 501 }, /numResults 501/],
    ['aws-popularity-count', { numResults: 0 }, /numResults 0/],
    [
      'aws-popularity-count',
      { jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/in/` } } },
      /Invalid S3 output path: it must be another location/,
    ],
    [
      'aws-popularity-count',
      { jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out` } } },
      /Invalid S3 output path/,
    ],
    ['aws-popularity-count', { jobInput: { s3DataSource: { path: 'https://shop/in/' } } }, /Invalid S3 input path/],
  ] as const)('of %s does not take %j', async (recipe, more, reason) => {
    const refusal = await tryJob(recipe, JSON.parse(JSON.stringify(more)));
    expect(refusal).toMatch(/^InvalidInputException: /);
    expect(refusal).toMatch(reason);
  });

  it('with themes takes at most 100 lines a file', async () => {
    await putText(aws, 'hundred/lines.json', '{"itemId":"i1"}\n'.repeat(101));
    const job = await start('aws-similar-items', {
      ...themes('NAME'),
      jobInput: { s3DataSource: { path: `s3://${BUCKET}/hundred/` } },
    });
    expect(await inferenceEnd(aws, job.batchInferenceJobArn)).toMatchObject({
      status: 'CREATE FAILED',
      failureReason: expect.stringContaining('101 records; recipe aws-similar-items takes at most 100'),
    });
  });

  it('goes on where the version was trained on a dataset that has no new rows, and keeps names of its inputs', async () => {
    await putText(aws, 'config/job_config.json', '{"userId":"u1"}\n');
    const job = await start('aws-popularity-count', {
      jobInput: { s3DataSource: { path: `s3://${BUCKET}/config/job_config.json` } },
      jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/config-out/` } },
    });
    await inferenceEnd(aws, job.batchInferenceJobArn);
    const { Contents = [] } = await aws.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'config-out/' }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['config-out/_CHECK', 'config-out/job_config.json.out']);
  });
});

describe('themes', () => {
  it('are refused outside of their regions', async () => {
    const far = await startTestAws({ compute, region: 'eu-west-1' });
    try {
      const group = await createRichGroup(far, 'rich');
      const solutionVersionArn = await addVersion(
        far,
        await addSolution(far, 'aws-similar-items', { datasetGroupArn: group }),
      );
      const command = new CreateBatchInferenceJobCommand({
        jobName: 'far',
        solutionVersionArn,
        jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/` } },
        jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/` } },
        roleArn: ROLE_ARN,
        ...themes('NAME'),
      });
      expect(await refusalOf(far.personalize.send(command))).toMatch(
        /^InvalidInputException: Themes are not available/,
      );
    } finally {
      await far.close();
    }
  });
});

describe('a batch segment job', () => {
  it('gives up to five million users', async () => {
    await putText(aws, 'fans/items.json', '{"itemId":"i1"}\n');
    const create = (jobName: string, numResults: number) =>
      aws.personalize.send(
        new CreateBatchSegmentJobCommand({
          jobName,
          numResults,
          solutionVersionArn: versions['aws-item-affinity'],
          jobInput: { s3DataSource: { path: `s3://${BUCKET}/fans/` } },
          jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/${jobName}/` } },
          roleArn: ROLE_ARN,
        }),
      );
    const { batchSegmentJobArn } = await create('all', 5_000_000);
    expect(await segmentEnd(aws, batchSegmentJobArn)).toMatchObject({ status: 'ACTIVE', numResults: 5_000_000 });
    expect(await refusalOf(create('more', 5_000_001))).toMatch(/^InvalidInputException: The numResults 5000001/);
  });
});
