/** Makes a good call of every operation that the local AWS performs, each independent of the others. */
import * as sdk from '@aws-sdk/client-personalize';
import { inference, segment } from './batch-requests';
import type { TestAws } from './local-aws';
import {
  BUCKET,
  INTERACTIONS_SCHEMA,
  ITEMS_SCHEMA,
  inferenceEnd,
  putText,
  ROLE_ARN,
  segmentEnd,
  settle,
  startTraining,
  trainShop,
} from './shop';

export type Calls = Readonly<Record<string, () => Promise<unknown>>>;

/** Holds a shop in which everything exists that can be described. */
export interface FullShop {
  readonly datasetGroupArn: string;
  readonly datasetArn: string;
  readonly itemsArn: string;
  readonly schemaArn: string;
  readonly solutionArn: string;
  readonly solutionVersionArn: string;
  readonly segmentVersionArn: string;
  readonly filterArn: string;
  readonly dataDeletionJobArn: string;
  readonly batchInferenceJobArn: string;
  readonly batchSegmentJobArn: string;
}

const ARN = 'arn:aws:personalize:us-east-1:123456789012';

/** Fills a shop by the same calls as its users make. */
export async function fillShop(aws: TestAws): Promise<FullShop> {
  const { personalize: client } = aws;
  const shop = await trainShop(aws, ['aws-user-personalization', 'aws-item-affinity']);
  const [solutionVersionArn = '', segmentVersionArn = ''] = shop.versions;
  await putText(aws, 'in/first.json', '{"userId":"u1"}\n');
  await putText(aws, 'in/fans.json', '{"itemId":"i1"}\n');
  await putText(aws, 'gone.csv', 'USER_ID\nu1\n');
  const { datasetGroupArn, interactionsArn, itemsArn } = shop;
  const { filterArn = '' } = await client.send(new sdk.CreateFilterCommand(filterOf(datasetGroupArn, 'drama')));
  const deletion = await client.send(new sdk.CreateDataDeletionJobCommand(deletionOf(datasetGroupArn, 'gone')));
  const { dataDeletionJobArn = '' } = deletion;
  await settle(async () => {
    const { dataDeletionJob } = await client.send(new sdk.DescribeDataDeletionJobCommand({ dataDeletionJobArn }));
    return { status: dataDeletionJob?.status === 'COMPLETED' ? 'ACTIVE' : dataDeletionJob?.status };
  });
  const { batchInferenceJobArn = '' } = await client.send(inference('first', solutionVersionArn));
  const { batchSegmentJobArn = '' } = await client.send(segment('fans', segmentVersionArn));
  await inferenceEnd(aws, batchInferenceJobArn);
  await segmentEnd(aws, batchSegmentJobArn);
  return {
    datasetGroupArn,
    datasetArn: interactionsArn,
    itemsArn,
    schemaArn: `${ARN}:schema/interactions`,
    solutionArn: solutionVersionArn.slice(0, solutionVersionArn.lastIndexOf('/')),
    solutionVersionArn,
    segmentVersionArn,
    filterArn,
    dataDeletionJobArn,
    batchInferenceJobArn,
    batchSegmentJobArn,
  };
}

function filterOf(datasetGroupArn: string, name: string): sdk.CreateFilterCommandInput {
  return { name, datasetGroupArn, filterExpression: 'EXCLUDE ItemID WHERE Items.GENRES IN ("Drama")' };
}

function deletionOf(datasetGroupArn: string, jobName: string): sdk.CreateDataDeletionJobCommandInput {
  return { jobName, datasetGroupArn, dataSource: { dataLocation: `s3://${BUCKET}/gone.csv` }, roleArn: ROLE_ARN };
}

function schemaOf(name: string): sdk.CreateSchemaCommand {
  return new sdk.CreateSchemaCommand({ name, schema: JSON.stringify(INTERACTIONS_SCHEMA) });
}

