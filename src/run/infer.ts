/** The stage infer: buys the batch jobs and waits for them, for hours if need be, without holding a worker. */
import { type BatchJobOfRun, batchJobsOf, saveBatchJobState } from '../database/batch-jobs';
import { moveRun } from '../database/runs';
import { addShards, finishShard } from '../database/shards';
import { NightjarError } from '../errors';
import { readStatus } from '../personalize/status';
import { buyBatchJob, describeBatchJob } from './buy';
import { type BatchRequest, requestSchema } from './intend';
import { locateInference, locateSegments } from './locate-output';
import { DONE, type Stage, type StageContext } from './stage';

/** Goes on with every batch job of the run; when all are done it lays out the shards of the next stage. */
export const infer: Stage = async (context) => {
  const { engines, run } = context;
  const jobs = await batchJobsOf(engines.db, run.runId);
  const done = await Promise.all(jobs.map((job) => advanceBatchJob(context, job)));
  if (!done.every(Boolean)) return { kind: 'again', at: engines.now() + engines.settings.aws.pollSeconds * 1000 };
  const next = await layOut(context, jobs);
  await moveRun(engines.db, run.runId, { from: 'waiting', to: next, now: engines.now() });
  return DONE;
};

async function layOut(context: StageContext, jobs: readonly BatchJobOfRun[]): Promise<'collecting' | 'writing'> {
  const { engines, run, bundle } = context;
  const outputs = jobs.map((job) => job.outputUri);
  if (bundle.job.kind === 'email') {
    await addShards(engines.db, run.runId, { stage: 'collect', specs: await locateInference(engines, outputs) });
    return 'collecting';
  }
  const located = await locateSegments(engines, { outputs, queries: bundle.job.segment.queries });
  await addShards(engines.db, run.runId, { stage: 'locate', specs: [{}] });
  await finishShard(engines.db, run.runId, { stage: 'locate', shard: 0, result: located.output, now: engines.now() });
  await addShards(engines.db, run.runId, { stage: 'write', specs: located.specs });
  return 'writing';
}

/** Moves one batch job on and answers whether it is done. */
async function advanceBatchJob({ engines }: StageContext, job: BatchJobOfRun): Promise<boolean> {
  if (job.state === 'done') return true;
  if (job.state === 'failed') throw failedJob(job.name, job.reason);
  if (job.state === 'intended' || job.arn === undefined) {
    const arn = await buyBatchJob(engines.personalize, requestOf(engines, job));
    await saveBatchJobState(engines.db, job.name, { state: 'created', arn, now: engines.now() });
    engines.log('info', 'batch job created', { name: job.name, lines: job.lines });
    return false;
  }
  const described = await describeBatchJob(engines.personalize, { kind: job.kind, arn: job.arn });
  const status = readStatus(described.status ?? '');
  if (status === 'failed') {
    await saveBatchJobState(engines.db, job.name, {
      state: 'failed',
      reason: described.failureReason ?? 'no reason given',
      now: engines.now(),
    });
    throw failedJob(job.name, described.failureReason);
  }
  if (status === 'active') await saveBatchJobState(engines.db, job.name, { state: 'done', now: engines.now() });
  else if (job.state === 'created')
    await saveBatchJobState(engines.db, job.name, { state: 'running', now: engines.now() });
  return status === 'active';
}

/** Role and key are those of the settings as they are now: a wrong one is mended there, and neither makes another job of it. */
function requestOf(engines: StageContext['engines'], job: BatchJobOfRun): BatchRequest {
  const { roleArn, kmsKeyArn } = engines.settings.aws;
  return { ...requestSchema.parse(job.request), roleArn, kmsKeyArn };
}

function failedJob(name: string, reason: string | undefined): NightjarError {
  return new NightjarError(
    'E_RECO_JOB_FAILED',
    `the batch job "${name}" is CREATE FAILED: ${reason ?? 'no reason given'}`,
    {
      fix: 'mend what the reason names, then run the job again: the next attempt gets a name of its own',
    },
  );
}
