/** Puts the next attempt in the place of batch jobs that are CREATE FAILED. */
import { type BatchJobOfRun, batchJobsOf } from '../../database/buying/batch-jobs';
import { withLock } from '../../database/connecting/lock';
import { NightjarError } from '../../errors';
import { formatMoney } from '../../units';
import { savePurchasesInBudget } from '../guards/within-budget';
import type { StageContext } from '../stage';
import { choosePurchase } from './intend';
import { requestSchema } from './request';

/**
 * Replaces the failed batch jobs of a run as the policy allows: an attempt whose number is at most `aws.failedJobRetries` is
 * followed by another one.
 * @throws E_RECO_JOB_FAILED with AWS's reason where the policy allows no more
 */
export async function replaceFailed(context: StageContext): Promise<void> {
  const { db, settings } = context.engines;
  const { runId } = context.run;
  if (!(await batchJobsOf(db, runId)).some(hasFailed)) return;
  await withLock(db, `next attempt ${runId}`, async () => {
    const jobs = await batchJobsOf(db, runId);
    const failed = jobs.filter(hasFailed);
    const last = failed.find((job) => job.attempt > settings.aws.failedJobRetries);
    if (last !== undefined) throw failedJob(last, failed.length);
    for (const job of failed) await nextAttempt(context, job, countParts(jobs, job));
  });
}

/** Counts the batch jobs of a run that one input was cut into. */
export function countParts(jobs: readonly BatchJobOfRun[], { sections }: BatchJobOfRun): number {
  return jobs.filter((job) => job.sections?.join() === sections?.join()).length;
}

const hasFailed = (job: BatchJobOfRun) => job.state === 'failed';

/** Intends the next attempt at a failed batch job, with the same input and a name of its own. */
export async function nextAttempt(context: StageContext, job: BatchJobOfRun, parts: number): Promise<void> {
  const { engines, run } = context;
  const request = requestSchema.parse(job.request);
  const { fingerprint, part, lines } = job;
  const naming = { job: run.job, slot: run.slot, fingerprint, part, parts };
  const { purchase, cost } = await choosePurchase(engines, naming, { request, lines });
  const purchases = [{ ...purchase, sections: job.sections }];
  const change = { purchases, dropped: [job.name], isWhole: false, now: engines.now() };
  await savePurchasesInBudget(context, change, cost);
  engines.log('warn', 'batch job bought again', {
    run: run.runId,
    failed: job.name,
    reason: job.reason,
    name: purchase.how === 'new' ? purchase.intent.name : purchase.name,
    cost: formatMoney(cost),
  });
}

function failedJob(job: BatchJobOfRun, count: number): NightjarError {
  const others = count === 1 ? '' : ` (and ${count - 1} more of this run)`;
  return new NightjarError(
    'E_RECO_JOB_FAILED',
    `the batch job "${job.name}" is CREATE FAILED: ${job.reason ?? 'no reason given'}${others}`,
    { fix: 'mend what the reason names, then run the job again: the next attempt gets a name of its own' },
  );
}
