import {
  CreateBatchInferenceJobCommand,
  CreateBatchSegmentJobCommand,
  CreateCampaignCommand,
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateFilterCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DescribeBatchInferenceJobCommand,
  DescribeRecipeCommand,
  ListDatasetsCommand,
  ListRecipesCommand,
  ListSchemasCommand,
  ListSolutionVersionsCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-personalize';
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

describe('the shape of requests', () => {
  it('names every member that breaks a constraint, in AWS words', async () => {
    expect(
      await refusal(inference({ jobName: 'bad name!!', roleArn: 'arn:aws:iam::1:role/x', jobInput: undefined })),
    ).toBe(
      'InvalidInputException: 3 validation errors detected: ' +
        "Value 'bad name!!' at 'jobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][a-zA-Z0-9\\-_]*; " +
        "Value null at 'jobInput' failed to satisfy constraint: Member must not be null; " +
        "Value 'arn:aws:iam::1:role/x' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:([a-z\\d\\-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    );
  });

  it('checks lengths, enums, ranges, map keys and list members', async () => {
    const problem = async (more: object) => (await refusal(inference(more))).replace(/^.*detected: /, '');

    expect(await problem({ jobName: 'n'.repeat(64) })).toMatch(/at 'jobName' .*length less than or equal to 63$/);
    expect(await problem({ batchInferenceJobMode: 'QUICK' })).toBe(
      "Value 'QUICK' at 'batchInferenceJobMode' failed to satisfy constraint: Member must satisfy enum value set: [BATCH_INFERENCE, THEME_GENERATION]",
    );
    expect(await problem({ batchInferenceJobConfig: { rankingInfluence: { FRESHNESS: 2 } } })).toMatch(
      /at 'batchInferenceJobConfig.rankingInfluence.FRESHNESS' .*value less than or equal to 1$/,
    );
    expect(await problem({ tags: [{ tagKey: '', tagValue: 'secret' }] })).toBe(
      "Value at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1; ".slice(
        0,
        -2,
      ),
    );
    expect(await problem({ jobInput: { s3DataSource: { path: 'x.json' } } })).toMatch(
      /at 'jobInput.s3DataSource.path'/,
    );
    expect(await refusal(new ListSchemasCommand({ maxResults: 101 }))).toMatch(
      /at 'maxResults' .*less than or equal to 100$/,
    );
  });

  it('refuses a wrong type, broken JSON and an unknown operation', async () => {
    const send = async (target: string, body: string) => {
      const free = await startTestAws({ credentials: null });
      const answer = await fetch(free.endpoint, { method: 'POST', headers: { 'x-amz-target': target }, body });
      await free.close();
      return { status: answer.status, ...JSON.parse(await answer.text()) };
    };

    expect(await send('AmazonPersonalize.CreateDatasetGroup', '{"name": 5}')).toEqual({
      status: 400,
      __type: 'SerializationException',
      message: "NUMBER_VALUE at 'name' can not be converted to string",
    });
    expect(await send('AmazonPersonalize.ListSchemas', '{')).toMatchObject({ __type: 'SerializationException' });
    expect(await send('AmazonPersonalize.Guess', '{}')).toMatchObject({ __type: 'UnknownOperationException' });
    expect(await send('AmazonPersonalize.ListSchemas', '{"nextToken": null, "future": 1}')).toEqual({
      status: 200,
      schemas: [],
    });
  });
});

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
      /fields.0.type/,
    );
    expect(await create({ ...INTERACTIONS_SCHEMA, fields: [...fields, { name: 'user_id', type: 'string' }] })).toMatch(
      /USER_ID is not|user_id is not/,
    );
    await aws.personalize.send(
      new CreateSchemaCommand({
        name: 'thin',
        schema: JSON.stringify({ ...INTERACTIONS_SCHEMA, fields: fields.slice(0, 2) }),
      }),
    );
    const { datasetGroupArn } = await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'thin' }));
    const dataset = { name: 'thin', datasetGroupArn, schemaArn: `${PREFIX}:schema/thin` };
    expect(await refusal(new CreateDatasetCommand({ ...dataset, datasetType: 'Interactions' }))).toMatch(
      /missing the required field TIMESTAMP/,
    );
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
    const { createCountingCompute } =
      jest.requireActual<typeof import('./support/counting-compute')>('./support/counting-compute');
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

describe('what is not built', () => {
  it('is refused by a name of its own', async () => {
    const datasetGroupArn = shop.datasetGroupArn;
    const recipeArn = 'arn:aws:personalize:::recipe/aws-user-personalization';
    const refusals = await Promise.all([
      refusal(
        new CreateFilterCommand({
          name: 'f',
          datasetGroupArn,
          filterExpression: 'EXCLUDE ItemID WHERE Items.GENRES IN ("Drama")',
        }),
      ),
      refusal(new CreateCampaignCommand({ name: 'c', solutionVersionArn: shop.versions[0] })),
      refusal(
        new CreateSolutionCommand({ name: 's', datasetGroupArn, recipeArn: 'arn:aws:personalize:::recipe/aws-sims' }),
      ),
      refusal(new CreateSolutionCommand({ name: 's', datasetGroupArn, recipeArn, performHPO: true })),
      refusal(
        new CreateSolutionCommand({ name: 's', datasetGroupArn, recipeArn, solutionConfig: { eventsConfig: {} } }),
      ),
      refusal(inference({ batchInferenceJobMode: 'THEME_GENERATION' })),
      refusal(new DescribeRecipeCommand({ recipeArn: 'arn:aws:personalize:::recipe/aws-hrnn' })),
    ]);
    for (const text of refusals)
      expect(text).toMatch(/^NotImplementedException: .* is not complete in nightjar's local AWS/);
  });

  it('is not among the recipes that are listed', async () => {
    const { recipes } = await aws.personalize.send(new ListRecipesCommand({}));
    const { recipe } = await aws.personalize.send(new DescribeRecipeCommand({ recipeArn: recipes?.[3]?.recipeArn }));

    expect(recipes?.map((one) => one.name)).toEqual([
      'aws-item-affinity',
      'aws-item-attribute-affinity',
      'aws-popularity-count',
      'aws-user-personalization',
    ]);
    expect(recipe).toMatchObject({ recipeType: 'USER_PERSONALIZATION', status: 'ACTIVE' });
  });
});
