import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateFilterCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  DescribeSolutionCommand,
  UpdateDatasetCommand,
} from '@aws-sdk/client-personalize';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  addSolution,
  addVersion,
  createRichGroup,
  type Recording,
  recordCompute,
  refusalOf,
} from './support/rich-shop';

let aws: TestAws;
let compute: Recording;
let datasetGroupArn: string;
beforeEach(async () => {
  compute = recordCompute();
  aws = await startTestAws({ compute, quotas: { solutions: 2, filters: 1 } });
  datasetGroupArn = await createRichGroup(aws, 'rich');
});
afterEach(() => aws.close());

const ARN = 'arn:aws:personalize:us-east-1:123456789012';

async function addColumn(name: string): Promise<void> {
  const fields = [
    { name: 'USER_ID', type: 'string' },
    { name: 'AGE', type: 'int' },
    { name, type: ['null', 'string'], categorical: true },
  ];
  const namespace = 'com.amazonaws.personalize.schema';
  const schema = JSON.stringify({ type: 'record', name: 'Users', namespace, version: '1.0', fields });
  const { schemaArn } = await aws.personalize.send(new CreateSchemaCommand({ name: 'wider', schema }));
  await aws.personalize.send(new UpdateDatasetCommand({ datasetArn: `${ARN}:dataset/rich/USERS`, schemaArn }));
}

describe('columns that a replaced schema adds', () => {
  it('are left out of the trainings of solutions of before, and are read by those of later ones', async () => {
    const excludedDatasetColumns = { users: ['AGE'] };
    const before = await addSolution(aws, 'aws-popularity-count', {
      datasetGroupArn,
      solutionConfig: { trainingDataConfig: { excludedDatasetColumns } },
    });
    await addVersion(aws, before);
    await addColumn('TIER');
    await addVersion(aws, before);
    await addVersion(aws, await addSolution(aws, 'aws-popularity-count', { name: 'later', datasetGroupArn }));

    const excluded = compute.trainings.map(({ excludedColumns }) => excludedColumns);
    expect(excluded).toEqual([{ USERS: ['AGE'] }, { USERS: ['AGE', 'TIER'] }, undefined]);
    const { solution } = await aws.personalize.send(new DescribeSolutionCommand({ solutionArn: before }));
    expect(solution?.solutionConfig).toEqual({ trainingDataConfig: { excludedDatasetColumns } });
  });
});

describe('a name that is taken', () => {
  it('is refused as such where the quota is reached as well', async () => {
    const recipeArn = 'arn:aws:personalize:::recipe/aws-popularity-count';
    const solve = (name: string) =>
      refusalOf(aws.personalize.send(new CreateSolutionCommand({ name, datasetGroupArn, recipeArn })));
    const filterExpression = 'INCLUDE ItemID WHERE Items.PRICE > 1';
    const filter = (name: string) =>
      refusalOf(aws.personalize.send(new CreateFilterCommand({ name, datasetGroupArn, filterExpression })));
    for (const name of ['a', 'b']) await solve(name);
    await filter('a');

    expect([await solve('b'), await filter('a')]).toEqual([
      expect.stringMatching(/^ResourceAlreadyExistsException/),
      expect.stringMatching(/^ResourceAlreadyExistsException/),
    ]);
    expect([await solve('c'), await filter('c')]).toEqual([
      expect.stringMatching(/^LimitExceededException/),
      expect.stringMatching(/^LimitExceededException/),
    ]);
  });
});

describe('model files', () => {
  it('that no version names are removed at the start', async () => {
    await addVersion(aws, await addSolution(aws, 'aws-popularity-count', { datasetGroupArn }));
    const models = join(aws.stateDir, 'personalize', 'models');
    const named = await readdir(models);
    await aws.stop();
    await writeFile(join(models, 'left.12345678.model'), '');

    aws = await startTestAws({ compute, stateDir: aws.stateDir });
    expect(named).toHaveLength(1);
    expect(await readdir(models)).toEqual(named);
  });
});
