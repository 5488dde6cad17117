/** Follows a run to its end, and tells the exit code that it ends with. */
import { z } from 'zod';
import { countDeliveries } from '../database/deliveries';
import { findRun, type RunRow } from '../database/runs';
import { ERROR_CODES, type ErrorCode, type ExitCode, NightjarError } from '../errors';
import type { RunSummary } from '../report/summary';
import type { Engines } from './engines';

const POLL_MS = 100;
/** Counting the ledger costs by its rows, so it is done at most this often. */
const COUNT_MS = 1000;

/** What is told while a run goes on. */
export interface Progress {
  readonly runId: string;
  readonly state: string;
  /** Mails answered and mails in all, where the run is sending. */
  readonly done?: number;
  readonly total?: number;
}

/** Waits until a run is finished, failed, paused or cancelled, and answers it; `onProgress` is called when something has changed. */
export async function followRun(
  engines: Engines,
  runId: string,
  options: { onProgress: (progress: Progress) => void; signal: AbortSignal },
): Promise<RunRow> {
  let told = '';
  let counted = Number.NEGATIVE_INFINITY;
  while (true) {
    const run = await findRun(engines.db, runId);
    if (run === undefined)
      throw new NightjarError('E_RUN_UNKNOWN', `there is no run "${runId}"`, {
        fix: 'list the runs: nightjar runs list',
      });
    if (run.state !== 'sending' || engines.now() - counted >= COUNT_MS) {
      const progress = await readProgress(engines, run);
      counted = engines.now();
      if (JSON.stringify(progress) !== told) options.onProgress(progress);
      told = JSON.stringify(progress);
    }
    if (['finished', 'failed', 'paused', 'cancelled'].includes(run.state) || options.signal.aborted) return run;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function readProgress(engines: Engines, run: RunRow): Promise<Progress> {
  if (run.state !== 'sending') return { runId: run.runId, state: run.state };
  const counts = await countDeliveries(engines.db, run.runId);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    runId: run.runId,
    state: run.state,
    done: counts.accepted + counts.refused + counts.excluded + counts.dropped,
    total,
  };
}

const errorSchema = z.object({ code: z.string(), message: z.string(), fix: z.string().optional() });

/** Reads the stored error of a failed run back. */
export function storedError(run: RunRow): NightjarError | undefined {
  const read = errorSchema.safeParse(run.error);
  if (!read.success) return undefined;
  const code = isErrorCode(read.data.code) ? read.data.code : 'E_BUG';
  return new NightjarError(code, read.data.message, {
    where: { step: run.runId },
    ...(read.data.fix === undefined ? {} : { fix: read.data.fix }),
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return code in ERROR_CODES;
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
