/** The worker: takes work off the queue, runs its stage, queues what comes next, and reconciles queue and database. */
import { findRun, moveRun, openRuns, type RunRow } from '../database/runs';
import { clearAttempt, countAttempt } from '../database/shards';
import { isNightjarError, type NightjarError } from '../errors';
import type { RunningWorker, Work, WorkOutcome } from '../queue/work-queue';
import { loadBundle } from './bundle';
import { closeCollecting, collect } from './collect';
import type { Engines } from './engines';
import { explainFailure } from './explain-failure';
import { infer } from './infer';
import { listOpenWork } from './open-work';
import { prepare } from './prepare';
import { pruneJournals } from './recover';
import { report } from './report';
import { send } from './send';
import { settle } from './settle';
import { DONE, type Stage } from './stage';
import { write } from './write-audience';

/** A new stage is a line here, beside its states in open-work.ts. */
const STAGES: Readonly<Record<string, Stage>> = {
  prepare,
  infer,
  collect,
  'close-collecting': closeCollecting,
  send,
  settle,
  write,
  report,
};

/** Tries of one piece of work whose failure may pass by itself, before the run fails. */
const MAX_ATTEMPTS = 30;
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 60_000;

/** Does one piece of work and queues what the run needs next. */
export async function processWork(engines: Engines, work: Work, signal: AbortSignal): Promise<WorkOutcome> {
  const run = await findRun(engines.db, work.runId);
  const stage = STAGES[work.stage];
  if (run === undefined || stage === undefined || !(await isOpen(engines, run, work))) return DONE;
  const outcome = await runStage({ engines, run, work, signal, stage });
  if (outcome.kind === 'done') await queueOpenWork(engines, work.runId);
  return outcome;
}

/** The queue may bring work that was done meanwhile, or twice: the database decides. */
async function isOpen(engines: Engines, run: RunRow, work: Work): Promise<boolean> {
  const open = await listOpenWork(engines, run);
  return open.some((candidate) => candidate.stage === work.stage && candidate.shard === work.shard);
}

interface StageCall {
  readonly engines: Engines;
  readonly run: RunRow;
  readonly work: Work;
  readonly signal: AbortSignal;
  readonly stage: Stage;
}

async function runStage({ engines, run, work, signal, stage }: StageCall): Promise<WorkOutcome> {
  try {
    const bundle = await loadBundle(engines, run.bundleUri);
    const outcome = await stage({ engines, run, bundle, shard: work.shard, signal });
    await clearAttempt(engines.db, work.runId, work);
    return outcome;
  } catch (error) {
    if (signal.aborted) return { kind: 'again', at: engines.now() };
    return handleFailure(engines, work, explainFailure(error));
  }
}

/** Tries again later what may pass; lets the run fail otherwise, with the reason, where a later `run` goes on. */
async function handleFailure(engines: Engines, work: Work, error: NightjarError): Promise<WorkOutcome> {
  engines.log(error.retry === 'later' ? 'warn' : 'error', 'stage failed', {
    run: work.runId,
    stage: work.stage,
    code: error.code,
    reason: error.message,
  });
  if (error.retry === 'later') {
    const attempt = await countAttempt(engines.db, work.runId, work);
    if (attempt < MAX_ATTEMPTS)
      return { kind: 'again', at: engines.now() + Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** (attempt - 1)) };
  }
  await failRun(engines, work, error);
  return DONE;
}

/** A stage that is no longer wanted, because another worker was faster or the run has ended, fails nothing. */
async function failRun(engines: Engines, work: Work, error: NightjarError): Promise<void> {
  const run = await findRun(engines.db, work.runId);
  if (run === undefined || !(await isOpen(engines, run, work))) return;
  const stored = { code: error.code, message: error.message, fix: error.fix, where: error.where };
  await moveRun(engines.db, work.runId, { from: run.state, to: 'failed', error: stored, now: engines.now() });
}

/** Queues everything that a run needs next and that the queue doesn't hold already. */
export async function queueOpenWork(engines: Engines, runId: string): Promise<void> {
  const run = await findRun(engines.db, runId);
  if (run !== undefined) await engines.queue.add(await listOpenWork(engines, run));
}

/** Queues again what is open in the database and absent in the queue. */
export async function reconcile(engines: Engines): Promise<void> {
  for (const run of await openRuns(engines.db)) await engines.queue.add(await listOpenWork(engines, run));
}

/** Starts a worker with its reconcile; it works until it is closed. */
export async function startWorker(engines: Engines): Promise<RunningWorker> {
  await pruneJournals(engines);
  await reconcile(engines);
  const worker = engines.queue.start((work, signal) => processWork(engines, work, signal), {
    concurrency: Math.max(engines.settings.worker.shards, engines.settings.worker.sends),
    onError: (error) => engines.log('warn', 'queue error', { reason: error.message }),
  });
  const timer = setInterval(() => {
    reconcile(engines).catch((error: unknown) =>
      engines.log('warn', 'reconcile failed', { reason: isNightjarError(error) ? error.message : String(error) }),
    );
  }, engines.settings.queue.reconcileSeconds * 1000);
  return {
    close: async (options) => {
      clearInterval(timer);
      await worker.close(options);
    },
  };
}
