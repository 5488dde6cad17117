/** The stage prepare: chooses the recipients or the queries, stores the plan, writes the input and the intent to buy. */

import { type BatchJobOfRun, batchJobsOf } from '../database/buying/batch-jobs';
import { withLock } from '../database/connecting/lock';
import { findRun, moveRun } from '../database/runs/runs';
import { headObject } from '../storage/objects';
import { parseS3Uri } from '../storage/uri';
import { loadAskedItems } from './buying/asked-items';
import { writeInputs } from './buying/input';
import { countParts, nextAttempt } from './buying/next-attempt';
import { queryLines } from './buying/segment-queries';
import { writeSource } from './buying/source-lines';
import { plannedSources } from './buying/sources';
import { PAUSED, pauseOnTrip } from './guards/check';
import { readPlan } from './plan-record';
import { prepareAudience } from './prepare-audience';
import { prepareEmail } from './prepare-email';
import { DONE, type Stage, type StageContext } from './stage';

/** Prepares a run; done again after a crash it comes to the same rows, the same input and the same intent. */
export const prepare: Stage = async (context) => {
  const { engines, run } = context;
  await withLock(engines.db, `prepare ${run.runId}`, async () => {
    const state = (await findRun(engines.db, run.runId))?.state;
    if (state !== 'planned' && state !== 'preparing') return;
    await moveRun(engines.db, run.runId, { from: 'planned', to: 'preparing', now: engines.now() });
    // An intent is the decision: whatever was imported or trained since, a second one beside it would be bought too.
    const jobs = await batchJobsOf(engines.db, run.runId);
    const decided = await pauseOnTrip(context, 'preparing', () =>
      jobs.every((job) => job.state === 'failed') ? decide(context) : tryFailedAgain(context, jobs),
    );
    if (decided === PAUSED) return;
    await moveRun(engines.db, run.runId, { from: 'preparing', to: 'waiting', now: engines.now() });
  });
  return DONE;
};

/** A person had the run go on: parts that failed are tried again beside those that were bought. */
async function tryFailedAgain(context: StageContext, jobs: readonly BatchJobOfRun[]): Promise<void> {
  const failed = jobs.filter((job) => job.state === 'failed');
  const inputs = failed.map((job) => headObject(context.engines.s3, parseS3Uri(job.inputUri)));
  // The input may be what was wrong: where it is gone, all parts are written again, and those that are there stay.
  if ((await Promise.all(inputs)).includes(undefined)) await rewriteInputs(context);
  for (const job of failed) await nextAttempt(context, job, countParts(jobs, job));
}

async function rewriteInputs({ engines, run, bundle }: StageContext): Promise<void> {
  const { job } = bundle;
  const plan = readPlan((await findRun(engines.db, run.runId))?.plan);
  if (job.kind === 'audience') {
    const items = await loadAskedItems(engines.db, job, run.catalogueVersion);
    await writeInputs(engines, queryLines(job, plan.filter, items), plan);
    return;
  }
  const sources = await plannedSources(engines, job, { plan, catalogueVersion: run.catalogueVersion });
  for (const source of sources) await writeSource(engines, run, source);
}

function decide(context: StageContext): Promise<void> {
  const { job } = context.bundle;
  return job.kind === 'email' ? prepareEmail(context, job) : prepareAudience(context, job);
}
