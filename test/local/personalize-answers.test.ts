/** Calls every operation that is built, and checks each answer against the service model. */
import {
  CreateDataDeletionJobCommand,
  CreateFilterCommand,
  CreateSchemaCommand,
  DeleteDatasetCommand,
  DeleteDatasetGroupCommand,
  DeleteFilterCommand,
  DeleteSchemaCommand,
  DeleteSolutionCommand,
  DescribeAlgorithmCommand,
  DescribeDataDeletionJobCommand,
  DescribeDatasetCommand,
  DescribeDatasetGroupCommand,
  DescribeFeatureTransformationCommand,
  DescribeFilterCommand,
  DescribeRecipeCommand,
  DescribeSchemaCommand,
  DescribeSolutionCommand,
  GetSolutionMetricsCommand,
  ListBatchInferenceJobsCommand,
  ListBatchSegmentJobsCommand,
  ListDataDeletionJobsCommand,
  ListDatasetGroupsCommand,
  ListDatasetImportJobsCommand,
  ListDatasetsCommand,
  ListFiltersCommand,
  ListRecipesCommand,
  ListSchemasCommand,
  ListSolutionsCommand,
  ListSolutionVersionsCommand,
  ListTagsForResourceCommand,
  StopSolutionVersionCreationCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDatasetCommand,
  UpdateSolutionCommand,
} from '@aws-sdk/client-personalize';
import { OPERATIONS } from '../../src/local/personalize/operations/table';
import { inference, segment } from './support/batch-requests';
import { checkAnswer } from './support/check-answer';
import { createCountingCompute } from './support/counting-compute';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  BUCKET,
  ITEMS_SCHEMA,
  inferenceEnd,
  putText,
  ROLE_ARN,
  segmentEnd,
  settle,
  startTraining,
  trainShop,
} from './support/shop';

const seen = new Set<string>();
let aws: TestAws;
afterAll(() => aws.close());

it('refuses answers that the model does not know', () => {
  const group = { name: 'a', status: 'ACTIVE' };

  expect(() => checkAnswer('DescribeDatasetGroup', { datasetGroup: group })).not.toThrow();
  expect(() => checkAnswer('DescribeDatasetGroup', { datasetGroup: { ...group, tags: [] } })).toThrow(
    /datasetGroup.tags/,
  );
  expect(() => checkAnswer('DescribeDatasetGroup', { datasetGroup: { name: 5 } })).toThrow(/datasetGroup.name/);
  expect(() => checkAnswer('ListFilters', { filters: [] })).toThrow(/'filters' is unknown/);
  expect(() => checkAnswer('DeleteSchema', {})).toThrow(/with a body/);
});

