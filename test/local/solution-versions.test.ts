import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBatchInferenceJobCommand,
  CreateSolutionVersionCommand,
  DeleteSolutionCommand,
  DescribeSolutionVersionCommand,
  GetSolutionMetricsCommand,
  ListSolutionVersionsCommand,
  StopSolutionVersionCreationCommand,
  UpdateSolutionCommand,
} from '@aws-sdk/client-personalize';
import { createCompute } from '../../src/local/compute/compute';
import type { Compute } from '../../src/local/compute-port';
import { createCountingCompute } from './support/counting-compute';
import { startTestAws, type TestAws } from './support/local-aws';
import {
  addSolution,
  addVersion,
  createRichGroup,
  type Recording,
  recordCompute,
  refusalOf,
} from './support/rich-shop';
import { BUCKET, ROLE_ARN, settle, trainingEnd } from './support/shop';

let aws: TestAws;
afterEach(() => aws.close());

async function versionOf(solutionVersionArn: string) {
  const { solutionVersion } = await aws.personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }));
  return solutionVersion ?? {};
}

async function start(solutionArn: string, more: { name?: string; trainingMode?: 'UPDATE' | 'AUTOTRAIN' } = {}) {
  const made = await aws.personalize.send(new CreateSolutionVersionCommand({ solutionArn, ...more }));
  return made.solutionVersionArn ?? '';
}

const stop = (solutionVersionArn: string) =>
  refusalOf(aws.personalize.send(new StopSolutionVersionCreationCommand({ solutionVersionArn })));

async function statusUntil(arn: string, status: string): Promise<void> {
  await settle(async () => {
    const now = (await versionOf(arn)).status;
    return { status: now === status ? 'ACTIVE' : 'going on' };
  });
}

/** Trains the real models at once, and holds a training of the name back until it is stopped. */
function holdTrainings(inner: Compute): Compute & { hold: boolean; aborted: number } {
  const held = {
    ...inner,
    hold: false,
    aborted: 0,
    train(task: Parameters<Compute['train']>[0], signal?: AbortSignal) {
      if (!held.hold) return inner.train(task, signal);
      return new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => {
          held.aborted += 1;
          reject(new Error('ended'));
        });
      });
    },
  };
  return held;
}

describe('training mode UPDATE', () => {
  it('adds to the newest version that was trained wholly, and to no other', async () => {
    const compute: Recording = recordCompute();
    aws = await startTestAws({ compute });
    const datasetGroupArn = await createRichGroup(aws, 'rich', ['INTERACTIONS']);
    const solutionArn = await addSolution(aws, 'aws-user-personalization', { datasetGroupArn });
    expect(await refusalOf(start(solutionArn, { trainingMode: 'UPDATE' }))).toMatch(
      /^InvalidInputException: .*needs an ACTIVE solution version/,
    );
    const whole = await addVersion(aws, solutionArn);
    await addVersion(aws, solutionArn, 'UPDATE');
    const updated = await addVersion(aws, solutionArn, 'UPDATE');

    const name = `aws-user-personalization.${whole.slice(-8)}.model`;
    expect(compute.trainings.map(({ updatedModelFile }) => updatedModelFile)).toEqual([
      undefined,
      join(aws.stateDir, 'personalize', 'models', name),
      join(aws.stateDir, 'personalize', 'models', name),
    ]);
    expect(await versionOf(updated)).toMatchObject({
      trainingMode: 'UPDATE',
      trainingType: 'MANUAL',
      status: 'ACTIVE',
    });
    const other = await addSolution(aws, 'aws-sims', { datasetGroupArn });
    expect(await refusalOf(start(other, { trainingMode: 'UPDATE' }))).toMatch(/does not support trainingMode UPDATE/);
    expect(await refusalOf(start(other, { trainingMode: 'AUTOTRAIN' }))).toMatch(/^InvalidInputException/);
  });
});

