import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateSchemaCommand,
  DeleteDatasetCommand,
  DeleteDatasetGroupCommand,
  DeleteSchemaCommand,
  DescribeDatasetCommand,
  DescribeDatasetGroupCommand,
  DescribeSchemaCommand,
  ListDatasetGroupsCommand,
  ListDatasetsCommand,
  ListSchemasCommand,
  UpdateDatasetCommand,
} from '@aws-sdk/client-personalize';
import { createCountingCompute } from './support/counting-compute';
import { startTestAws, type TestAws } from './support/local-aws';
import { refusalOf } from './support/refusal';
import {
  createGroup,
  type Group,
  ITEMS_SCHEMA,
  importText,
  interactionsCsv,
  itemsCsv,
  startTraining,
  trainingEnd,
} from './support/shop';

const PREFIX = 'arn:aws:personalize:us-east-1:123456789012';
let aws: TestAws;
afterEach(() => aws.close());

async function createItemsSchema(name: string, ...more: readonly object[]): Promise<string> {
  const schema = JSON.stringify({ ...ITEMS_SCHEMA, fields: [...ITEMS_SCHEMA.fields, ...more] });
  return (await aws.personalize.send(new CreateSchemaCommand({ name, schema }))).schemaArn ?? '';
}

const COLOUR = { name: 'COLOUR', type: ['null', 'string'], categorical: true };

describe('schemas', () => {
  it('are deleted once no dataset has them, and free their names', async () => {
    aws = await startTestAws();
    const { itemsArn } = await createGroup(aws);
    const schemaArn = `${PREFIX}:schema/items`;

    expect(await refusalOf(aws.personalize.send(new DeleteSchemaCommand({ schemaArn })))).toBe(
      `ResourceInUseException: Resource ${schemaArn} is in use by ${itemsArn}.`,
    );
    await aws.personalize.send(new DeleteDatasetCommand({ datasetArn: itemsArn }));
    await aws.personalize.send(new DeleteSchemaCommand({ schemaArn }));
    expect(await refusalOf(aws.personalize.send(new DescribeSchemaCommand({ schemaArn })))).toMatch(
      /^ResourceNotFoundException/,
    );
    expect(await createItemsSchema('items')).toBe(schemaArn);
    const { schemas } = await aws.personalize.send(new ListSchemasCommand({}));
    expect(schemas?.map(({ name }) => name)).toEqual(['interactions', 'items']);
  });

  it('are limited in number, and list their domain', async () => {
    aws = await startTestAws({ quotas: { schemas: 1 } });
    const fields = [
      { name: 'USER_ID', type: 'string' },
      { name: 'ITEM_ID', type: 'string' },
      { name: 'TIMESTAMP', type: 'long' },
      { name: 'EVENT_TYPE', type: 'string' },
    ];
    const schema = JSON.stringify({ ...ITEMS_SCHEMA, name: 'Interactions', fields });
    await aws.personalize.send(new CreateSchemaCommand({ name: 'watched', schema, domain: 'VIDEO_ON_DEMAND' }));

    expect(await refusalOf(createItemsSchema('second'))).toBe(
      'LimitExceededException: You have reached the limit of 1 schemas in a region.',
    );
    expect(await refusalOf(createItemsSchema('watched'))).toMatch(/^ResourceAlreadyExistsException/);
    const { schemas } = await aws.personalize.send(new ListSchemasCommand({}));
    expect(schemas).toMatchObject([{ name: 'watched', domain: 'VIDEO_ON_DEMAND' }]);
  });
});

