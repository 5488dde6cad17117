/** Archives what is kept too long: once an hour beside the work of a worker, or when a person says so. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { withArchiveLock } from '../../database/keeping/archive-lock';
import type { EndedRun } from '../../database/keeping/keeping';
import { isNightjarError } from '../../errors';
import type { Engines } from '../engines';
import { explainFailure } from '../explain-failure';
import { type ArchiveOutcome, archiveRun } from './archive-run';
import { streamDueRuns } from './due-runs';

/** What became of a run; a run that can't be archived stops no other. */
export type KeptRun = { readonly runId: string } & (
  | ArchiveOutcome
  | { readonly kind: 'failed'; readonly reason: string }
);

/**
 * Archives the runs given; undefined where another process is archiving.
 * One that fails is told and left to the next time.
 */
export async function archiveRuns(
  engines: Engines,
  runs: AsyncIterable<EndedRun> | Iterable<EndedRun>,
  signal: AbortSignal,
): Promise<readonly KeptRun[] | undefined> {
  return withArchiveLock(engines.db, async () => {
    await removeLeftovers(engines);
    const done: KeptRun[] = [];
    for await (const run of runs) {
      if (signal.aborted) break;
      done.push({ runId: run.runId, ...(await tryArchive(engines, run, signal)) });
    }
    return done;
  });
}

async function tryArchive(engines: Engines, run: EndedRun, signal: AbortSignal) {
  try {
    return await archiveRun(engines, run, signal);
  } catch (error) {
    if (signal.aborted) return { kind: 'busy' } as const;
    const { code, message: reason } = isNightjarError(error) ? error : explainFailure(error);
    engines.log('warn', 'run not archived', { run: run.runId, code, reason });
    return { kind: 'failed', reason } as const;
  }
}

/** A killed process may have left a file of deliveries; who holds the lock is the only one that writes such. */
async function removeLeftovers({ tempDir }: Engines): Promise<void> {
  const left = (await readdir(tempDir)).filter((name) => /^archive-.*\.parquet$/.test(name));
  await Promise.all(left.map((name) => rm(path.join(tempDir, name), { force: true })));
}

/** Archives every run that is due. */
export function keep(engines: Engines, signal: AbortSignal): Promise<readonly KeptRun[] | undefined> {
  return archiveRuns(engines, streamDueRuns(engines), signal);
}

/** Not at once: a process that lives for one run has other things to do. */
const TIMES = { firstMs: 60_000, everyMs: 3_600_000 };

export interface Keeping {
  /** Stops after the step in hand; the next time goes on from there. */
  close(): Promise<void>;
}

/** Archives what is due a minute from now and then once an hour, until it is closed. */
export function startKeeping(engines: Engines, times = TIMES): Keeping {
  const stop = new AbortController();
  let inHand: Promise<unknown> = Promise.resolve();
  const go = () => {
    inHand = inHand
      .then(() => keep(engines, stop.signal))
      .catch((error: unknown) => {
        engines.log('warn', 'archiving failed', { reason: explainFailure(error).message });
      });
  };
  const first = setTimeout(go, times.firstMs);
  const every = setInterval(go, times.everyMs);
  first.unref();
  every.unref();
  return {
    close: async () => {
      clearTimeout(first);
      clearInterval(every);
      stop.abort();
      await inHand;
    },
  };
}