/** Lists the calls about data: schemas, dataset groups, datasets, imports, deletions and tags. */
export function dataCalls({ personalize: client }: TestAws, shop: FullShop): Calls {
  const { datasetGroupArn, datasetArn, schemaArn, itemsArn, dataDeletionJobArn } = shop;
  const group = async (name: string) =>
    (await client.send(new sdk.CreateDatasetGroupCommand({ name }))).datasetGroupArn;
  const dataset = async (name: string) => {
    const request = { name, datasetType: 'Interactions', schemaArn, datasetGroupArn: await group(name) };
    return (await client.send(new sdk.CreateDatasetCommand(request))).datasetArn;
  };
  const wider = { ...ITEMS_SCHEMA, fields: [...ITEMS_SCHEMA.fields, { name: 'PRICE', type: ['null', 'float'] }] };
  const importOf = { jobName: 'again', datasetArn, roleArn: ROLE_ARN };
  const datasetImportJobArn = `${ARN}:dataset-import-job/interactions`;
  const tag = { tagKey: 'team', tagValue: 'shop' };
  return {
    CreateSchema: () => client.send(schemaOf('second')),
    DescribeSchema: () => client.send(new sdk.DescribeSchemaCommand({ schemaArn })),
    ListSchemas: () => client.send(new sdk.ListSchemasCommand({})),
    DeleteSchema: async () => {
      const { schemaArn: passing } = await client.send(schemaOf('passing'));
      return client.send(new sdk.DeleteSchemaCommand({ schemaArn: passing }));
    },
    CreateDatasetGroup: () => group('second'),
    DescribeDatasetGroup: () => client.send(new sdk.DescribeDatasetGroupCommand({ datasetGroupArn })),
    ListDatasetGroups: () => client.send(new sdk.ListDatasetGroupsCommand({})),
    DeleteDatasetGroup: async () =>
      client.send(new sdk.DeleteDatasetGroupCommand({ datasetGroupArn: await group('passing') })),
    CreateDataset: () => dataset('third'),
    DescribeDataset: () => client.send(new sdk.DescribeDatasetCommand({ datasetArn })),
    ListDatasets: () => client.send(new sdk.ListDatasetsCommand({ datasetGroupArn })),
    UpdateDataset: async () => {
      const made = new sdk.CreateSchemaCommand({ name: 'wider', schema: JSON.stringify(wider) });
      const { schemaArn: to } = await client.send(made);
      return client.send(new sdk.UpdateDatasetCommand({ datasetArn: itemsArn, schemaArn: to }));
    },
    DeleteDataset: async () => client.send(new sdk.DeleteDatasetCommand({ datasetArn: await dataset('fourth') })),
    CreateDatasetImportJob: () => {
      const dataSource = { dataLocation: `s3://${BUCKET}/import/interactions.csv` };
      return client.send(new sdk.CreateDatasetImportJobCommand({ ...importOf, dataSource }));
    },
    DescribeDatasetImportJob: () => client.send(new sdk.DescribeDatasetImportJobCommand({ datasetImportJobArn })),
    ListDatasetImportJobs: () => client.send(new sdk.ListDatasetImportJobsCommand({ datasetArn })),
    CreateDataDeletionJob: () => client.send(new sdk.CreateDataDeletionJobCommand(deletionOf(datasetGroupArn, 'more'))),
    DescribeDataDeletionJob: () => client.send(new sdk.DescribeDataDeletionJobCommand({ dataDeletionJobArn })),
    ListDataDeletionJobs: () => client.send(new sdk.ListDataDeletionJobsCommand({ datasetGroupArn })),
    TagResource: () => client.send(new sdk.TagResourceCommand({ resourceArn: datasetGroupArn, tags: [tag] })),
    UntagResource: () => client.send(new sdk.UntagResourceCommand({ resourceArn: datasetGroupArn, tagKeys: ['team'] })),
    ListTagsForResource: () => client.send(new sdk.ListTagsForResourceCommand({ resourceArn: datasetGroupArn })),
  };
}

