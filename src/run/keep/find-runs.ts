/** Answers what a person asks to be archived: all runs that are due, or one run whatever its job file says. */
import { type EndedRun, findEndedRun } from '../../database/keeping/keeping';
import { NightjarError } from '../../errors';
import type { Engines } from '../engines';
import { findNamedRun } from '../operate/find';
import { type DueRun, streamDueRuns } from './due-runs';

/** Lists the runs that are due. */
export async function listDueRuns(engines: Engines): Promise<readonly DueRun[]> {
  const due: DueRun[] = [];
  for await (const run of streamDueRuns(engines)) due.push(run);
  return due;
}

/**
 * Finds a run to archive now.
 * @throws E_RUN_UNKNOWN where there is none, E_USAGE where it goes on, E_RUN_ARCHIVED where that is done
 */
export async function findArchivable(engines: Engines, runId: string): Promise<EndedRun> {
  const run = await findNamedRun(engines.db, runId);
  const ended = await findEndedRun(engines.db, runId);
  if (ended === undefined) {
    throw new NightjarError('E_USAGE', `the run ${runId} is ${run.state}; expected one that has ended`, {
      fix: `end it first: nightjar runs cancel ${runId}`,
    });
  }
  if (ended.isArchived) {
    throw new NightjarError('E_RUN_ARCHIVED', `the run ${runId} is archived already`, {
      fix: `look at it: nightjar runs show ${runId}`,
    });
  }
  return ended;
}
