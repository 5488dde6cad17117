/** Archives one run. Every step may be done again: after a crash the next attempt goes on where this one stopped. */

import { batchJobsOf } from '../../database/buying/batch-jobs';
import { beginArchive, endArchive, saveMissingSummary } from '../../database/keeping/archive';
import type { EndedRun } from '../../database/keeping/keeping';
import { dropSeedSlates } from '../../database/ledger/seeds';
import { findRun } from '../../database/runs/runs';
import { isNightjarError } from '../../errors';
import { readStatus } from '../../personalize/status';
import { loadBundle } from '../bundle';
import { describeBatchJob } from '../buying/buy';
import type { Engines } from '../engines';
import { readSummary } from '../stored-summary';
import { summarise } from '../summarise';
import { archiveLedger } from './archive-ledger';
import { deleteRunObjects } from './delete-run-objects';

/** `busy`: a run of the slot goes on, a batch job still runs, or an input is about to be used; it is tried again later. */
export type ArchiveOutcome = { readonly kind: 'archived'; readonly deliveries: number } | { readonly kind: 'busy' };

/** Archives a run that has ended. */
export async function archiveRun(engines: Engines, run: EndedRun, signal: AbortSignal): Promise<ArchiveOutcome> {
  if (await hasRunningJob(engines, run.runId)) return { kind: 'busy' };
  if (!(await beginArchive(engines.db, run, engines.now()))) return { kind: 'busy' };
  await keepSummary(engines, run);
  const deliveries = await archiveLedger(engines, run, signal);
  // A run that was cancelled while its outputs were read has left some.
  await dropSeedSlates(engines.db, run.runId);
  if (!(await deleteRunObjects(engines, run))) return { kind: 'busy' };
  await endArchive(engines.db, run.runId, engines.now());
  engines.log('info', 'run archived', { run: run.runId, deliveries });
  return { kind: 'archived', deliveries };
}

/** A cancelled run's batch job goes on at Personalize, which can't stop one: it would write after we have deleted. */
async function hasRunningJob(engines: Engines, runId: string): Promise<boolean> {
  for (const job of await batchJobsOf(engines.db, runId)) {
    if (job.arn === undefined || job.state === 'done' || job.state === 'failed') continue;
    if (!(await isOver(engines, { kind: job.kind, arn: job.arn }))) return true;
  }
  return false;
}

async function isOver(engines: Engines, job: { kind: 'inference' | 'segment'; arn: string }): Promise<boolean> {
  try {
    const status = readStatus((await describeBatchJob(engines.personalize, job)).status ?? '');
    return status !== 'pending' && status !== 'in-progress';
  } catch (error) {
    // The dataset group was deleted, and its jobs with it.
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return true;
    throw error;
  }
}

/** A run that failed or was cancelled has no summary yet; once its rows are gone nobody could count them. */
async function keepSummary(engines: Engines, { runId, endedAt }: EndedRun): Promise<void> {
  const run = await findRun(engines.db, runId);
  if (run === undefined || readSummary(run) !== undefined) return;
  try {
    const bundle = await loadBundle(engines, run);
    const summary = await summarise({ engines, run, bundle });
    await saveMissingSummary(engines.db, runId, { ...summary, finishedAt: new Date(endedAt).toISOString() });
  } catch (error) {
    // A job file of long ago may name a solution that the settings don't have any more: the archive has the rows.
    if (!isNightjarError(error)) throw error;
    engines.log('warn', 'no summary of an archived run', { run: runId, reason: error.message });
  }
}
