import {
  CreateBatchInferenceJobCommand,
  CreateCampaignCommand,
  CreateSolutionCommand,
  ListSchemasCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-personalize';
import { startTestAws, type TestAws } from './support/local-aws';
import { BUCKET, type Group, ROLE_ARN, trainShop } from './support/shop';

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
        "Value 'bad name!!' at 'jobName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9][a-zA-Z0-9\\-_]*; " +
        "Value null at 'jobInput' failed to satisfy constraint: Member must not be null; " +
        "Value 'arn:aws:iam::1:role/x' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:([a-z\\d-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
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

describe('what is not built', () => {
  it('is refused by a name of its own', async () => {
    const datasetGroupArn = shop.datasetGroupArn;
    const recipeArn = 'arn:aws:personalize:::recipe/aws-user-personalization';
    const refusals = await Promise.all([
      refusal(new CreateCampaignCommand({ name: 'c', solutionVersionArn: shop.versions[0] })),
      refusal(new CreateSolutionCommand({ name: 's', datasetGroupArn, recipeArn, performHPO: true })),
      refusal(new CreateSolutionCommand({ name: 's', datasetGroupArn, performAutoML: true })),
      ...['aws-hrnn', 'aws-next-best-action'].map((name) =>
        refusal(
          new CreateSolutionCommand({ name: 's', datasetGroupArn, recipeArn: `arn:aws:personalize:::recipe/${name}` }),
        ),
      ),
    ]);
    for (const text of refusals)
      expect(text).toMatch(/^NotImplementedException: .* is not complete in nightjar's local AWS/);
  });
});
