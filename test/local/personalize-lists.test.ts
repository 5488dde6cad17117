import {
  CreateSchemaCommand,
  DeleteSchemaCommand,
  DescribeAlgorithmCommand,
  DescribeFeatureTransformationCommand,
  DescribeRecipeCommand,
  ListDatasetGroupsCommand,
  ListRecipesCommand,
  ListSchemasCommand,
} from '@aws-sdk/client-personalize';
import * as fc from 'fast-check';
import { startTestAws, type TestAws } from './support/local-aws';
import { refusalOf } from './support/refusal';
import { INTERACTIONS_SCHEMA } from './support/shop';

const PREFIX = 'arn:aws:personalize:us-east-1:123456789012';
let aws: TestAws;
beforeEach(async () => {
  aws = await startTestAws();
});
afterEach(() => aws.close());

async function createSchemas(...names: readonly string[]): Promise<void> {
  const schema = JSON.stringify(INTERACTIONS_SCHEMA);
  for (const name of names) await aws.personalize.send(new CreateSchemaCommand({ name, schema }));
}

async function readPage(nextToken: string | undefined, maxResults?: number) {
  const answer = await aws.personalize.send(new ListSchemasCommand({ nextToken, maxResults }));
  return { names: (answer.schemas ?? []).map(({ name }) => name ?? ''), nextToken: answer.nextToken };
}

describe('pages', () => {
  it('hold every item once, whatever their size', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `s${n}`);
    await createSchemas(...names);

    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 7, maxLength: 7 }), async (sizes) => {
        const seen: string[] = [];
        let token: string | undefined;
        for (const size of sizes) {
          const page = await readPage(token, size);
          seen.push(...page.names);
          token = page.nextToken;
          if (token === undefined) break;
        }
        expect(token).toBeUndefined();
        expect(seen).toEqual(names);
      }),
      { numRuns: 15 },
    );
  });

  it('go on where they were when items are added and deleted in between', async () => {
    await createSchemas('a', 'b', 'c', 'd');
    const first = await readPage(undefined, 2);
    await createSchemas('e');
    for (const name of ['a', 'b', 'c']) {
      await aws.personalize.send(new DeleteSchemaCommand({ schemaArn: `${PREFIX}:schema/${name}` }));
    }

    expect(first.names).toEqual(['a', 'b']);
    expect(await readPage(first.nextToken)).toEqual({ names: ['d', 'e'], nextToken: undefined });
  });

  it('take only tokens of the same operation and the same filter', async () => {
    await createSchemas('a', 'b');
    const { nextToken = '' } = await readPage(undefined, 1);
    const list = (more: object) => refusalOf(aws.personalize.send(new ListRecipesCommand(more)));
    const ofDomain = await aws.personalize.send(new ListRecipesCommand({ domain: 'ECOMMERCE', maxResults: 2 }));
    const wrong = /^InvalidNextTokenException: The token is not valid\.$/;

    expect(await refusalOf(aws.personalize.send(new ListDatasetGroupsCommand({ nextToken })))).toMatch(wrong);
    expect(await list({ nextToken: ofDomain.nextToken, domain: 'ECOMMERCE' })).toBe('accepted');
    expect(await list({ nextToken: ofDomain.nextToken })).toMatch(wrong);
    expect(await list({ nextToken: ofDomain.nextToken, domain: 'VIDEO_ON_DEMAND' })).toMatch(wrong);
    for (const broken of ['', 'x', `${nextToken}A`, nextToken.slice(1), nextToken.slice(0, -1)]) {
      expect(await refusalOf(readPage(broken))).toMatch(wrong);
    }
    expect((await readPage(nextToken, 100)).names).toEqual(['b']);
  });
});

describe('recipes', () => {
  const recipeArn = (name: string) => `arn:aws:personalize:::recipe/${name}`;

  it('are all listed, with their domain, and of one domain where it is asked for', async () => {
    const { recipes = [] } = await aws.personalize.send(new ListRecipesCommand({ recipeProvider: 'SERVICE' }));
    const names = recipes.map(({ name }) => name);
    const { recipes: shop = [] } = await aws.personalize.send(new ListRecipesCommand({ domain: 'ECOMMERCE' }));

    expect(names).toEqual(expect.arrayContaining(['aws-hrnn-coldstart', 'aws-next-best-action', 'aws-vod-top-picks']));
    expect(new Set(names).size).toBe(25);
    expect(shop).toHaveLength(5);
    for (const recipe of shop) expect(recipe).toMatchObject({ domain: 'ECOMMERCE', status: 'ACTIVE' });
  });

  it('lead to their algorithms and feature transformations', async () => {
    const { recipe } = await aws.personalize.send(new DescribeRecipeCommand({ recipeArn: recipeArn('aws-sims') }));
    const { algorithm } = await aws.personalize.send(
      new DescribeAlgorithmCommand({ algorithmArn: recipe?.algorithmArn }),
    );
    const { featureTransformation } = await aws.personalize.send(
      new DescribeFeatureTransformationCommand({ featureTransformationArn: recipe?.featureTransformationArn }),
    );

    expect(recipe).toMatchObject({ recipeType: 'RELATED_ITEMS', status: 'ACTIVE' });
    expect(algorithm).toMatchObject({
      name: 'aws-sims',
      defaultHyperParameters: { popularity_discount_factor: '0.5', min_cointeraction_count: '3' },
      defaultHyperParameterRanges: {
        integerHyperParameterRanges: [{ name: 'min_cointeraction_count', minValue: 0, maxValue: 10, isTunable: true }],
        continuousHyperParameterRanges: [{ name: 'popularity_discount_factor', minValue: 0, maxValue: 1 }],
        categoricalHyperParameterRanges: [],
      },
    });
    expect(featureTransformation).toMatchObject({
      name: 'sims',
      status: 'ACTIVE',
      defaultParameters: { max_item_interaction_count_percentile: '0.9' },
    });
  });

  it('can each be described, with an algorithm', async () => {
    const { recipes = [] } = await aws.personalize.send(new ListRecipesCommand({}));
    for (const { recipeArn: arn } of recipes) {
      const { recipe } = await aws.personalize.send(new DescribeRecipeCommand({ recipeArn: arn }));
      const { algorithmArn, featureTransformationArn } = recipe ?? {};
      await aws.personalize.send(new DescribeAlgorithmCommand({ algorithmArn }));
      if (featureTransformationArn === undefined) continue;
      await aws.personalize.send(new DescribeFeatureTransformationCommand({ featureTransformationArn }));
    }
    const none = 'arn:aws:personalize:::algorithm/aws-none';
    expect(await refusalOf(aws.personalize.send(new DescribeAlgorithmCommand({ algorithmArn: none })))).toMatch(
      /^ResourceNotFoundException/,
    );
  });
});
