/** Lets a run go on that guards have paused: a person has seen the figures and lets these pass. */
import { z } from 'zod';
import { type GuardApproval, saveApprovals } from '../../database/guard-approvals';
import type { RunRow, RunState } from '../../database/runs';
import { NightjarError } from '../../errors';
import type { Engines } from '../engines';
import { GUARD_REASON } from '../guards/check';
import { findNamedRun, stateOf } from './find';
import { resumePaused } from './resume';

const checkSchema = z.object({ guard: z.string(), limit: z.string(), figure: z.string(), measure: z.number() });
const storedSchema = z.object({ guards: z.array(checkSchema).min(1) });

export type TrippedGuard = z.infer<typeof checkSchema>;

export interface ApproveResult {
  readonly run: string;
  /** State and reason that it was in. */
  readonly was: string;
  readonly state: RunState;
  readonly approved: readonly GuardApproval[];
}

/** Tells whether guards have paused a run. */
export function isPausedByGuard(run: Pick<RunRow, 'state' | 'pausedReason'>): boolean {
  return run.state === 'paused' && run.pausedReason?.startsWith(GUARD_REASON) === true;
}

/** Lists the guards that a run is paused for, with what they found; empty where it is not. */
export function trippedGuards(run: RunRow): readonly TrippedGuard[] {
  const stored = storedSchema.safeParse(run.error);
  return isPausedByGuard(run) && stored.success ? stored.data.guards : [];
}

/**
 * Approves exactly the guards that have tripped, as far as they have, and lets the run go on where it stopped. Another
 * guard that trips later pauses it again, and so does one of these that is worse by then.
 * @param by  who approves, for the record
 * @throws E_USAGE where no guard has paused it
 */
export async function approveRun(engines: Engines, runId: string, by: string): Promise<ApproveResult> {
  const run = await findNamedRun(engines.db, runId);
  const tripped = trippedGuards(run);
  if (tripped.length === 0) {
    throw new NightjarError('E_USAGE', `the run ${runId} is ${stateOf(run)}; there is no guard to approve`, {
      where: { step: runId },
      fix: `nightjar runs show ${runId}`,
    });
  }
  const at = engines.now();
  const approved = tripped.map((guard) => ({ ...guard, by, at }));
  // Interrupted between the two, the run is still paused and can be approved once more.
  await saveApprovals(engines.db, runId, approved);
  await resumePaused(engines, run);
  engines.log('warn', 'guards approved', { run: runId, guards: tripped.map(({ guard }) => guard).join(','), by });
  return { run: runId, was: stateOf(run), state: (await findNamedRun(engines.db, runId)).state, approved };
}