describe('dataset groups', () => {
  it('are five at most, unless the quota is another', async () => {
    aws = await startTestAws();
    const create = (name: string) => aws.personalize.send(new CreateDatasetGroupCommand({ name }));
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name);

    expect(await refusalOf(create('f'))).toMatch(/^LimitExceededException: .* 5 dataset groups/);
    expect(await refusalOf(create('a'))).toMatch(/^ResourceAlreadyExistsException/);
    await aws.personalize.send(new DeleteDatasetGroupCommand({ datasetGroupArn: `${PREFIX}:dataset-group/a` }));
    await create('f');
    const { datasetGroups } = await aws.personalize.send(new ListDatasetGroupsCommand({}));
    expect(datasetGroups?.map(({ name }) => name)).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  it('are deleted only when they are empty', async () => {
    aws = await startTestAws();
    const group = await createGroup(aws);
    const { datasetGroupArn } = group;
    const remove = () => aws.personalize.send(new DeleteDatasetGroupCommand({ datasetGroupArn }));

    expect(await refusalOf(remove())).toBe(
      `ResourceInUseException: Resource ${datasetGroupArn} is in use by ${group.interactionsArn}.`,
    );
    for (const datasetArn of [group.interactionsArn, group.itemsArn]) {
      await aws.personalize.send(new DeleteDatasetCommand({ datasetArn }));
    }
    await remove();
    expect(await refusalOf(aws.personalize.send(new DescribeDatasetGroupCommand({ datasetGroupArn })))).toMatch(
      /^ResourceNotFoundException/,
    );
    expect(await refusalOf(remove())).toMatch(/^ResourceNotFoundException/);
  });

  it('go through DELETE PENDING and DELETE IN_PROGRESS as time passes, also over a restart', async () => {
    let now = Date.UTC(2026, 10, 28);
    const options = { profile: 'real', now: () => now, credentials: null } as const;
    aws = await startTestAws(options);
    const { datasetGroupArn } = await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'slow' }));
    const status = async () =>
      (await aws.personalize.send(new DescribeDatasetGroupCommand({ datasetGroupArn }))).datasetGroup?.status;
    const remove = () => aws.personalize.send(new DeleteDatasetGroupCommand({ datasetGroupArn }));

    expect(await status()).toBe('CREATE PENDING');
    expect(await refusalOf(remove())).toMatch(/^ResourceInUseException: .*CREATE PENDING/);
    now += 14_000;
    expect(await status()).toBe('CREATE IN_PROGRESS');
    now += 60_000;
    expect(await status()).toBe('ACTIVE');
    await remove();
    expect(await status()).toBe('DELETE PENDING');
    expect(await refusalOf(remove())).toMatch(/^ResourceInUseException: .*DELETE PENDING/);
    expect(await refusalOf(aws.personalize.send(new CreateDatasetGroupCommand({ name: 'slow' })))).toMatch(
      /^ResourceAlreadyExistsException/,
    );
    now += 25_000;
    await aws.stop();
    aws = await startTestAws({ ...options, stateDir: aws.stateDir });
    expect(await status()).toBe('DELETE IN_PROGRESS');
    now += 90_000;
    expect(await refusalOf(status())).toMatch(/^ResourceNotFoundException/);
    await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'slow' }));
    expect(await status()).toBe('CREATE PENDING');
  });

  it('never give the number of a deleted one to another', async () => {
    aws = await startTestAws();
    const create = (name: string) => aws.personalize.send(new CreateDatasetGroupCommand({ name }));
    await create('first');
    const { datasetGroupArn } = await create('second');
    await aws.personalize.send(new DeleteDatasetGroupCommand({ datasetGroupArn }));
    await aws.stop();
    aws = await startTestAws({ stateDir: aws.stateDir });
    await create('third');

    const files = await readdir(join(aws.stateDir, 'personalize', 'dataset-groups'));
    expect(files.filter((name) => name.endsWith('.json')).sort()).toEqual([
      '00000001-dataset-group.first.json',
      '00000003-dataset-group.third.json',
    ]);
  });
});

