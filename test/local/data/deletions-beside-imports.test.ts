import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateDataDeletionJobCommand,
  CreateDatasetImportJobCommand,
  DescribeDataDeletionJobCommand,
} from '@aws-sdk/client-personalize';
import { startTestAws, type TestAws } from '../support/local-aws';
import { BUCKET, createGroup, type Group, importLocation, importText, interactionsCsv, putText } from '../support/shop';

/** Enough that an import of them takes longer than a deletion of one user. */
const MANY = 250_000;

let aws: TestAws;
let group: Group;
beforeEach(async () => {
  aws = await startTestAws();
  group = await createGroup(aws);
  await putText(aws, 'gone.csv', 'USER_ID\nu1\n');
});
afterEach(() => aws.close());

async function startDeletion(): Promise<string> {
  const command = new CreateDataDeletionJobCommand({
    jobName: 'gone',
    datasetGroupArn: group.datasetGroupArn,
    dataSource: { dataLocation: `s3://${BUCKET}/gone.csv` },
    roleArn: 'arn:aws:iam::123456789012:role/nightjar',
  });
  return (await aws.personalize.send(command)).dataDeletionJobArn ?? '';
}

async function endOf(dataDeletionJobArn: string) {
  for (;;) {
    const { dataDeletionJob } = await aws.personalize.send(new DescribeDataDeletionJobCommand({ dataDeletionJobArn }));
    if (dataDeletionJob?.status === 'COMPLETED' || dataDeletionJob?.status === 'FAILED') return dataDeletionJob;
  }
}

async function rowsOfUser(user: string): Promise<number> {
  const folder = join(aws.stateDir, 'personalize', 'data');
  const texts = (await readdir(folder))
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readFile(join(folder, name, '00000.csv'), 'utf8'));
  return (await Promise.all(texts)).join('\n').match(new RegExp(`^${user},`, 'gm'))?.length ?? 0;
}

describe('a deletion of users', () => {
  it('has the rows of an import that began before it', async () => {
    await putText(aws, 'many.csv', interactionsCsv(MANY));
    const dataSource = { dataLocation: `s3://${BUCKET}/many.csv` };
    const datasetArn = group.interactionsArn;
    await aws.personalize.send(new CreateDatasetImportJobCommand({ jobName: 'many', datasetArn, dataSource }));

    const job = await endOf(await startDeletion());

    expect(job.status).toBe('COMPLETED');
    expect(job.numDeleted).toBeGreaterThan(1000);
    expect(await rowsOfUser('u1')).toBe(0);
    expect(await rowsOfUser('u2')).toBeGreaterThan(1000);
  });

  it('keeps the files that it reads while a FULL import replaces them', async () => {
    const datasetArn = group.interactionsArn;
    await importText(aws, { name: 'first', datasetArn, text: interactionsCsv(1500) });
    // Takes long to read, so that the import comes while the deletion is under way.
    const others = Array.from({ length: 500_000 }, (_, n) => `nobody${n}\n`).join('');
    await putText(aws, 'gone.csv', `USER_ID\nu1\n${others}`);
    await putText(aws, 'few.csv', interactionsCsv(1000));
    const few = { datasetArn, dataLocation: `s3://${BUCKET}/few.csv` };
    await importLocation(aws, { ...few, name: 'appended', importMode: 'INCREMENTAL' });

    const arn = await startDeletion();
    await importLocation(aws, { ...few, name: 'replacing' });

    const { status, failureReason, numDeleted } = await endOf(arn);
    expect([status, failureReason]).toEqual(['COMPLETED', undefined]);
    const ofUser = (rows: number): number => interactionsCsv(rows).match(/^u1,/gm)?.length ?? 0;
    expect(numDeleted).toBeGreaterThanOrEqual(ofUser(1500) + ofUser(1000));
  });
});
