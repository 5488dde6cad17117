/** Does one piece of work of a run: its stage, what comes of a failure, and what is queued next. */

import { dropOpenDeliveries } from '../database/ledger/operator-changes';
import { clearAttempt, countAttempt } from '../database/runs/attempts';
import { findRun, moveRun, type RunRow } from '../database/runs/runs';
import type { NightjarError } from '../errors';
import type { Work, WorkOutcome } from '../queue/work-queue';
import { deliver } from './audiences/deliver-audience';
import { checkDelivered } from './audiences/delivery-failures';
import { measure } from './audiences/measure-audience';
import { write } from './audiences/write-audience';
import { loggingWith } from './bind-log';
import { loadBundle } from './bundle';
import { closeCollecting, collect } from './collect';
import type { Engines } from './engines';
import { explainFailure } from './explain-failure';
import { infer } from './infer';
import { isOpenWork, queueNextWork } from './open-work';
import { forgetOutage, tellOutage } from './outages';
import { prepare } from './prepare';
import { report } from './report';
import { announceStart, checkBeforeSending, checkNotAhead } from './restored/announce';
import { send } from './sending/send';
import { settle } from './sending/settle';
import { DONE, type Stage } from './stage';
import { watchRun } from './watch-run';

/**
 * A new stage is a line here, beside its states in open-work.ts. Money, mail and deliveries are guarded against a restored
 * database, and the report against audiences that were not delivered.
 */
const STAGES: Readonly<Record<string, Stage>> = {
  prepare: guarded(announceStart, guarded(checkNotAhead, prepare)),
  infer: guarded(checkNotAhead, infer),
  collect,
  measure,
  'close-collecting': closeCollecting,
  send: guarded(checkBeforeSending, send),
  settle,
  write,
  deliver: guarded(checkBeforeSending, deliver),
  report: guarded(checkDelivered, report),
};

type Check = (engines: Engines, run: RunRow) => Promise<boolean>;

function guarded(check: Check, stage: Stage): Stage {
  return async (context) => ((await check(context.engines, context.run)) ? stage(context) : DONE);
}

/** Does one piece of work and queues what the run needs next. What is logged meanwhile carries run, stage and shard. */
export async function processWork(unbound: Engines, work: Work, signal: AbortSignal): Promise<WorkOutcome> {
  const engines = loggingWith(unbound, { run: work.runId, stage: work.stage, shard: work.shard });
  let run: RunRow | undefined;
  try {
    run = await findRun(engines.db, work.runId);
    if (run === undefined || !(await isOpenWork(engines, run, work))) return DONE;
  } catch (error) {
    return tryAgainLater(engines, work, explainFailure(error));
  }
  const outcome = await doWork({ engines, run, work, signal });
  if (outcome.kind === 'done') await queueNext(engines, run, work);
  return outcome;
}

/** What is done is done: where the queue is away now, reconcile queues what comes next. */
async function queueNext(engines: Engines, run: RunRow, work: Work): Promise<void> {
  try {
    await queueNextWork(engines, run, work);
  } catch (error) {
    tellOutage(engines, { subject: 'next work not queued', error: explainFailure(error) });
  }
}

interface WorkCall {
  readonly engines: Engines;
  readonly run: RunRow;
  readonly work: Work;
  readonly signal: AbortSignal;
}

async function doWork({ engines, run, work, signal }: WorkCall): Promise<WorkOutcome> {
  const watch = watchRun(engines, run, signal);
  try {
    const outcome = await runStage({ engines, run, work, signal: watch.signal });
    // What a stage gave back after the run was cancelled would stay planned for ever.
    if (watch.stoppedBy() === 'cancelled') await dropOpenDeliveries(engines.db, run.runId, engines.now());
    return outcome;
  } catch (error) {
    return tryAgainLater(engines, work, explainFailure(error));
  } finally {
    watch.release();
  }
}

async function runStage({ engines, run, work, signal }: WorkCall): Promise<WorkOutcome> {
  const stage = STAGES[work.stage];
  if (stage === undefined) return DONE;
  try {
    const bundle = await loadBundle(engines, run);
    const outcome = await stage({ engines, run, bundle, shard: work.shard, signal });
    if (await clearAttempt(engines.db, work.runId, work)) tellRecovery(engines, work);
    return outcome;
  } catch (error) {
    if (signal.aborted) return { kind: 'again', at: engines.now() };
    return handleFailure(engines, work, explainFailure(error));
  }
}

const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 60_000;

/**
 * A failure that passes by itself (an engine is away, or throttles) never fails a run, however long it lasts: the run may
 * have bought a batch job that goes on, and when the engine is back it goes on by itself. `runs show` tells what it waits
 * for, and a person may cancel it. Any other failure fails the run, with the reason; a person lets it go on.
 */
async function handleFailure(engines: Engines, work: Work, error: NightjarError): Promise<WorkOutcome> {
  if (error.retry === 'later') {
    const failure = { code: error.code, message: error.message, at: engines.now() };
    const attempt = await countAttempt(engines.db, work.runId, work, failure);
    tellOutage(engines, { subject: subjectOf(work), error, fields: { attempt } });
    return { kind: 'again', at: engines.now() + waitAfter(attempt) };
  }
  const { code, message } = error;
  engines.log('error', 'stage failed', { code, reason: message });
  await failRun(engines, work, error);
  return DONE;
}

function waitAfter(attempt: number): number {
  return Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(attempt - 1, 20));
}

function subjectOf(work: Work): string {
  return `waiting to do ${work.stage} of ${work.runId}`;
}

function tellRecovery(engines: Engines, work: Work): void {
  forgetOutage(subjectOf(work));
  engines.log('info', 'goes on');
}

/** For failures of the database that come before anything was begun, or that could not be counted. */
function tryAgainLater(engines: Engines, work: Work, error: NightjarError): WorkOutcome {
  if (error.retry !== 'later') throw error;
  tellOutage(engines, { subject: subjectOf(work), error });
  return { kind: 'again', at: engines.now() + RETRY_MOST_MS / 10 };
}

/** A stage that is no longer wanted, because another worker was faster or the run has ended, fails nothing. */
async function failRun(engines: Engines, work: Work, error: NightjarError): Promise<void> {
  const run = await findRun(engines.db, work.runId);
  if (run === undefined || !(await isOpenWork(engines, run, work))) return;
  const stored = { code: error.code, message: error.message, fix: error.fix, where: error.where };
  await moveRun(engines.db, work.runId, { from: run.state, to: 'failed', error: stored, now: engines.now() });
}
