/** Follows a run to its end, and tells the exit code that it ends with. */
import { existsSync } from 'node:fs';
import { type QueuePosition, queuePosition } from '../database/buying/batch-places';
import { countDeliveries } from '../database/ledger/deliveries';
import { listAttempts } from '../database/runs/attempts';
import type { RunRow } from '../database/runs/runs';
import { type ExitCode, NightjarError } from '../errors';
import type { RunSummary } from '../report/summary';
import type { Engines } from './engines';
import { explainFailure } from './explain-failure';
import { describeFailing } from './operate/failing';
import { findNamedRun } from './operate/find';
import { heldUntil, storedError } from './run-error';

const POLL_MS = 100;
/** Counting the ledger costs by its rows, so it is done at most this often, and takes a small part of the time. */
const COUNT_MS = 1000;
const COUNT_SHARE = 0.05;

/** What is told while a run goes on. */
export interface Progress {
  readonly runId: string;
  readonly state: string;
  /** Mails answered and mails in all, where the run is sending. */
  readonly done?: number;
  readonly total?: number;
  /** Where the run stands in line, as long as Personalize takes no further batch job of the region. */
  readonly place?: string;
  /** What a run waits for that goes on by itself. */
  readonly held?: string;
  /** What fails at present and is tried again. */
  readonly failing?: string;
}

export interface FollowOptions {
  /** Called when something has changed. */
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/**
 * Waits until a run is finished, failed, paused or cancelled, and answers it. One that is held for its proof goes on by itself.
 * A database of a server's own may be away meanwhile; the embedded one does not come back by itself.
 */
export async function followRun(engines: Engines, runId: string, options: FollowOptions): Promise<RunRow> {
  const tell = createTeller(engines, options);
  while (true) {
    checkStateFolder(engines);
    const run = await look(engines, runId, tell);
    const isIdle = run !== undefined && ['finished', 'failed', 'paused', 'cancelled'].includes(run.state);
    const isOver = isIdle && heldUntil(run) === undefined;
    if (run !== undefined && (isOver || options.signal.aborted)) return run;
    if (options.signal.aborted) throw new NightjarError('E_ENGINE_DATABASE', 'the database is unreachable');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

type Tell = ReturnType<typeof createTeller>;

async function look(engines: Engines, runId: string, tell: Tell): Promise<RunRow | undefined> {
  try {
    const run = await findNamedRun(engines.db, runId);
    await tell.progress(run);
    return run;
  } catch (error) {
    const failure = explainFailure(error);
    if (failure.retry !== 'later' || engines.settings.database.url === 'embedded') throw error;
    tell.away(runId, failure);
    return undefined;
  }
}

function createTeller(engines: Engines, { onProgress }: FollowOptions) {
  let told = '';
  let state = '';
  let nextAt = 0;
  const tell = (progress: Progress) => {
    if (JSON.stringify(progress) !== told) onProgress(progress);
    told = JSON.stringify(progress);
  };
  return {
    progress: async (run: RunRow) => {
      const began = performance.now();
      if (run.state === state && began < nextAt) return;
      state = run.state;
      tell(await readProgress(engines, run));
      const took = performance.now() - began;
      nextAt = performance.now() + Math.max(COUNT_MS, took / COUNT_SHARE);
    },
    away: (runId: string, failure: NightjarError) =>
      tell({ runId, state: state || 'waiting', failing: failure.message }),
  };
}

/** Where it is gone, so are the embedded engines, and nothing will ever change again. */
function checkStateFolder({ journalDir }: Engines): void {
  if (existsSync(journalDir)) return;
  throw new NightjarError(
    'E_ENGINE_STATE',
    `the state folder was deleted while a run went on: "${journalDir}" is gone`,
    {
      fix: 'run it again',
    },
  );
}

async function readProgress(engines: Engines, run: RunRow): Promise<Progress> {
  const failing = describeFailing(await listAttempts(engines.db, run.runId));
  const progress = { runId: run.runId, state: run.state, ...(failing === undefined ? {} : { failing }) };
  if (run.state === 'waiting') return { ...progress, ...describePlace(await queuePosition(engines.db, run.runId)) };
  const held = heldUntil(run);
  if (held !== undefined)
    return { ...progress, held: `its proof was sent; it goes on at ${held}, or: nightjar runs approve ${run.runId}` };
  if (run.state !== 'sending') return progress;
  const counts = await countDeliveries(engines.db, run.runId);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    ...progress,
    done: counts.accepted + counts.refused + counts.excluded + counts.dropped,
    total,
  };
}

function describePlace(place: QueuePosition | undefined): Pick<Progress, 'place'> {
  if (place === undefined) return {};
  const { position, waiting, inFlight } = place;
  return { place: `place ${position} of ${waiting} in line for Personalize, ${inFlight} in flight` };
}

/** Tells the exit code of a run: 0, 4 where mails were refused or dropped or output was broken, 6 paused, else that of its error. */
export function exitCodeOf(run: RunRow, summary: RunSummary | undefined): ExitCode {
  if (run.state === 'paused') return 6;
  if (run.state === 'failed') return storedError(run)?.exitCode ?? 1;
  if (run.state !== 'finished' || summary === undefined) return 0;
  const lost = (summary.deliveries?.refused ?? 0) + (summary.deliveries?.dropped ?? 0) + summary.output.brokenLines;
  return lost + countUnanswered(summary) > 0 ? 4 : 0;
}

/** Queries without an answer: their line is an error, broken, or not there at all, and their audiences are empty for it. */
function countUnanswered({ audiences = [] }: RunSummary): number {
  return audiences.filter((audience) => audience.error !== undefined).length;
}