describe('datasets', () => {
  async function describeItems(group: Group) {
    return (await aws.personalize.send(new DescribeDatasetCommand({ datasetArn: group.itemsArn }))).dataset;
  }

  it('take a schema that adds nullable columns and keeps the others', async () => {
    aws = await startTestAws();
    const group = await createGroup(aws);
    const update = (schemaArn: string, datasetArn = group.itemsArn) =>
      aws.personalize.send(new UpdateDatasetCommand({ datasetArn, schemaArn }));
    const wider = await createItemsSchema('wider', COLOUR);

    expect(await update(wider)).toMatchObject({ datasetArn: group.itemsArn });
    expect(await describeItems(group)).toMatchObject({
      schemaArn: wider,
      status: 'ACTIVE',
      latestDatasetUpdate: { schemaArn: wider, status: 'ACTIVE' },
    });
    expect(await refusalOf(update(`${PREFIX}:schema/items`))).toMatch(/^InvalidInputException: .*COLOUR/);
    const strict = await createItemsSchema('strict', COLOUR, { name: 'SIZE', type: 'string', categorical: true });
    expect(await refusalOf(update(strict))).toMatch(/^InvalidInputException: .*SIZE must allow null/);
    expect(await refusalOf(update(wider, group.interactionsArn))).toMatch(/^InvalidInputException/);
    expect(await refusalOf(update(`${PREFIX}:schema/none`))).toMatch(/^ResourceNotFoundException/);
    expect((await describeItems(group))?.schemaArn).toBe(wider);
  });

  it('take rows of the new columns beside those that were imported before', async () => {
    aws = await startTestAws();
    const group = await createGroup(aws);
    await importText(aws, { name: 'before', datasetArn: group.itemsArn, text: itemsCsv() });
    const schemaArn = await createItemsSchema('wider', COLOUR);
    await aws.personalize.send(new UpdateDatasetCommand({ datasetArn: group.itemsArn, schemaArn }));
    const text = 'ITEM_ID,GENRES,COLOUR\ni1,Drama,red\n';
    const end = await importText(aws, { name: 'after', datasetArn: group.itemsArn, text });
    await importText(aws, { name: 'rows', datasetArn: group.interactionsArn, text: interactionsCsv(1500) });
    const version = await startTraining(aws, group, 'aws-item-attribute-affinity');

    expect(end.status).toBe('ACTIVE');
    expect((await trainingEnd(aws, version)).status).toBe('ACTIVE');
  });

  it('show their former schema until the replacement has ended', async () => {
    let now = Date.UTC(2026, 10, 28);
    aws = await startTestAws({ profile: 'real', now: () => now, credentials: null });
    const { datasetGroupArn } = await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'slow' }));
    const schemaArn = await createItemsSchema('items');
    const wider = await createItemsSchema('wider', COLOUR);
    now += 60_000;
    const { datasetArn } = await aws.personalize.send(
      new CreateDatasetCommand({ name: 'items', datasetType: 'Items', datasetGroupArn, schemaArn }),
    );
    now += 60_000;
    const update = () => aws.personalize.send(new UpdateDatasetCommand({ datasetArn, schemaArn: wider }));
    await update();
    const described = async () => (await aws.personalize.send(new DescribeDatasetCommand({ datasetArn }))).dataset;

    expect(await described()).toMatchObject({ schemaArn, latestDatasetUpdate: { status: 'CREATE PENDING' } });
    expect(await refusalOf(update())).toMatch(/^ResourceInUseException/);
    expect(await refusalOf(aws.personalize.send(new DeleteSchemaCommand({ schemaArn })))).toMatch(/in use by/);
    now += 90_000;
    expect(await described()).toMatchObject({ schemaArn: wider, latestDatasetUpdate: { status: 'ACTIVE' } });
  });

  it('are not deleted under a training, and take their files with them after it', async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    aws = await startTestAws({ compute: createCountingCompute({ gate: () => gate }) });
    const group = await createGroup(aws);
    const datasetArn = group.interactionsArn;
    await importText(aws, { name: 'rows', datasetArn, text: interactionsCsv(1500) });
    const version = await startTraining(aws, group, 'aws-popularity-count');
    const remove = () => aws.personalize.send(new DeleteDatasetCommand({ datasetArn }));
    const files = () => readdir(join(aws.stateDir, 'personalize', 'data'));

    expect(await refusalOf(remove())).toBe(`ResourceInUseException: Resource ${datasetArn} is in use by ${version}.`);
    open();
    await trainingEnd(aws, version);
    expect(await files()).toHaveLength(1);
    await remove();
    expect(await files()).toEqual([]);
    const { datasets } = await aws.personalize.send(new ListDatasetsCommand({}));
    expect(datasets?.map((one) => one.datasetArn)).toEqual([group.itemsArn]);
    expect(await refusalOf(aws.personalize.send(new DescribeDatasetCommand({ datasetArn })))).toMatch(
      /^ResourceNotFoundException/,
    );
  });

  it('begin empty where one of the same name was deleted', async () => {
    aws = await startTestAws();
    const group = await createGroup(aws);
    const { datasetGroupArn, interactionsArn: datasetArn } = group;
    await importText(aws, { name: 'rows', datasetArn, text: interactionsCsv(1500) });
    await aws.personalize.send(new DeleteDatasetCommand({ datasetArn }));
    const again = {
      name: 'again',
      datasetType: 'INTERACTIONS',
      datasetGroupArn,
      schemaArn: `${PREFIX}:schema/interactions`,
    };
    expect((await aws.personalize.send(new CreateDatasetCommand(again))).datasetArn).toBe(datasetArn);

    expect(await refusalOf(startTraining(aws, group, 'aws-popularity-count'))).toMatch(/has no imported data/);
  });
});