/** Lists the calls about models: recipes, solutions and their versions, filters and batch jobs. `hold` keeps trainings from ending. */
export function modelCalls(aws: TestAws, shop: FullShop, hold: (isHeld: boolean) => void): Calls {
  const { personalize: client } = aws;
  const { datasetGroupArn, solutionArn, solutionVersionArn, segmentVersionArn, filterArn } = shop;
  const { batchInferenceJobArn, batchSegmentJobArn } = shop;
  const recipe = 'arn:aws:personalize:::recipe/aws-sims';
  const solution = async (name: string) => {
    const request = { name, datasetGroupArn, recipeArn: recipe };
    return (await client.send(new sdk.CreateSolutionCommand(request))).solutionArn;
  };
  const filter = async (name: string) =>
    (await client.send(new sdk.CreateFilterCommand(filterOf(datasetGroupArn, name)))).filterArn;
  return {
    ListRecipes: () => client.send(new sdk.ListRecipesCommand({})),
    DescribeRecipe: () => client.send(new sdk.DescribeRecipeCommand({ recipeArn: recipe })),
    DescribeAlgorithm: () =>
      client.send(new sdk.DescribeAlgorithmCommand({ algorithmArn: 'arn:aws:personalize:::algorithm/aws-sims' })),
    DescribeFeatureTransformation: () => {
      const featureTransformationArn = 'arn:aws:personalize:::feature-transformation/sims';
      return client.send(new sdk.DescribeFeatureTransformationCommand({ featureTransformationArn }));
    },
    CreateSolution: () => solution('second'),
    DescribeSolution: () => client.send(new sdk.DescribeSolutionCommand({ solutionArn })),
    ListSolutions: () => client.send(new sdk.ListSolutionsCommand({ datasetGroupArn })),
    UpdateSolution: () => client.send(new sdk.UpdateSolutionCommand({ solutionArn, performAutoTraining: false })),
    DeleteSolution: async () => client.send(new sdk.DeleteSolutionCommand({ solutionArn: await solution('passing') })),
    CreateSolutionVersion: () => client.send(new sdk.CreateSolutionVersionCommand({ solutionArn })),
    DescribeSolutionVersion: () => client.send(new sdk.DescribeSolutionVersionCommand({ solutionVersionArn })),
    ListSolutionVersions: () => client.send(new sdk.ListSolutionVersionsCommand({ solutionArn })),
    StopSolutionVersionCreation: async () => {
      hold(true);
      const group = { datasetGroupArn, interactionsArn: shop.datasetArn, itemsArn: shop.itemsArn };
      const arn = await startTraining(aws, group, 'aws-popularity-count');
      const command = new sdk.StopSolutionVersionCreationCommand({ solutionVersionArn: arn });
      return client.send(command).finally(() => hold(false));
    },
    GetSolutionMetrics: () => client.send(new sdk.GetSolutionMetricsCommand({ solutionVersionArn })),
    CreateFilter: () => filter('second'),
    DescribeFilter: () => client.send(new sdk.DescribeFilterCommand({ filterArn })),
    ListFilters: () => client.send(new sdk.ListFiltersCommand({ datasetGroupArn })),
    DeleteFilter: async () => client.send(new sdk.DeleteFilterCommand({ filterArn: await filter('passing') })),
    CreateBatchInferenceJob: () => client.send(inference('second', solutionVersionArn)),
    DescribeBatchInferenceJob: () => client.send(new sdk.DescribeBatchInferenceJobCommand({ batchInferenceJobArn })),
    ListBatchInferenceJobs: () => client.send(new sdk.ListBatchInferenceJobsCommand({ solutionVersionArn })),
    CreateBatchSegmentJob: () => client.send(segment('second', segmentVersionArn)),
    DescribeBatchSegmentJob: () => client.send(new sdk.DescribeBatchSegmentJobCommand({ batchSegmentJobArn })),
    ListBatchSegmentJobs: () => client.send(new sdk.ListBatchSegmentJobsCommand({})),
  };
}
