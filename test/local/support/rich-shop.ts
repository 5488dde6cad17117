/** Makes a dataset group with columns of every kind, and keeps what the computations were asked to do. */

import {
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  type CreateSolutionCommandInput,
  CreateSolutionVersionCommand,
  DescribeDatasetCommand,
  DescribeDatasetGroupCommand,
} from '@aws-sdk/client-personalize';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { Compute, InferTask, SegmentTask, TrainTask } from '../../../src/local/compute-port';
import { createCountingCompute } from './counting-compute';
import type { TestAws } from './local-aws';
import { BUCKET, importText, settle, trainingEnd } from './shop';

const NAMESPACE = { namespace: 'com.amazonaws.personalize.schema', version: '1.0', type: 'record' };

const SCHEMAS = {
  INTERACTIONS: [
    { name: 'USER_ID', type: 'string' },
    { name: 'ITEM_ID', type: 'string' },
    { name: 'TIMESTAMP', type: 'long' },
    { name: 'EVENT_TYPE', type: 'string' },
    { name: 'EVENT_VALUE', type: ['null', 'float'] },
  ],
  ITEMS: [
    { name: 'ITEM_ID', type: 'string' },
    { name: 'NAME', type: 'string', itemName: true },
    { name: 'GENRES', type: 'string', categorical: true },
    { name: 'PRICE', type: 'float' },
    { name: 'LENGTH', type: ['null', 'int'] },
    { name: 'ABOUT', type: ['null', 'string'], textual: true },
    { name: 'CREATION_TIMESTAMP', type: 'long' },
  ],
  USERS: [
    { name: 'USER_ID', type: 'string' },
    { name: 'AGE', type: 'int' },
  ],
} as const;

export type DatasetName = keyof typeof SCHEMAS;

const ROWS: Readonly<Record<DatasetName, () => readonly string[]>> = {
  INTERACTIONS: () =>
    Array.from({ length: 1500 }, (_, n) => {
      const type = n % 3 === 0 ? 'purchase' : 'view';
      return `u${(n * 7 + (n % 3)) % 40},i${(n * n) % (10 + (n % 41))},${1_700_000_000 + n * 60},${type},${n % 5}`;
    }),
  ITEMS: () =>
    Array.from({ length: 51 }, (_, n) => {
      const genres = n % 2 === 0 ? 'Drama|Comedy' : 'Horror';
      return `i${n},Item ${n},${genres},${n}.5,${n % 4 === 0 ? '' : n},about number ${n},${1_690_000_000 + n}`;
    }),
  USERS: () => Array.from({ length: 40 }, (_, n) => `u${n},${10 + n}`),
};

export function csvOf(dataset: DatasetName): string {
  const header = SCHEMAS[dataset].map(({ name }) => name).join(',');
  return `${header}\n${ROWS[dataset]().join('\n')}\n`;
}

/** Makes a group with the datasets that are named, all of them with data; gives its ARN. */
export async function createRichGroup(
  aws: TestAws,
  name: string,
  datasets: readonly DatasetName[] = ['INTERACTIONS', 'ITEMS', 'USERS'],
  { wait = false }: { readonly wait?: boolean } = {},
): Promise<string> {
  await aws.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const { datasetGroupArn = '' } = await aws.personalize.send(new CreateDatasetGroupCommand({ name }));
  if (wait) {
    await settle(async () => {
      const answer = await aws.personalize.send(new DescribeDatasetGroupCommand({ datasetGroupArn }));
      return answer.datasetGroup ?? {};
    });
  }
  for (const datasetType of datasets) {
    const kind = datasetType.charAt(0) + datasetType.slice(1).toLowerCase();
    const schema = JSON.stringify({ ...NAMESPACE, name: kind, fields: SCHEMAS[datasetType] });
    const own = `${name}-${datasetType.toLowerCase()}`;
    const { schemaArn } = await aws.personalize.send(new CreateSchemaCommand({ name: own, schema }));
    const { datasetArn = '' } = await aws.personalize.send(
      new CreateDatasetCommand({ name: own, datasetType, datasetGroupArn, schemaArn }),
    );
    if (wait) {
      await settle(async () => (await aws.personalize.send(new DescribeDatasetCommand({ datasetArn }))).dataset ?? {});
    }
    const { failureReason } = await importText(aws, { name: own, datasetArn, text: csvOf(datasetType) });
    if (failureReason !== undefined) throw new Error(failureReason);
  }
  return datasetGroupArn;
}

/** Adds a solution; `recipe` is a short name. */
export async function addSolution(
  aws: TestAws,
  recipe: string,
  more: Partial<CreateSolutionCommandInput> & Pick<CreateSolutionCommandInput, 'datasetGroupArn'>,
): Promise<string> {
  const command = new CreateSolutionCommand({
    name: recipe,
    recipeArn: `arn:aws:personalize:::recipe/${recipe}`,
    ...more,
  });
  return (await aws.personalize.send(command)).solutionArn ?? '';
}

/** Trains a version of a solution to its end; gives its ARN. */
export async function addVersion(aws: TestAws, solutionArn: string, trainingMode?: 'FULL' | 'UPDATE'): Promise<string> {
  const command = new CreateSolutionVersionCommand({ solutionArn, ...(trainingMode && { trainingMode }) });
  const { solutionVersionArn = '' } = await aws.personalize.send(command);
  await trainingEnd(aws, solutionVersionArn);
  return solutionVersionArn;
}

export interface Recording extends Compute {
  readonly trainings: readonly TrainTask[];
  readonly inferences: readonly InferTask[];
  readonly segments: readonly SegmentTask[];
}

/** Computes as `inner` does, and keeps the tasks. */
export function recordCompute(inner: Compute = createCountingCompute()): Recording {
  const [trainings, inferences, segments]: [TrainTask[], InferTask[], SegmentTask[]] = [[], [], []];
  return {
    trainings,
    inferences,
    segments,
    train(task, signal) {
      trainings.push(task);
      return inner.train(task, signal);
    },
    infer(task) {
      inferences.push(task);
      return inner.infer(task);
    },
    segment(task) {
      segments.push(task);
      return inner.segment(task);
    },
    close: () => inner.close(),
  };
}

/** Gives the name and the message of the refusal, or `accepted`. */
export async function refusalOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
}
