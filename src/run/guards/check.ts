/** What a guard finds, and how a run pauses for it: before money is spent, or before the first mail or audience file. */
import { listApprovals } from '../../database/runs/guard-approvals';
import { moveRun, type RunState } from '../../database/runs/runs';
import { NightjarError } from '../../errors';
import type { StageContext } from '../stage';

/** What one guard has found. */
export interface GuardCheck {
  /** As a person names it: `cost`, `budget`, `recipients.min`, `itemShare`… */
  readonly guard: string;
  /** What is allowed, and what was found, in words. */
  readonly limit: string;
  readonly figure: string;
  readonly trips: boolean;
  /** The figure as a number of the guard's own, greater is worse: an approval covers what is no worse than it was. */
  readonly measure: number;
}

/** The measure of what is worse than any figure: one that nobody knows. */
export const UNKNOWN_MEASURE = Number.MAX_VALUE;

/** The run's paused reason begins so; the names of the guards follow. */
export const GUARD_REASON = 'guard:';

/** Thrown where guards trip, so that nothing after it is done; `pauseOnTrip` makes a pause of it. */
export class GuardTrip extends Error {
  constructor(readonly checks: readonly GuardCheck[]) {
    super(checks.map(describeCheck).join('; '));
  }
}

/** Writes a check in words: `cost is 30.00 USD, allowed are 25.00 USD`. */
export function describeCheck({ guard, figure, limit }: Pick<GuardCheck, 'guard' | 'figure' | 'limit'>): string {
  return `${guard}: ${figure}; allowed: ${limit}`;
}

/**
 * Goes on only if no guard trips but those that a person has let pass as they are.
 * @throws GuardTrip
 */
export async function stopAtTrips(context: Pick<StageContext, 'engines' | 'run'>, checks: readonly GuardCheck[]) {
  const tripped = checks.filter((check) => check.trips);
  if (tripped.length === 0) return;
  const approved = await approvedMeasures(context);
  const open = tripped.filter((check) => check.measure > (approved.get(check.guard) ?? Number.NEGATIVE_INFINITY));
  if (open.length > 0) throw new GuardTrip(open);
}

/** Tells how far each guard may go that a person has let pass. */
export async function approvedMeasures({
  engines,
  run,
}: Pick<StageContext, 'engines' | 'run'>): Promise<ReadonlyMap<string, number>> {
  const measures = new Map<string, number>();
  for (const { guard, measure } of await listApprovals(engines.db, run.runId))
    measures.set(guard, Math.max(measure, measures.get(guard) ?? Number.NEGATIVE_INFINITY));
  return measures;
}

/** What `pauseOnTrip` answers where the run is paused now. */
export const PAUSED = Symbol('paused');

/** Does what guards stand before, and pauses the run where one trips. */
export async function pauseOnTrip<T>(
  context: Pick<StageContext, 'engines' | 'run'>,
  from: RunState,
  action: () => Promise<T>,
): Promise<T | typeof PAUSED> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof GuardTrip)) throw error;
    await pause(context, from, error.checks);
    return PAUSED;
  }
}

async function pause(
  { engines, run }: Pick<StageContext, 'engines' | 'run'>,
  from: RunState,
  checks: readonly GuardCheck[],
): Promise<void> {
  const reason = `${GUARD_REASON}${checks.map(({ guard }) => guard).join(',')}`;
  const error = new NightjarError('E_RUN_GUARD', checks.map(describeCheck).join('; '), {
    fix: `let it go on: nightjar runs approve ${run.runId}; or end it: nightjar runs cancel ${run.runId}`,
  });
  const stored = { code: error.code, message: error.message, fix: error.fix, guards: checks };
  const move = { from, to: 'paused', pausedReason: reason, error: stored, now: engines.now() } as const;
  if (await moveRun(engines.db, run.runId, move))
    engines.log('warn', 'run paused', { run: run.runId, reason, code: error.code, found: error.message });
}
