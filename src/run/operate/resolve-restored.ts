/** Settles that another database has run slots of a job: this one sends nothing of them, and goes on with the others. */
import { dropOpenDeliveries } from '../../database/ledger/operator-changes';
import { listRuns } from '../../database/runs/run-lists';
import { findRun, moveRun, type RunRow } from '../../database/runs/runs';
import { RESTORED, recordForeignStart } from '../../database/runs/starts';
import { NightjarError } from '../../errors';
import type { Engines } from '../engines';
import { isAheadOnS3 } from '../restored/announce';
import { findForeignRuns } from '../restored/foreign-runs';
import type { StartRecord } from '../restored/start-record';
import { resumePaused } from './resume';

export interface RestoredResult {
  readonly job: string;
  /** Runs that are recorded as cancelled(restored), or that were finished here and elsewhere. */
  readonly recorded: readonly string[];
  /** Runs that were paused and go on. */
  readonly goesOn: readonly string[];
}

/** Runs of a job that can be paused(restored) at a time. */
const MOST_PAUSED = 1000;

/**
 * Records the runs of a job that only S3 knows, and those that this database knows differently, as cancelled(restored).
 * @throws E_USAGE where nothing of the job waits for that
 */
export async function resolveRestored(engines: Engines, job: string): Promise<RestoredResult> {
  const paused = await listPaused(engines, job);
  const oldest = paused.map((run) => run.slot).sort()[0];
  if (oldest === undefined) {
    throw new NightjarError('E_USAGE', `no run of "${job}" is paused(restored)`, {
      fix: 'nightjar runs list --states paused',
    });
  }
  const foreign = await findForeignRuns(engines, { job, slot: oldest });
  for (const record of foreign) await settleForeign(engines, record);
  const ahead: string[] = [];
  for (const run of await listPaused(engines, job)) {
    if (!(await isAheadOnS3(engines, run))) continue;
    await cancelRestored(engines, run);
    ahead.push(run.runId);
  }
  const goesOn = await listPaused(engines, job);
  for (const run of goesOn) await resumePaused(engines, run);
  return {
    job,
    recorded: [...foreign.map((record) => record.run), ...ahead],
    goesOn: goesOn.map((run) => run.runId),
  };
}

async function listPaused({ db }: Pick<Engines, 'db'>, job: string): Promise<readonly RunRow[]> {
  const rows = await listRuns(db, { job, states: ['paused'], limit: MOST_PAUSED });
  return rows.filter((run) => run.pausedReason === RESTORED);
}

async function settleForeign(engines: Engines, record: StartRecord): Promise<void> {
  const { run: runId, job, slot, n, kind, nonce } = record;
  const start = { runId, job, slot, n, kind, nonce, createdAt: Date.parse(record.createdAt) };
  await recordForeignStart(engines.db, start, engines.now());
  const run = await findRun(engines.db, runId);
  if (run !== undefined) await cancelRestored(engines, run);
}

/** A run that has ended here stays as it is: its ledger knows whom it has written to. */
async function cancelRestored(engines: Engines, run: RunRow): Promise<void> {
  if (run.state === 'finished' || run.state === 'cancelled') return;
  const now = engines.now();
  await moveRun(engines.db, run.runId, { from: run.state, to: 'cancelled', pausedReason: RESTORED, now });
  await dropOpenDeliveries(engines.db, run.runId, now);
}
