import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateDataDeletionJobCommand,
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateSchemaCommand,
  DescribeDataDeletionJobCommand,
  ListDataDeletionJobsCommand,
} from '@aws-sdk/client-personalize';
import { startTestAws, type TestAws } from '../support/local-aws';
import {
  BUCKET,
  createGroup,
  type Group,
  importText,
  interactionsCsv,
  itemsCsv,
  putText,
  ROLE_ARN,
} from '../support/shop';

interface Shop extends Group {
  readonly usersArn: string;
}

let aws: TestAws;
afterEach(() => aws.close());

const USERS = Array.from({ length: 40 }, (_, n) => `u${n},${20 + n}`);

/** Imports interactions twice, the second appended, and items and users once. */
async function loadShop(): Promise<Shop> {
  const group = await createGroup(aws);
  const fields = [
    { name: 'USER_ID', type: 'string' },
    { name: 'AGE', type: 'int' },
  ];
  const namespace = 'com.amazonaws.personalize.schema';
  const schema = JSON.stringify({ type: 'record', name: 'Users', namespace, fields, version: '1.0' });
  const { schemaArn } = await aws.personalize.send(new CreateSchemaCommand({ name: 'users', schema }));
  const { datasetGroupArn } = group;
  const create = new CreateDatasetCommand({ name: 'users', datasetType: 'Users', datasetGroupArn, schemaArn });
  const { datasetArn: usersArn = '' } = await aws.personalize.send(create);
  await importText(aws, { name: 'events', datasetArn: group.interactionsArn, text: interactionsCsv(1200) });
  await importText(aws, { name: 'items', datasetArn: group.itemsArn, text: itemsCsv() });
  await importText(aws, { name: 'users', datasetArn: usersArn, text: `USER_ID,AGE\r\n${USERS.join('\r\n')}\r\n` });
  return { ...group, usersArn };
}

async function start(group: Group, jobName: string, location = `s3://${BUCKET}/gone/${jobName}.csv`): Promise<string> {
  const { dataDeletionJobArn } = await aws.personalize.send(
    new CreateDataDeletionJobCommand({
      jobName,
      datasetGroupArn: group.datasetGroupArn,
      dataSource: { dataLocation: location },
      roleArn: ROLE_ARN,
    }),
  );
  return dataDeletionJobArn ?? '';
}

async function endOf(dataDeletionJobArn: string) {
  for (;;) {
    const { dataDeletionJob } = await aws.personalize.send(new DescribeDataDeletionJobCommand({ dataDeletionJobArn }));
    if (dataDeletionJob?.status === 'COMPLETED' || dataDeletionJob?.status === 'FAILED') return dataDeletionJob;
  }
}

const dataFolder = (): string => join(aws.stateDir, 'personalize', 'data');

