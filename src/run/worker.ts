/** The worker: takes work off the queue, reconciles queue and database, and stops within its time. */

import { announceLanes, type LanePresence } from '../database/pacing/worker-lanes';
import { listCancelledWithClaims, openRuns } from '../database/runs/run-lists';
import { isAlarm } from '../queue/alarms';
import { settledWithin } from '../queue/bounded';
import type { Processor, RunningWorker } from '../queue/work-queue';
import type { Engines } from './engines';
import { explainFailure } from './explain-failure';
import { startKeeping } from './keep/keep';
import { listOpenWork } from './open-work';
import { settleCancelled } from './operate/settle-cancelled';
import { forgetOutage, tellOutage } from './outages';
import { processWork } from './process-work';
import { resumeHeld } from './proof/prove';
import type { JobFiles } from './schedules/job-files';
import { keepSchedules, type Schedules } from './schedules/keep-schedules';
import { pruneJournals } from './sending/recover';
import { DONE } from './stage';
import { keepTelling } from './told/keep-telling';

/** Of a run with more open shards the rest is repaired when these are done. */
const RECONCILED_WORKS = 256;

/**
 * Lets runs go on whose proof has been held long enough, queues again what is open in the database and absent in the queue,
 * and settles what a dead worker has left of runs that
 * were cancelled meanwhile.
 */
export async function reconcile(engines: Engines): Promise<void> {
  await resumeHeld(engines);
  for (const run of await openRuns(engines.db))
    await engines.queue.add(await listOpenWork(engines, run, RECONCILED_WORKS));
  for (const run of await listCancelledWithClaims(engines.db, engines.now())) {
    // One whose bundle is gone must not keep the others from being settled.
    await settleCancelled(engines, run).catch((error: unknown) => {
      const problem = explainFailure(error);
      if (problem.retry === 'later') throw problem;
      engines.log('warn', 'cancelled run not settled', { run: run.runId, reason: problem.message });
    });
  }
}

const RECONCILE = 'reconcile failed';

/** Reconciles again and again, never twice at a time. */
function keepReconciling(engines: Engines, lanes: LanePresence): { stop(): void } {
  let busy = false;
  const once = async () => {
    if (busy) return;
    busy = true;
    try {
      await lanes.renew();
      await reconcile(engines);
      forgetOutage(RECONCILE);
    } catch (error) {
      tellOutage(engines, { subject: RECONCILE, error: explainFailure(error) });
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void once(), engines.settings.queue.reconcileSeconds * 1000);
  return { stop: () => clearInterval(timer) };
}

export interface WorkerOptions {
  /** The jobs whose schedules it keeps; without them it works on what is there, and starts nothing. */
  readonly jobs?: JobFiles;
}

/** Starts a worker with its reconcile; it works until it is closed, which takes `worker.drainSeconds` at most and a little more. */
export async function startWorker(engines: Engines, { jobs }: WorkerOptions = {}): Promise<RunningWorker> {
  const { settings } = engines;
  await pruneJournals(engines);
  const lanes = await announceLanes(engines.db, settings.worker.sends);
  const reconciling = keepReconciling(engines, lanes);
  try {
    await reconcile(engines);
    const schedules = jobs === undefined ? undefined : keepSchedules(engines, jobs);
    const worker = engines.queue.start(processorOf(engines, schedules), {
      concurrency: Math.max(settings.worker.shards, settings.worker.sends),
      onError: (error) => tellOutage(engines, { subject: 'queue error', error: explainFailure(error) }),
    });
    const keeping = startKeeping(engines);
    const telling = keepTelling(engines);
    return {
      close: async (options) => {
        reconciling.stop();
        const looked = schedules?.close() ?? Promise.resolve();
        const kept = keeping.close();
        await drain(engines, worker, options);
        // After the work: what the last of it has come to is told as well.
        await telling.close(options);
        await settledWithin(Promise.all([kept, looked]), LEAVE_MS);
        await settledWithin(lanes.leave(), LEAVE_MS);
      },
    };
  } catch (error) {
    reconciling.stop();
    await settledWithin(lanes.leave(), LEAVE_MS);
    throw error;
  }
}

/** An alarm makes the schedules be looked at, and so does a run that may have been finished: others may follow it. */
function processorOf(engines: Engines, schedules: Schedules | undefined): Processor {
  return async (work, signal) => {
    const outcome = isAlarm(work) ? DONE : await processWork(engines, work, signal);
    if (isAlarm(work) || work.stage === 'report') schedules?.look();
    return outcome;
  };
}

const LEAVE_MS = 1000;
/** What is left of the drain for writing down the answers of mails that were cut off. */
const LAST_ANSWERS_MS = 5000;

/**
 * Lets the mails in flight get their answers. Where a mail server is silent, its connections are cut shortly before the
 * time is over, so that those mails are known as unknown, or as not sent, before the process ends.
 */
async function drain(engines: Engines, worker: RunningWorker, options?: { readonly force?: boolean }): Promise<void> {
  const drainMs = engines.settings.worker.drainSeconds * 1000;
  const cut = setTimeout(
    () => void engines.mailer.close({ force: true }).catch(() => undefined),
    Math.max(drainMs - LAST_ANSWERS_MS, drainMs / 2),
  );
  try {
    await worker.close({ drainMs, ...options });
  } finally {
    clearTimeout(cut);
  }
}
