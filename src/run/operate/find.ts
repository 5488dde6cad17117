/** Finds the run that a person names. */
import type { Database } from '../../database/connecting/connection';
import { findRun, type RunRow } from '../../database/runs/runs';
import { NightjarError } from '../../errors';

/**
 * Finds a run by its id.
 * @throws E_RUN_UNKNOWN
 */
export async function findNamedRun(db: Database, runId: string): Promise<RunRow> {
  const run = await findRun(db, runId);
  if (run !== undefined) return run;
  throw new NightjarError('E_RUN_UNKNOWN', `there is no run "${runId}"`, { fix: 'nightjar runs list' });
}

/** Writes a state with its reason: `paused(unknown)`. */
export function stateOf(run: Pick<RunRow, 'state' | 'pausedReason'>): string {
  return run.pausedReason === undefined ? run.state : `${run.state}(${run.pausedReason})`;
}
