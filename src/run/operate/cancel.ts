/** Cancels a run: no mail of it is begun afterwards, and what was never sent is dropped. */
import { setTimeout as wait } from 'node:timers/promises';
import { type BatchJobState, batchJobsOf } from '../../database/buying/batch-jobs';
import { countDeliveries, tallyReasons } from '../../database/ledger/deliveries';
import { countHeldClaims, dropOpenDeliveries } from '../../database/ledger/operator-changes';
import { findRun, moveRun, type RunRow } from '../../database/runs/runs';
import { NightjarError } from '../../errors';
import type { Money } from '../../units';
import { hasThemes } from '../buying/request';
import type { Engines } from '../engines';
import { priceOf } from '../summarise';
import { findNamedRun } from './find';

/** Cancelling needs the database alone: it has to work when everything else is down. */
type CancelEngines = Pick<Engines, 'settings' | 'db' | 'now'>;

/** A batch job that Personalize has been asked for: nothing stops it, and it is paid for. */
export interface PaidBatchJob {
  readonly name: string;
  readonly state: BatchJobState;
  readonly lines: number;
  /** What it may cost at most; a segment job also counts users, which are known only when it is done. */
  readonly cost: Money;
}

/** Lists what the run has bought itself; an intent may have been sent off already, so it counts. */
export async function listPaid(engines: CancelEngines, run: RunRow): Promise<readonly PaidBatchJob[]> {
  const jobs = await batchJobsOf(engines.db, run.runId);
  return jobs
    .filter((job) => !job.reused && job.state !== 'failed')
    .map(({ name, state, lines, kind, request }) => {
      const users = kind === 'segment' ? lines * numResultsOf(request) : lines;
      return { name, state, lines, cost: priceOf(engines, { kind, lines, users, hasThemes: hasThemes(request) }) };
    });
}

function numResultsOf(request: unknown): number {
  const isKnown = typeof request === 'object' && request !== null && 'numResults' in request;
  return isKnown && typeof request.numResults === 'number' ? request.numResults : 1;
}

export interface CancelResult {
  readonly run: string;
  /** The state that the run was in; `cancelled` where it had been cancelled before. */
  readonly was: RunRow['state'];
  /** Recipients who get no mail because of it. */
  readonly dropped: number;
  readonly accepted: number;
  /** Mails of which nobody can tell whether they arrived. */
  readonly unknown: number;
  /** Mails that a mail server has been handed and has not answered yet. */
  readonly underWay: number;
  readonly paid: readonly PaidBatchJob[];
}

const LOOK_MS = 250;
/** Workers see within a second that a run was cancelled; this is for mails whose server takes its time. */
const WAIT_MS = 20_000;

/**
 * Cancels a run, waits until the workers have let go of it, and drops what is left; done again it does the rest.
 * @throws E_USAGE where it has finished
 */
export async function cancelRun(engines: CancelEngines, runId: string): Promise<CancelResult> {
  const was = await moveToCancelled(engines, runId);
  await dropOpenDeliveries(engines.db, runId, engines.now());
  const until = engines.now() + WAIT_MS;
  while ((await countHeldClaims(engines.db, runId, engines.now())) > 0 && engines.now() < until) await wait(LOOK_MS);
  // Workers drop what they give back, and so does this.
  await dropOpenDeliveries(engines.db, runId, engines.now());
  const dropped =
    (await tallyReasons(engines.db, runId, 'dropped')).find((row) => row.name === 'cancelled')?.count ?? 0;
  const { accepted, unknown, claimed } = await countDeliveries(engines.db, runId);
  const paid = await listPaid(engines, await findNamedRun(engines.db, runId));
  return { run: runId, was, dropped, accepted, unknown, underWay: claimed, paid };
}

/** The state may change while we look at it. */
async function moveToCancelled(engines: CancelEngines, runId: string): Promise<RunRow['state']> {
  await findNamedRun(engines.db, runId);
  while (true) {
    const run = await findRun(engines.db, runId);
    if (run === undefined || run.state === 'cancelled') return 'cancelled';
    if (run.state === 'finished') {
      throw new NightjarError('E_USAGE', `the run ${runId} has finished; there is nothing to cancel`, {
        fix: `nightjar runs show ${runId}`,
      });
    }
    if (await moveRun(engines.db, runId, { from: run.state, to: 'cancelled', now: engines.now() })) return run.state;
  }
}