it('answers every operation that is built as the model says', async () => {
  let isGated = false;
  const gate = async () => {
    while (isGated) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  aws = await startTestAws({ compute: createCountingCompute({ gate }), seen: (operation) => seen.add(operation) });
  const client = aws.personalize;
  const shop = await trainShop(aws, ['aws-user-personalization', 'aws-item-affinity']);
  const { datasetGroupArn, interactionsArn, itemsArn } = shop;
  const [version = '', segments = ''] = shop.versions;
  const solutionArn = version.slice(0, version.lastIndexOf('/'));

  await putText(aws, 'in/all.json', '{"userId":"u1"}\n');
  const job = await client.send(inference('all', version));
  await inferenceEnd(aws, job.batchInferenceJobArn);
  await putText(aws, 'in/some.json', '{"itemId":"i1"}\n');
  const other = await client.send(segment('some', segments));
  await segmentEnd(aws, other.batchSegmentJobArn);
  await client.send(new ListBatchInferenceJobsCommand({}));
  await client.send(new ListBatchSegmentJobsCommand({}));

  const filterExpression = 'EXCLUDE ItemID WHERE Items.GENRES IN ("Drama")';
  const { filterArn } = await client.send(
    new CreateFilterCommand({ name: 'plain', datasetGroupArn, filterExpression }),
  );
  await client.send(new DescribeFilterCommand({ filterArn }));
  await client.send(new ListFiltersCommand({ datasetGroupArn }));
  await client.send(new DeleteFilterCommand({ filterArn }));

  const resourceArn = datasetGroupArn;
  await client.send(new TagResourceCommand({ resourceArn, tags: [{ tagKey: 'team', tagValue: 'shop' }] }));
  await client.send(new ListTagsForResourceCommand({ resourceArn }));
  await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team'] }));

  const { recipes = [] } = await client.send(new ListRecipesCommand({}));
  const recipeArn = recipes.find(({ name }) => name === 'aws-sims')?.recipeArn;
  const { recipe } = await client.send(new DescribeRecipeCommand({ recipeArn }));
  await client.send(new DescribeAlgorithmCommand({ algorithmArn: recipe?.algorithmArn }));
  const { featureTransformationArn } = recipe ?? {};
  await client.send(new DescribeFeatureTransformationCommand({ featureTransformationArn }));

  await putText(aws, 'gone.csv', 'USER_ID\nu1\n');
  const deletion = await client.send(
    new CreateDataDeletionJobCommand({
      jobName: 'gone',
      datasetGroupArn,
      dataSource: { dataLocation: `s3://${BUCKET}/gone.csv` },
      roleArn: ROLE_ARN,
    }),
  );
  const { dataDeletionJobArn } = deletion;
  await settle(async () => {
    const { dataDeletionJob } = await client.send(new DescribeDataDeletionJobCommand({ dataDeletionJobArn }));
    return { status: dataDeletionJob?.status === 'COMPLETED' ? 'ACTIVE' : dataDeletionJob?.status };
  });
  await client.send(new ListDataDeletionJobsCommand({ datasetGroupArn }));

  await client.send(new GetSolutionMetricsCommand({ solutionVersionArn: version }));
  await client.send(new UpdateSolutionCommand({ solutionArn, performAutoTraining: false }));
  await client.send(new DescribeSolutionCommand({ solutionArn }));
  await client.send(new ListSolutionsCommand({ datasetGroupArn }));
  await client.send(new ListSolutionVersionsCommand({ solutionArn }));
  isGated = true;
  const stopped = await startTraining(aws, shop, 'aws-popularity-count');
  await client.send(new StopSolutionVersionCreationCommand({ solutionVersionArn: stopped }));
  isGated = false;

  const wider = { ...ITEMS_SCHEMA, fields: [...ITEMS_SCHEMA.fields, { name: 'PRICE', type: ['null', 'float'] }] };
  const { schemaArn } = await client.send(new CreateSchemaCommand({ name: 'wider', schema: JSON.stringify(wider) }));
  await client.send(new UpdateDatasetCommand({ datasetArn: itemsArn, schemaArn }));
  await client.send(new DescribeDatasetCommand({ datasetArn: itemsArn }));
  await client.send(new DescribeDatasetGroupCommand({ datasetGroupArn }));
  await client.send(new DescribeSchemaCommand({ schemaArn }));
  await client.send(new ListDatasetGroupsCommand({}));
  await client.send(new ListDatasetsCommand({}));
  await client.send(new ListDatasetImportJobsCommand({}));
  await client.send(new ListSchemasCommand({}));

  for (const one of (await client.send(new ListSolutionsCommand({}))).solutions ?? []) {
    await client.send(new DeleteSolutionCommand({ solutionArn: one.solutionArn }));
  }
  for (const datasetArn of [interactionsArn, itemsArn]) await client.send(new DeleteDatasetCommand({ datasetArn }));
  await client.send(new DeleteDatasetGroupCommand({ datasetGroupArn }));
  await client.send(new DeleteSchemaCommand({ schemaArn }));

  expect([...OPERATIONS.keys()].filter((name) => !seen.has(name))).toEqual([]);
});
