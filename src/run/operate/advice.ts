/** Says what a person can do about a run as it stands; each line can be pasted. */

import { PROOF_FAILED } from '../../database/runs/proofs';
import type { RunRow } from '../../database/runs/runs';
import { RESTORED } from '../../database/runs/starts';
import { storedError } from '../run-error';
import { againCommand } from './again-command';
import { isPausedByGuard, isPausedForProof } from './approve';

export interface Advice {
  /** What the command does. */
  readonly to: string;
  readonly command: string;
}

/** Lists what can be done, the likeliest first. `failed` counts mails that were refused or given up. */
export function adviseOn(
  run: RunRow,
  standing: { readonly failed: number; readonly unknown: number },
): readonly Advice[] {
  const settle = standing.unknown === 0 ? [] : adviseUnknown(run);
  switch (run.state) {
    case 'finished':
      return standing.failed === 0 ? [] : adviseFinished(run);
    case 'cancelled':
      return [...settle, ...adviseCancelled(run)];
    case 'paused':
      return advisePaused(run);
    case 'failed':
      return [...adviseFailed(run), ...settle, cancel(run)];
    default:
      return [cancel(run)];
  }
}

function cancel(run: RunRow): Advice {
  return { to: 'stop it for good', command: `nightjar runs cancel ${run.runId}` };
}

function goOn(run: RunRow): Advice {
  return { to: 'let it go on', command: `nightjar runs retry ${run.runId}` };
}

function adviseFinished(run: RunRow): readonly Advice[] {
  return [
    { to: 'list what failed', command: `nightjar runs export ${run.runId} --states refused,dropped --format csv` },
    { to: 'send what failed again', command: `nightjar runs retry ${run.runId}` },
  ];
}

function adviseCancelled(run: RunRow): readonly Advice[] {
  if (run.pausedReason === RESTORED) return [];
  return [{ to: 'run the slot again, for those who got nothing', command: againCommand(run) }];
}

function advisePaused(run: RunRow): readonly Advice[] {
  if (run.pausedReason === 'unknown') return [...adviseUnknown(run), cancel(run)];
  if (run.pausedReason === RESTORED) {
    const command = `nightjar runs resolve --restored ${run.job}`;
    return [{ to: 'go on without the slots that another database has run', command }, cancel(run)];
  }
  if (isPausedByGuard(run)) {
    const command = `nightjar runs approve ${run.runId}`;
    return [{ to: 'let it go on with these figures', command }, cancel(run)];
  }
  if (isPausedForProof(run)) {
    const command = `nightjar runs approve ${run.runId}`;
    const again = { to: 'send the proofs again that were not taken', command: `nightjar runs retry ${run.runId}` };
    const isFailed = run.pausedReason === PROOF_FAILED;
    return [...(isFailed ? [again] : []), { to: 'let it go on now', command }, cancel(run)];
  }
  const refusals = { to: 'list what was refused', command: `nightjar runs export ${run.runId} --states refused` };
  return [...(run.pausedReason === 'errors' ? [refusals] : []), goOn(run), cancel(run)];
}

function adviseUnknown(run: RunRow): readonly Advice[] {
  return [
    { to: 'see which mails to look for in the relay’s log', command: `nightjar runs resolve ${run.runId}` },
    { to: 'say that they arrived', command: `nightjar runs resolve ${run.runId} --as accepted` },
    { to: 'send them again', command: `nightjar runs resolve ${run.runId} --as resend` },
    { to: 'give them up', command: `nightjar runs resolve ${run.runId} --as drop` },
  ];
}

function adviseFailed(run: RunRow): readonly Advice[] {
  const fix = storedError(run)?.fix;
  return [...(fix === undefined ? [] : [{ to: 'first', command: fix }]), goOn(run)];
}