/** Reads the imported rows, by the numbers of the imports. */
async function readRows(): Promise<Readonly<Record<string, readonly string[]>>> {
  const folders = (await readdir(dataFolder())).filter((name) => /^\d+$/.test(name)).sort();
  const texts = folders.map(async (folder) => {
    const lines = (await readFile(join(dataFolder(), folder, '00000.csv'), 'utf8')).trim().split('\n');
    return [folder, lines.slice(1).map((line) => line.trim())] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

const withoutUsers = (rows: readonly string[], users: readonly string[]): readonly string[] =>
  rows.filter((row) => !users.includes(row.slice(0, row.indexOf(','))));

describe('the deletion of users', () => {
  it('removes their rows from interactions and users, and counts them', async () => {
    aws = await startTestAws();
    const shop = await loadShop();
    const before = await readRows();
    await putText(aws, 'gone/a.csv', 'USER_ID\nu1\n"u2"\n');
    await putText(aws, 'gone/more/b.csv', '\uFEFFUSER_ID\r\nu3\r\nnobody\r\n');

    const arn = await start(shop, 'gone', `s3://${BUCKET}/gone/`);
    const job = await endOf(arn);
    const after = await readRows();

    const gone = ['u1', 'u2', 'u3'];
    expect(Object.keys(after)).toEqual(['00000001', '00000002', '00000003']);
    expect(after['00000001']).toEqual(withoutUsers(before['00000001'] ?? [], gone));
    expect(after['00000002']).toEqual(before['00000002']);
    expect(after['00000003']).toEqual(withoutUsers(USERS, gone));
    const count = (rows: typeof before): number => Object.values(rows).flat().length;
    expect(job).toMatchObject({
      dataDeletionJobArn: 'arn:aws:personalize:us-east-1:123456789012:data-deletion-job/gone',
      datasetGroupArn: shop.datasetGroupArn,
      status: 'COMPLETED',
      numDeleted: count(before) - count(after),
      roleArn: ROLE_ARN,
    });
    expect(job?.numDeleted).toBeGreaterThan(3);
    await aws.stop();
    expect((await readdir(dataFolder())).sort()).toEqual(Object.keys(after));
  });

  it('leaves other dataset groups alone, and is listed by group', async () => {
    aws = await startTestAws();
    const shop = await loadShop();
    const { datasetGroupArn = '' } = await aws.personalize.send(new CreateDatasetGroupCommand({ name: 'other' }));
    const before = await readRows();
    await putText(aws, 'gone/other.csv', 'USER_ID\nu1\n');
    const arn = await start({ ...shop, datasetGroupArn }, 'other');

    expect(await endOf(arn)).toMatchObject({ status: 'COMPLETED', numDeleted: 0 });
    expect(await readRows()).toEqual(before);
    const list = async (group?: string) =>
      (await aws.personalize.send(new ListDataDeletionJobsCommand({ datasetGroupArn: group }))).dataDeletionJobs;
    expect(await list(datasetGroupArn)).toMatchObject([{ jobName: 'other', status: 'COMPLETED', datasetGroupArn }]);
    expect(await list(shop.datasetGroupArn)).toEqual([]);
    expect(await list()).toHaveLength(1);
  });

  it('says what is wrong with the list, and deletes nothing then', async () => {
    aws = await startTestAws();
    const shop = await loadShop();
    const before = await readRows();
    const fail = async (name: string, text: string): Promise<string | undefined> => {
      await putText(aws, `gone/${name}.csv`, text);
      return (await endOf(await start(shop, name))).failureReason;
    };
    expect(await fail('column', 'USER\nu1\n')).toBe(
      `Input CSV is missing the following columns:[USER_ID]. File s3://${BUCKET}/gone/column.csv, line 1.`,
    );
    expect(await fail('columns', 'USER_ID,WHY\nu1,x\n')).toMatch(/single column USER_ID/);
    expect(await fail('long', `USER_ID\nu1\n${'u'.repeat(257)}\n`)).toMatch(/256 characters for USER_ID.*line 3/);
    expect((await endOf(await start(shop, 'absent'))).failureReason).toMatch(/^Invalid Data location\./);
    expect(await readRows()).toEqual(before);
    await expect(start(shop, 'web', 'https://example.com/x')).rejects.toMatchObject({ name: 'InvalidInputException' });
    await expect(start(shop, 'long')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    await expect(start({ ...shop, datasetGroupArn: `${shop.datasetGroupArn}x` }, 'g')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('takes turns where there are several, and five at a time for a group', async () => {
    aws = await startTestAws();
    const shop = await loadShop();
    const names = ['u1', 'u2', 'u3', 'u4'];
    for (const name of names) await putText(aws, `gone/${name}.csv`, `USER_ID\n${name}\n`);
    for (const arn of await Promise.all(names.map((name) => start(shop, name)))) {
      expect((await endOf(arn)).numDeleted).toBeGreaterThan(0);
    }
    expect((await readRows())['00000003']).toEqual(withoutUsers(USERS, names));
    await aws.stop();

    aws = await startTestAws({ stateDir: aws.stateDir, jobSeconds: 100 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await start(shop, name);
    await expect(start(shop, 'f')).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'More than 5 resources with PENDING or IN_PROGRESS status.',
    });
    const { dataDeletionJobs } = await aws.personalize.send(new ListDataDeletionJobsCommand({}));
    expect(dataDeletionJobs?.map(({ status }) => status)).toContain('PENDING');
  });
});

describe('a deletion that was killed', () => {
  /** Puts the state on disk back to that of a job which had not ended. */
  async function forgetEnd(name: string): Promise<void> {
    const folder = join(aws.stateDir, 'personalize', 'data-deletion-jobs');
    const [file = ''] = (await readdir(folder)).filter((one) => one.includes(`.${name}.json`));
    const { outcome: _, ...resource } = JSON.parse(await readFile(join(folder, file), 'utf8'));
    await writeFile(join(folder, file), JSON.stringify(resource));
  }

  const stage = async (file: string, rows: readonly string[]): Promise<void> => {
    const folder = join(dataFolder(), 'deletion-1', 'try');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, file), `USER_ID,AGE\n${rows.join('\n')}\n`);
  };

  beforeEach(async () => {
    aws = await startTestAws();
    const shop = await loadShop();
    await putText(aws, 'gone/job.csv', 'USER_ID\nu1\n');
    await endOf(await start(shop, 'job'));
    await aws.stop();
    await forgetEnd('job');
  });

  const arn = 'arn:aws:personalize:us-east-1:123456789012:data-deletion-job/job';

  it('between two files puts the others in place, and gives the number of all rows', async () => {
    const before = await readRows();
    const rows = ['u8,28', 'u9,29'];
    await stage('1.csv', rows);
    const moves = [
      { from: 'try/0.csv', to: '00000001/00000.csv' },
      { from: 'try/1.csv', to: '00000003/00000.csv' },
      { from: 'try/2.csv', to: '00000099/00000.csv' },
    ];
    await writeFile(join(dataFolder(), 'deletion-1', 'plan.json'), JSON.stringify({ numDeleted: 77, moves }));

    aws = await startTestAws({ stateDir: aws.stateDir });

    expect(await endOf(arn)).toMatchObject({ status: 'COMPLETED', numDeleted: 77 });
    await aws.stop();
    expect(await readRows()).toEqual({ ...before, '00000003': rows });
  });

  it('before its plan was whole starts afresh', async () => {
    const before = await readRows();
    const users = join(dataFolder(), '00000003', '00000.csv');
    await stage('0.csv', ['u8,28']);
    await writeFile(`${users}.new`, `USER_ID,AGE\n${USERS.join('\n')}\n`);
    await rename(`${users}.new`, users);

    aws = await startTestAws({ stateDir: aws.stateDir });

    expect(await endOf(arn)).toMatchObject({ status: 'COMPLETED', numDeleted: 1 });
    await aws.stop();
    expect(await readRows()).toEqual(before);
  });
});
