import {
  CreateBatchInferenceJobCommand,
  CreateBatchSegmentJobCommand,
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DescribeBatchInferenceJobCommand,
  ListDatasetsCommand,
  ListSolutionVersionsCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-personalize';
import { createCountingCompute } from './support/counting-compute';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  BUCKET,
  createGroup,
  type Group,
  INTERACTIONS_SCHEMA,
  ITEMS_SCHEMA,
  importText,
  interactionsCsv,
  ROLE_ARN,
  startTraining,
  trainShop,
} from './support/shop';

const PREFIX = 'arn:aws:personalize:us-east-1:123456789012';
let aws: TestAws;
let shop: Group & { readonly versions: readonly string[] };

beforeAll(async () => {
  aws = await startTestAws();
  shop = await trainShop(aws, ['aws-user-personalization', 'aws-item-affinity']);
});
afterAll(() => aws.close());

function inference(more: object = {}) {
  return new CreateBatchInferenceJobCommand({
    jobName: 'checked',
    solutionVersionArn: shop.versions[0],
    jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/x.json` } },
    jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/` } },
    roleArn: ROLE_ARN,
    ...more,
  });
}

async function refusal<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  command: Parameters<typeof aws.personalize.send<Input, Output>>[0],
): Promise<string> {
  try {
    await aws.personalize.send(command);
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

describe('references', () => {
  it('refuses what does not exist', async () => {
    const missing = `${PREFIX}:solution/none/00000000`;

    expect(await refusal(inference({ solutionVersionArn: missing }))).toBe(
      `ResourceNotFoundException: Resource Arn ${missing} does not exist.`,
    );
    const refusals = await Promise.all([
      refusal(new CreateSolutionVersionCommand({ solutionArn: `${PREFIX}:solution/none` })),
      refusal(
        new CreateDatasetImportJobCommand({
          jobName: 'x',
          datasetArn: `${PREFIX}:dataset/none/ITEMS`,
          dataSource: { dataLocation: 's3://b/k' },
        }),
      ),
      refusal(
        new CreateSolutionCommand({
          name: 'x',
          datasetGroupArn: `${PREFIX}:dataset-group/none`,
          recipeArn: 'arn:aws:personalize:::recipe/aws-item-affinity',
        }),
      ),
      refusal(
        new CreateSolutionCommand({
          name: 'x',
          datasetGroupArn: shop.datasetGroupArn,
          recipeArn: 'arn:aws:personalize:::recipe/aws-none',
        }),
      ),
      refusal(new DescribeBatchInferenceJobCommand({ batchInferenceJobArn: `${PREFIX}:batch-inference-job/none` })),
      refusal(new ListSolutionVersionsCommand({ solutionArn: `${PREFIX}:solution/none` })),
      refusal(inference({ filterArn: `${PREFIX}:filter/none` })),
    ]);
    for (const text of refusals) expect(text).toMatch(/^ResourceNotFoundException: Resource Arn .* does not exist\.$/);
  });

  it('refuses what is taken', async () => {
    expect(await refusal(new CreateDatasetGroupCommand({ name: 'shop' }))).toBe(
      `ResourceAlreadyExistsException: Another resource with Arn ${PREFIX}:dataset-group/shop already exists.`,
    );
    expect(await refusal(new CreateSchemaCommand({ name: 'items', schema: JSON.stringify(ITEMS_SCHEMA) }))).toMatch(
      /schema\/items already exists/,
    );
    const dataset = {
      name: 'other',
      datasetType: 'items',
      datasetGroupArn: shop.datasetGroupArn,
      schemaArn: `${PREFIX}:schema/items`,
    };
    expect(await refusal(new CreateDatasetCommand(dataset))).toMatch(/dataset\/shop\/ITEMS already exists/);
    expect(
      (await aws.personalize.send(new ListDatasetsCommand({ datasetGroupArn: shop.datasetGroupArn }))).datasets,
    ).toHaveLength(2);
  });

  it('refuses the wrong recipe family, for both kinds of job', async () => {
    expect(await refusal(inference({ solutionVersionArn: shop.versions[1] }))).toBe(
      'InvalidInputException: Recipe aws-item-affinity does not support batch inference jobs.',
    );
    const segment = new CreateBatchSegmentJobCommand({ ...inference().input });
    expect(await refusal(segment)).toBe(
      'InvalidInputException: Recipe aws-user-personalization does not support batch segment jobs.',
    );
  });

  it('refuses bad paths, result counts and exploration settings', async () => {
    const path = `s3://${BUCKET}/in/`;
    const output = (to: string) => ({ jobOutput: { s3DataDestination: { path: to } } });
    const explore = (config: object) => ({ batchInferenceJobConfig: { itemExplorationConfig: config } });

    expect(await refusal(inference({ jobInput: { s3DataSource: { path } }, ...output(path) }))).toMatch(
      /Invalid S3 output path/,
    );
    expect(await refusal(inference(output(`s3://${BUCKET}/out`)))).toMatch(/Invalid S3 output path/);
    expect(await refusal(inference({ jobInput: { s3DataSource: { path: 'https://x/y' } } }))).toMatch(
      /Invalid S3 input path/,
    );
    expect(await refusal(inference({ numResults: 501 }))).toMatch(/numResults 501 is not valid; expected 1 to 500/);
    expect(await refusal(inference({ numResults: 0 }))).toMatch(/InvalidInput/);
    expect(await refusal(inference(explore({ explorationWeight: '1.1' })))).toMatch(/explorationWeight with value 1.1/);
    expect(await refusal(inference(explore({ colour: '1' })))).toMatch(/member colour/);
  });

  it('refuses schemas that cannot hold the dataset', async () => {
    const fields = INTERACTIONS_SCHEMA.fields;
    const create = (schema: unknown) =>
      refusal(
        new CreateSchemaCommand({
          name: 'broken',
          schema: typeof schema === 'string' ? schema : JSON.stringify(schema),
        }),
      );

    expect(await create('{')).toMatch(/Schema is not valid JSON/);
    expect(await create({ ...INTERACTIONS_SCHEMA, fields: [{ name: 'USER_ID', type: 'uuid' }] })).toMatch(
      /field USER_ID: type: expected one of \[float, double, int, long, string, boolean\], or a list/,
    );
    expect(await create({ ...INTERACTIONS_SCHEMA, fields: [...fields, { name: 'user_id', type: 'string' }] })).toMatch(
      /field user_id: expected a name that is unique/,
    );
    expect(await create({ ...INTERACTIONS_SCHEMA, fields: fields.slice(0, 2) })).toMatch(
      /missing the required field TIMESTAMP/,
    );
    await aws.personalize.send(
      new CreateSchemaCommand({ name: 'thin', schema: JSON.stringify({ ...INTERACTIONS_SCHEMA, fields }) }),
    );
    const { datasetGroupArn } = await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'thin' }));
    const dataset = { name: 'thin', datasetGroupArn, schemaArn: `${PREFIX}:schema/thin` };
    expect(await refusal(new CreateDatasetCommand({ ...dataset, datasetType: 'Users' }))).toMatch(
      /cannot be used for a dataset of type Users/,
    );
  });

  it('refuses to train before data is there', async () => {
    const { datasetGroupArn } = await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'no-data' }));
    const recipeArn = 'arn:aws:personalize:::recipe/aws-popularity-count';
    const { solutionArn } = await aws.personalize.send(
      new CreateSolutionCommand({ name: 'no-data', datasetGroupArn, recipeArn }),
    );

    expect(await refusal(new CreateSolutionVersionCommand({ solutionArn }))).toMatch(
      /InvalidInputException: .* has no imported data of type INTERACTIONS/,
    );
  });

  it('refuses to use a version that is still in training', async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const other = await startTestAws({ compute: createCountingCompute({ gate: () => gate }) });
    const group = await createGroup(other);
    await importText(other, { name: 'rows', datasetArn: group.interactionsArn, text: interactionsCsv(1500) });
    const version = await startTraining(other, group, 'aws-popularity-count');

    await expect(other.personalize.send(inference({ solutionVersionArn: version }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    open();
    await other.close();
  });
});
