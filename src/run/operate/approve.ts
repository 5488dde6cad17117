/** Lets a run go on that guards or its proof have paused: a person has seen the figures, or the proofs, and lets them pass. */
import { z } from 'zod';
import { type GuardApproval, saveApprovals } from '../../database/runs/guard-approvals';
import { PROOF, PROOF_FAILED, passProof } from '../../database/runs/proofs';
import type { RunRow, RunState } from '../../database/runs/runs';
import { NightjarError } from '../../errors';
import type { ProofSummary } from '../../report/summary';
import type { Engines } from '../engines';
import { GUARD_REASON } from '../guards/check';
import { queueOpenWork } from '../open-work';
import { summariseProof } from '../proof/figures';
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
  /** The proof that the run was paused for. */
  readonly proof?: ProofSummary;
}

/** Tells whether guards have paused a run. */
export function isPausedByGuard(run: Pick<RunRow, 'state' | 'pausedReason'>): boolean {
  return run.state === 'paused' && run.pausedReason?.startsWith(GUARD_REASON) === true;
}

/** Tells whether a run is paused for its proof, whatever became of that. */
export function isPausedForProof(run: Pick<RunRow, 'state' | 'pausedReason'>): boolean {
  return run.state === 'paused' && (run.pausedReason === PROOF || run.pausedReason === PROOF_FAILED);
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
 * @throws E_USAGE where neither a guard nor its proof has paused it
 */
export async function approveRun(engines: Engines, runId: string, by: string): Promise<ApproveResult> {
  const run = await findNamedRun(engines.db, runId);
  if (isPausedForProof(run)) return approveProof(engines, run, by);
  const tripped = trippedGuards(run);
  if (tripped.length === 0) throw nothingToApprove(run);
  const at = engines.now();
  const approved = tripped.map((guard) => ({ ...guard, by, at }));
  // Interrupted between the two, the run is still paused and can be approved once more.
  await saveApprovals(engines.db, runId, approved);
  await resumePaused(engines, run);
  engines.log('warn', 'guards approved', { run: runId, guards: tripped.map(({ guard }) => guard).join(','), by });
  return { run: runId, was: stateOf(run), state: (await findNamedRun(engines.db, runId)).state, approved };
}

async function approveProof(engines: Engines, run: RunRow, by: string): Promise<ApproveResult> {
  const { runId } = run;
  // The time may have been over a moment ago, or another person was faster.
  if (!(await passProof(engines.db, runId, { by, now: engines.now() }))) {
    throw nothingToApprove(await findNamedRun(engines.db, runId));
  }
  await queueOpenWork(engines, runId);
  engines.log('warn', 'proof approved', { run: runId, by });
  const { state } = await findNamedRun(engines.db, runId);
  return { run: runId, was: stateOf(run), state, approved: [], ...(await summariseProof(engines.db, runId)) };
}

function nothingToApprove(run: RunRow): NightjarError {
  return new NightjarError('E_USAGE', `the run ${run.runId} is ${stateOf(run)}; there is nothing to approve`, {
    where: { step: run.runId },
    fix: `nightjar runs show ${run.runId}`,
  });
}
