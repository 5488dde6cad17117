import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateDatasetCommand,
  CreateSchemaCommand,
  DeleteDatasetCommand,
  DescribeDatasetCommand,
} from '@aws-sdk/client-personalize';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from '../support/local-aws';
import {
  BUCKET,
  createGroup,
  type Group,
  importLocation,
  importText,
  interactionsCsv,
  itemsCsv,
  putText,
  startTraining,
  trainingEnd,
} from '../support/shop';

let aws: TestAws;
let group: Group;

beforeAll(async () => {
  aws = await startTestAws();
  group = await createGroup(aws);
});
afterAll(() => aws.close());

const at = (key: string): string => `s3://${BUCKET}/${key}`;

async function importItems(name: string, key: string, importMode: 'FULL' | 'INCREMENTAL' = 'FULL') {
  return importLocation(aws, { name, datasetArn: group.itemsArn, dataLocation: at(key), importMode });
}

describe('the location of an import', () => {
  beforeAll(async () => {
    await putText(aws, 'parts/a.csv', itemsCsv());
    await putText(aws, 'parts/b.csv', 'ITEM_ID,GENRES\nb1,Drama\n');
    for (const Key of ['parts/_SUCCESS', 'parts/']) {
      await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: '', ContentLength: 0 }));
    }
    await putText(aws, 'parts/old/c.csv', 'not a dataset');
    await putText(aws, 'parts-old.csv', 'not a dataset');
  });

  it('may be a folder, of which the first level is taken', async () => {
    expect(await importItems('folder', 'parts/')).toMatchObject({ status: 'ACTIVE', importMode: 'FULL' });
    const [folder = ''] = await readdir(join(aws.stateDir, 'personalize', 'data'));
    expect(await readdir(join(aws.stateDir, 'personalize', 'data', folder))).toEqual(['00000.csv', '00001.csv']);
  });

  it('names the file that is wrong', async () => {
    expect((await importItems('bad-file', 'parts/old/')).failureReason).toBe(
      `Input CSV is missing the following columns:[ITEM_ID, GENRES]. File ${at('parts/old/c.csv')}, line 1.`,
    );
  });

  it.each(['parts', 'parts/c', 'nothing/', 'parts/_SUCCESS'])('may not be %s', async (key) => {
    const { status, failureReason } = await importItems(`no-${key.replaceAll(/\W/g, '-')}`, key);
    expect(status).toBe('CREATE FAILED');
    expect(failureReason).toBe(
      `Failed to create a data import job for ITEMS dataset. Invalid Data location. There is no data at ${at(key)}.`,
    );
  });

  it('must be on S3', async () => {
    const job = { name: 'web', datasetArn: group.itemsArn, dataLocation: 'https://example.com/x.csv' };
    await expect(importLocation(aws, job)).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: 'Invalid Data location',
    });
  });
});

describe('an import', () => {
  it('that fails leaves the dataset as it was, and keeps no file', async () => {
    const datasetArn = group.interactionsArn;
    await importText(aws, { name: 'good', datasetArn, text: interactionsCsv(1500) });
    const folders = await readdir(join(aws.stateDir, 'personalize', 'data'));
    const failed = await importText(aws, { name: 'bad', datasetArn, text: `${interactionsCsv(1500)}u1,i1,soon,\n` });
    expect(failed).toMatchObject({
      status: 'CREATE FAILED',
      failureReason: expect.stringContaining(`${at('import/bad.csv')}, line 1502, column TIMESTAMP.`),
    });
    expect(await readdir(join(aws.stateDir, 'personalize', 'data'))).toEqual(folders);
    expect(await trainingEnd(aws, await startTraining(aws, group, 'aws-popularity-count'))).toMatchObject({
      status: 'ACTIVE',
    });
  });

  it('of times in milliseconds is refused with the reason', async () => {
    const text = interactionsCsv(1500).replaceAll(/,(1700\d{6}),/g, ',$1000,');
    const { failureReason } = await importText(aws, { name: 'ms', datasetArn: group.interactionsArn, text });
    expect(failureReason).toMatch(/^Value "1700000000000" seems to be in milliseconds: .*line 2, column TIMESTAMP.$/);
  });

  it('that appends has to have data to append to', async () => {
    const empty = await createUsers(await createUsersSchema());
    await putText(aws, 'users.csv', 'USER_ID,AGE\nu1,5\n');
    const job = { name: 'early', datasetArn: empty, dataLocation: at('users.csv') };
    await expect(importLocation(aws, { ...job, importMode: 'INCREMENTAL' })).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    expect(await importLocation(aws, { ...job, name: 'first' })).toMatchObject({ status: 'ACTIVE' });
    expect(await importLocation(aws, { ...job, name: 'second', importMode: 'INCREMENTAL' })).toMatchObject({
      status: 'ACTIVE',
      importMode: 'INCREMENTAL',
    });
  });

  it('into a dataset that was deleted is none into the one that takes its place', async () => {
    const { datasetArn, schemaArn } = await describeUsers();
    await aws.personalize.send(new DeleteDatasetCommand({ datasetArn }));
    expect(await createUsers(schemaArn)).toBe(datasetArn);
    const job = { name: 'after', datasetArn: datasetArn ?? '', dataLocation: at('users.csv') };
    await expect(importLocation(aws, { ...job, importMode: 'INCREMENTAL' })).rejects.toMatchObject({
      message: 'The first import of a dataset must be of mode FULL.',
    });
    expect(await importLocation(aws, job)).toMatchObject({ status: 'ACTIVE' });
  });
});

async function createUsersSchema(): Promise<string | undefined> {
  const fields = [
    { name: 'USER_ID', type: 'string' },
    { name: 'AGE', type: 'int' },
  ];
  const namespace = 'com.amazonaws.personalize.schema';
  const schema = JSON.stringify({ type: 'record', name: 'Users', namespace, fields, version: '1.0' });
  return (await aws.personalize.send(new CreateSchemaCommand({ name: 'users', schema }))).schemaArn;
}

async function createUsers(schemaArn: string | undefined): Promise<string> {
  const { datasetGroupArn } = group;
  const command = new CreateDatasetCommand({ name: 'users', datasetType: 'Users', datasetGroupArn, schemaArn });
  return (await aws.personalize.send(command)).datasetArn ?? '';
}

async function describeUsers() {
  const datasetArn = group.itemsArn.replace(/ITEMS$/, 'USERS');
  const { dataset } = await aws.personalize.send(new DescribeDatasetCommand({ datasetArn }));
  return { datasetArn, schemaArn: dataset?.schemaArn };
}
