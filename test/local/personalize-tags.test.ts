import {
  CreateDatasetGroupCommand,
  CreateSchemaCommand,
  DescribeDatasetGroupCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-personalize';
import { startTestAws, type TestAws } from './support/local-aws';
import { refusalOf } from './support/refusal';
import { INTERACTIONS_SCHEMA } from './support/shop';

let aws: TestAws;
let resourceArn: string;
beforeEach(async () => {
  aws = await startTestAws();
  const tags = [{ tagKey: 'team', tagValue: 'shop' }];
  const made = await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'tagged', tags }));
  resourceArn = made.datasetGroupArn ?? '';
});
afterEach(() => aws.close());

async function tags(): Promise<Record<string, string>> {
  const answer = await aws.personalize.send(new ListTagsForResourceCommand({ resourceArn }));
  return Object.fromEntries((answer.tags ?? []).map(({ tagKey = '', tagValue = '' }) => [tagKey, tagValue]));
}

function tag(entries: Record<string, string>, arn = resourceArn) {
  const all = Object.entries(entries).map(([tagKey, tagValue]) => ({ tagKey, tagValue }));
  return aws.personalize.send(new TagResourceCommand({ resourceArn: arn, tags: all }));
}

function numbered(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, '']));
}

describe('tags', () => {
  it('are those of the create call, then added, replaced and removed, also over a restart', async () => {
    expect(await tags()).toEqual({ team: 'shop' });
    await tag({ team: 'mail', cost: '7' });
    expect(await tags()).toEqual({ team: 'mail', cost: '7' });
    await aws.personalize.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team', 'absent'] }));
    await aws.stop();
    aws = await startTestAws({ stateDir: aws.stateDir });

    expect(await tags()).toEqual({ cost: '7' });
    const { datasetGroup } = await aws.personalize.send(
      new DescribeDatasetGroupCommand({ datasetGroupArn: resourceArn }),
    );
    expect(datasetGroup).toMatchObject({ name: 'tagged', status: 'ACTIVE' });
  });

  it('are fifty at most, in a create call, in a call and together', async () => {
    const over = Object.keys(numbered(51)).map((tagKey) => ({ tagKey, tagValue: '' }));
    const create = new CreateDatasetGroupCommand({ name: 'other', tags: over });

    expect(await refusalOf(aws.personalize.send(create))).toMatch(/^TooManyTagsException/);
    expect(await refusalOf(tag(numbered(51)))).toMatch(/^TooManyTagsException/);
    expect(await refusalOf(tag(numbered(50)))).toMatch(/^TooManyTagsException/);
    await tag(numbered(49));
    expect(Object.keys(await tags())).toHaveLength(50);
    const tagKeys = over.map(({ tagKey }) => tagKey);
    expect(await refusalOf(aws.personalize.send(new UntagResourceCommand({ resourceArn, tagKeys })))).toMatch(
      /^TooManyTagKeysException/,
    );
  });

  it('have keys that are unique and not of AWS, and are never echoed', async () => {
    const twice = [
      { tagKey: 'secret', tagValue: '1' },
      { tagKey: 'secret', tagValue: '2' },
    ];

    expect(await refusalOf(aws.personalize.send(new TagResourceCommand({ resourceArn, tags: twice })))).toBe(
      'InvalidInputException: Tag keys must be unique.',
    );
    expect(await refusalOf(tag({ 'aws:secret': '' }))).toBe(
      'InvalidInputException: Tag keys must not begin with aws:.',
    );
  });

  it('are refused where the resource has none: schemas, recipes and what does not exist', async () => {
    const schema = JSON.stringify(INTERACTIONS_SCHEMA);
    const { schemaArn = '' } = await aws.personalize.send(new CreateSchemaCommand({ name: 'plain', schema }));

    expect(await refusalOf(tag({ a: '' }, schemaArn))).toMatch(/^InvalidInputException: .* type schema/);
    expect(await refusalOf(tag({ a: '' }, 'arn:aws:personalize:::recipe/aws-sims'))).toMatch(/^InvalidInputException/);
    expect(await refusalOf(tag({ a: '' }, `${resourceArn}x`))).toMatch(/^ResourceNotFoundException/);
  });
});
