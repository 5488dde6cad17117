/** Loads a small shop into a local AWS and trains on it, all through the SDK clients. */
import {
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DescribeBatchInferenceJobCommand,
  DescribeBatchSegmentJobCommand,
  DescribeDatasetCommand,
  DescribeDatasetGroupCommand,
  DescribeDatasetImportJobCommand,
  DescribeSolutionVersionCommand,
} from '@aws-sdk/client-personalize';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { TestAws } from './local-aws';

export const BUCKET = 'shop';
export const ROLE_ARN = 'arn:aws:iam::123456789012:role/nightjar';

export const INTERACTIONS_SCHEMA = {
  type: 'record',
  name: 'Interactions',
  namespace: 'com.amazonaws.personalize.schema',
  fields: [
    { name: 'USER_ID', type: 'string' },
    { name: 'ITEM_ID', type: 'string' },
    { name: 'TIMESTAMP', type: 'long' },
    { name: 'EVENT_VALUE', type: ['null', 'float'] },
  ],
  version: '1.0',
};

export const ITEMS_SCHEMA = {
  ...INTERACTIONS_SCHEMA,
  name: 'Items',
  fields: [
    { name: 'ITEM_ID', type: 'string' },
    { name: 'GENRES', type: ['null', 'string'], categorical: true },
  ],
};

/** Header and rows: user u<n>, item i<n>; low numbers more often. */
export function interactionsCsv(rowCount: number): string {
  const rows = Array.from({ length: rowCount }, (_, n) => {
    const user = (n * 7 + (n % 3)) % 40;
    const item = (n * n) % (10 + (n % 41));
    return `u${user},i${item},${1_700_000_000 + n * 60},${n % 4 === 0 ? '' : n % 5}`;
  });
  return `USER_ID,ITEM_ID,TIMESTAMP,EVENT_VALUE\n${rows.join('\n')}\n`;
}

export function itemsCsv(): string {
  const rows = Array.from({ length: 51 }, (_, n) => `i${n},${n % 2 === 0 ? 'Drama|Comedy' : ''}`);
  return `ITEM_ID,GENRES\n${rows.join('\n')}\n`;
}

export async function putText(aws: TestAws, Key: string, Body: string): Promise<void> {
  await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
}

export async function getText(aws: TestAws, Key: string): Promise<string> {
  const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  return (await Body?.transformToString()) ?? '';
}

export interface Group {
  readonly datasetGroupArn: string;
  readonly interactionsArn: string;
  readonly itemsArn: string;
}

/** Makes bucket, group, schemas and datasets; nothing is imported. */
export async function createGroup(aws: TestAws, options: { wait?: boolean } = {}): Promise<Group> {
  await aws.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const { datasetGroupArn } = await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'shop' }));
  if (options.wait === true) {
    await settle(async () => {
      const answer = await aws.personalize.send(new DescribeDatasetGroupCommand({ datasetGroupArn }));
      return answer.datasetGroup ?? {};
    });
  }
  const create = async (datasetType: string, schema: object): Promise<string> => {
    const made = await aws.personalize.send(
      new CreateSchemaCommand({ name: datasetType.toLowerCase(), schema: JSON.stringify(schema) }),
    );
    const { datasetArn } = await aws.personalize.send(
      new CreateDatasetCommand({ name: datasetType, datasetType, datasetGroupArn, schemaArn: made.schemaArn }),
    );
    if (options.wait === true) {
      await settle(async () => (await aws.personalize.send(new DescribeDatasetCommand({ datasetArn }))).dataset ?? {});
    }
    return datasetArn ?? '';
  };
  const interactionsArn = await create('INTERACTIONS', INTERACTIONS_SCHEMA);
  const itemsArn = await create('Items', ITEMS_SCHEMA);
  return { datasetGroupArn: datasetGroupArn ?? '', interactionsArn, itemsArn };
}

/** Imports a text and gives the end of the job. */
export async function importText(aws: TestAws, job: { name: string; datasetArn: string; text: string }) {
  await putText(aws, `import/${job.name}.csv`, job.text);
  return importLocation(aws, { ...job, dataLocation: `s3://${BUCKET}/import/${job.name}.csv` });
}

export async function importLocation(
  aws: TestAws,
  job: { name: string; datasetArn: string; dataLocation: string; importMode?: 'FULL' | 'INCREMENTAL' },
) {
  const { datasetImportJobArn } = await aws.personalize.send(
    new CreateDatasetImportJobCommand({
      jobName: job.name,
      datasetArn: job.datasetArn,
      dataSource: { dataLocation: job.dataLocation },
      roleArn: ROLE_ARN,
      ...(job.importMode === undefined ? {} : { importMode: job.importMode }),
    }),
  );
  return settle(async () => {
    const answer = await aws.personalize.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn }));
    return answer.datasetImportJob ?? {};
  });
}

/** Makes a solution and gives the ARN of its first version, not waited for. */
export async function startTraining(aws: TestAws, group: Group, recipe: string): Promise<string> {
  const { solutionArn } = await aws.personalize.send(
    new CreateSolutionCommand({
      name: recipe,
      datasetGroupArn: group.datasetGroupArn,
      recipeArn: `arn:aws:personalize:::recipe/${recipe}`,
    }),
  );
  const { solutionVersionArn } = await aws.personalize.send(new CreateSolutionVersionCommand({ solutionArn }));
  return solutionVersionArn ?? '';
}

export async function trainingEnd(aws: TestAws, solutionVersionArn: string) {
  return settle(async () => {
    const answer = await aws.personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }));
    return answer.solutionVersion ?? {};
  });
}

export async function inferenceEnd(aws: TestAws, batchInferenceJobArn: string | undefined) {
  return settle(async () => {
    const answer = await aws.personalize.send(new DescribeBatchInferenceJobCommand({ batchInferenceJobArn }));
    return answer.batchInferenceJob ?? {};
  });
}

export async function segmentEnd(aws: TestAws, batchSegmentJobArn: string | undefined) {
  return settle(async () => {
    const answer = await aws.personalize.send(new DescribeBatchSegmentJobCommand({ batchSegmentJobArn }));
    return answer.batchSegmentJob ?? {};
  });
}

/** Loads the shop and trains a version of each recipe. */
export async function trainShop(
  aws: TestAws,
  recipes: readonly string[],
): Promise<Group & { readonly versions: readonly string[] }> {
  const group = await createGroup(aws);
  await importText(aws, { name: 'interactions', datasetArn: group.interactionsArn, text: interactionsCsv(1500) });
  await importText(aws, { name: 'items', datasetArn: group.itemsArn, text: itemsCsv() });
  const versions = await Promise.all(recipes.map((recipe) => startTraining(aws, group, recipe)));
  for (const version of versions) await trainingEnd(aws, version);
  return { ...group, versions };
}

/** Asks until a status is final. */
export async function settle<Described extends { status?: string | undefined }>(
  describe: () => Promise<Described>,
): Promise<Described> {
  for (;;) {
    const described = await describe();
    if (described.status === 'ACTIVE' || described.status === 'CREATE FAILED') return described;
  }
}
