/** Describes a run as JSON documents tell it: the same for the command line and the API. */
import type { RunRow } from '../../database/runs/runs';
import { exitCodeOf } from '../follow-run';
import { readSummary } from '../stored-summary';
import { stateOf } from './find';
import { type RunStanding, readStanding } from './standing';

const ENDED: readonly RunRow['state'][] = ['finished', 'failed', 'paused'];

/** Tells the code that `nightjar run` ends with for such a run; only one that has come to a stand has it. */
export function exitOf(run: RunRow): number | undefined {
  return ENDED.includes(run.state) ? exitCodeOf(run, readSummary(run)) : undefined;
}

/** Describes a run in a list. */
export function describeRow(run: RunRow): object {
  const { runId, job, slot, kind, createdAt, finishedAt, requestedBy, params, onlyTo, limit } = run;
  return {
    run: runId,
    job,
    slot,
    kind,
    state: stateOf(run),
    exitCode: exitOf(run),
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === undefined ? undefined : new Date(finishedAt).toISOString(),
    requestedBy,
    params,
    onlyTo,
    limit,
    error: run.error,
  };
}

/** Describes a run by itself: its summary once it is finished, and where it stands. */
export function describeRun(run: RunRow, standing: RunStanding): object {
  return { ...(readSummary(run) ?? describeRow(run)), details: standing };
}

/** Reads and describes a run by itself. */
export async function readRunDocument(engines: Parameters<typeof readStanding>[0], run: RunRow): Promise<object> {
  return describeRun(run, await readStanding(engines, run));
}
