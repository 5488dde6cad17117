import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CreateDatasetImportJobCommand, DescribeDatasetImportJobCommand } from '@aws-sdk/client-personalize';
import { startTestAws, type TestAws } from '../support/local-aws';
import { BUCKET, createGroup, type Group, importText, itemsCsv, putText, settle } from '../support/shop';

let aws: TestAws;
let group: Group;
beforeEach(async () => {
  aws = await startTestAws();
  group = await createGroup(aws);
});
afterEach(() => aws.close());

const personalize = (...path: readonly string[]): string => join(aws.stateDir, 'personalize', ...path);
const readImported = (): Promise<string> => readFile(personalize('data', '00000001', '00000.csv'), 'utf8');

describe('the files of an import', () => {
  it('stay as they are where another program writes into the file of the object', async () => {
    await importText(aws, { name: 'items', datasetArn: group.itemsArn, text: itemsCsv() });

    await writeFile(join(aws.stateDir, 's3', BUCKET, 'import', 'items.csv'), 'ITEM_ID,GENRES\nother,Drama\n');

    expect(await readImported()).toBe(itemsCsv());
  });

  it('are those of before a kill', async () => {
    await importText(aws, { name: 'items', datasetArn: group.itemsArn, text: itemsCsv() });
    await putText(aws, 'import/items.csv', 'ITEM_ID,GENRES\nother,Drama\n');
    await aws.stop();
    const [name = ''] = (await readdir(personalize('dataset-import-jobs'))).filter((one) => one.endsWith('.json'));
    const record = personalize('dataset-import-jobs', name);
    const { outcome: _, ...unfinished } = JSON.parse(await readFile(record, 'utf8'));
    await writeFile(record, JSON.stringify(unfinished));

    aws = await startTestAws({ stateDir: aws.stateDir });
    expect(await endOf(unfinished.arn)).toMatchObject({ status: 'ACTIVE' });
    expect(await readImported()).toBe(itemsCsv());
  });
});

describe('a work folder that can not be made', () => {
  it('is tried again until it can', async () => {
    await putText(aws, 'items.csv', itemsCsv());
    await rename(personalize('work'), personalize('work-away'));
    await writeFile(personalize('work'), '');
    const { datasetImportJobArn } = await aws.personalize.send(
      new CreateDatasetImportJobCommand({
        jobName: 'items',
        datasetArn: group.itemsArn,
        dataSource: { dataLocation: `s3://${BUCKET}/items.csv` },
      }),
    );
    await setTimeout(50);
    await rm(personalize('work'));

    expect(await endOf(datasetImportJobArn)).toMatchObject({ status: 'ACTIVE' });
  });
});

async function endOf(datasetImportJobArn: string | undefined) {
  return settle(async () => {
    const answer = await aws.personalize.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn }));
    return answer.datasetImportJob ?? {};
  });
}