describe('a training that is stopped', () => {
  it('ends in the middle, and its version is of no use', async () => {
    const compute = holdTrainings(createCountingCompute());
    aws = await startTestAws({ compute });
    const datasetGroupArn = await createRichGroup(aws, 'rich', ['INTERACTIONS']);
    const solutionArn = await addSolution(aws, 'aws-popularity-count', { datasetGroupArn });
    compute.hold = true;
    const arn = await start(solutionArn);
    await statusUntil(arn, 'CREATE IN_PROGRESS');
    const metrics = () => refusalOf(aws.personalize.send(new GetSolutionMetricsCommand({ solutionVersionArn: arn })));
    expect(await metrics()).toMatch(/^ResourceInUseException/);
    expect(await refusalOf(aws.personalize.send(new DeleteSolutionCommand({ solutionArn })))).toMatch(
      /^ResourceInUseException/,
    );

    expect(await stop(arn)).toBe('accepted');
    await statusUntil(arn, 'CREATE STOPPED');
    expect(compute.aborted).toBe(1);
    expect(await stop(arn)).toBe('accepted');
    expect(await metrics()).toMatch(/^InvalidInputException: .* its status is CREATE STOPPED/);
    const job = new CreateBatchInferenceJobCommand({
      jobName: 'x',
      solutionVersionArn: arn,
      jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/` } },
      jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/` } },
      roleArn: ROLE_ARN,
    });
    expect(await refusalOf(aws.personalize.send(job))).toMatch(/^InvalidInputException: .*CREATE STOPPED/);
    compute.hold = false;
    const next = await addVersion(aws, solutionArn);
    expect(await stop(next)).toMatch(/^InvalidInputException: .* can't be stopped, since its status is ACTIVE/);
    expect(await readdir(join(aws.stateDir, 'personalize', 'models'))).toHaveLength(1);
    expect(await refusalOf(aws.personalize.send(new DeleteSolutionCommand({ solutionArn })))).toBe('accepted');
  });

  it('that has not begun stops at once, and a restart does not begin it', async () => {
    const compute = holdTrainings(createCountingCompute());
    aws = await startTestAws({ compute });
    const datasetGroupArn = await createRichGroup(aws, 'rich', ['INTERACTIONS']);
    const solutionArn = await addSolution(aws, 'aws-popularity-count', { datasetGroupArn });
    compute.hold = true;
    const arns = [];
    for (const name of ['a', 'b', 'c']) arns.push(await start(solutionArn, { name }));
    // Two are worked on at a time.
    const [, second = '', third = ''] = arns;
    expect((await versionOf(third)).status).toBe('CREATE PENDING');
    await stop(third);
    expect((await versionOf(third)).status).toBe('CREATE STOPPED');
    await statusUntil(second, 'CREATE IN_PROGRESS');
    await stop(second);
    await aws.stop();
    compute.hold = false;
    aws = await startTestAws({ compute, stateDir: aws.stateDir });
    expect((await trainingEnd(aws, arns[0] ?? '')).status).toBe('ACTIVE');
    await statusUntil(second, 'CREATE STOPPED');
    expect((await versionOf(third)).status).toBe('CREATE STOPPED');
  });

  it('leaves its thread for the next one', async () => {
    const compute = createCompute({ threads: 1 });
    aws = await startTestAws({ compute });
    const datasetGroupArn = await createRichGroup(aws, 'rich', ['INTERACTIONS']);
    const solutionArn = await addSolution(aws, 'aws-user-personalization', { datasetGroupArn });
    const arn = await start(solutionArn);
    await stop(arn);
    await statusUntil(arn, 'CREATE STOPPED');
    const next = await addVersion(aws, solutionArn);
    const { metrics } = await aws.personalize.send(new GetSolutionMetricsCommand({ solutionVersionArn: next }));
    await compute.close();
    expect(Object.keys(metrics ?? {})).toContain('coverage');
  });
});

describe('trainings by schedule', () => {
  const HOUR = 3_600_000;
  const DAY = 24 * HOUR;

  it('come within the hour and then every so many days, in the time of the real service', async () => {
    let now = Date.UTC(2026, 10, 24);
    const compute = recordCompute();
    aws = await startTestAws({ compute, profile: 'real', now: () => now, credentials: null });
    // Nothing is in progress in real time but what the clock is moved over.
    const datasetGroupArn = await createSlowly();
    const schedule = { autoTrainingConfig: { schedulingExpression: 'rate(2 days)' } };
    const solutionArn = await addSolution(aws, 'aws-popularity-count', { datasetGroupArn, solutionConfig: schedule });
    const list = async () =>
      (await aws.personalize.send(new ListSolutionVersionsCommand({ solutionArn }))).solutionVersions ?? [];
    const counts: number[] = [];
    for (const ms of [0, HOUR, HOUR, 2 * DAY, HOUR, 5 * DAY]) {
      now += ms;
      counts.push((await list()).length);
    }

    // A training that was missed is made up for once.
    expect(counts).toEqual([0, 1, 1, 2, 2, 3]);
    expect((await list()).at(-1)).toMatchObject({ trainingMode: 'AUTOTRAIN', trainingType: 'AUTOMATIC' });
    await aws.personalize.send(new UpdateSolutionCommand({ solutionArn, performAutoTraining: false }));
    now += 30 * DAY;
    expect(await list()).toHaveLength(3);
    await aws.personalize.send(new UpdateSolutionCommand({ solutionArn, performAutoTraining: true }));
    now += 2 * HOUR;
    expect(await list()).toHaveLength(4);

    const byHand = await addSolution(aws, 'aws-popularity-count', { name: 'by-hand', datasetGroupArn });
    now += 5 * 60_000;
    await aws.personalize.send(new CreateSolutionVersionCommand({ solutionArn: byHand }));
    now += 2 * HOUR;
    const versions = await aws.personalize.send(new ListSolutionVersionsCommand({ solutionArn: byHand }));
    expect(versions.solutionVersions?.map(({ trainingType }) => trainingType)).toEqual(['MANUAL']);

    async function createSlowly(): Promise<string> {
      const timer = setInterval(() => {
        now += 60_000;
      }, 1);
      try {
        return await createRichGroup(aws, 'rich', ['INTERACTIONS'], { wait: true });
      } finally {
        clearInterval(timer);
      }
    }
  });

  it('are recorded only where jobs are as fast as they are computed', async () => {
    let now = Date.UTC(2026, 10, 24);
    aws = await startTestAws({ now: () => now, credentials: null });
    const datasetGroupArn = await createRichGroup(aws, 'rich', ['INTERACTIONS']);
    const solutionArn = await addSolution(aws, 'aws-popularity-count', { datasetGroupArn });
    now += 10 * DAY;
    const { solutionVersions } = await aws.personalize.send(new ListSolutionVersionsCommand({ solutionArn }));
    expect(solutionVersions).toEqual([]);
  });
});
