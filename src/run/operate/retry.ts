/** Lets a run go on: a failed one where it stopped, a paused one, and of a finished one what failed. */

import { reopenFinished, type StateTally } from '../../database/ledger/operator-changes';
import { clearAttempts } from '../../database/runs/attempts';
import { PROOF, PROOF_FAILED, retryProof } from '../../database/runs/proofs';
import type { RunRow, RunState } from '../../database/runs/runs';
import { RESTORED } from '../../database/runs/starts';
import { NightjarError } from '../../errors';
import type { Engines } from '../engines';
import { queueOpenWork } from '../open-work';
import { againCommand } from './again-command';
import { isPausedByGuard } from './approve';
import { findNamedRun, stateOf } from './find';
import { type FreshFiles, reopenSettled, resumeFailed, resumePaused } from './resume';

export interface RetryWish {
  /** Of a finished run only what failed for these reasons; empty for all. */
  readonly only: readonly string[];
  /** The job's files as they are now, for a run that has bought nothing. */
  readonly fresh: FreshFiles | undefined;
}

export interface RetryResult {
  readonly run: string;
  /** State and reason that it was in. */
  readonly was: string;
  readonly state: RunState;
  /** Deliveries that go out again, by what they were. */
  readonly again: readonly StateTally[];
}

/**
 * Lets a run go on.
 * @throws E_USAGE where there is nothing to retry, or where another verb is needed
 */
export async function retryRun(engines: Engines, runId: string, wish: RetryWish): Promise<RetryResult> {
  const run = await findNamedRun(engines.db, runId);
  if (run.state !== 'finished' && wish.only.length > 0) {
    throw usage(
      run,
      'only the failed mails of a finished run can be chosen by their reason',
      `nightjar runs retry ${runId}`,
    );
  }
  if (run.archiveBeganAt !== undefined) {
    throw new NightjarError('E_RUN_ARCHIVED', `the deliveries of ${run.runId} are archived`, {
      fix: `nightjar runs show ${run.runId}`,
    });
  }
  const again = await retryFrom(engines, run, wish);
  const { state } = await findNamedRun(engines.db, runId);
  return { run: runId, was: stateOf(run), state, again };
}

async function retryFrom(engines: Engines, run: RunRow, wish: RetryWish): Promise<readonly StateTally[]> {
  if (run.state === 'finished') return retryFinished(engines, run, wish.only);
  if (run.state === 'failed') await resumeFailed(engines, run, wish.fresh);
  else if (run.state === 'paused') await retryPaused(engines, run);
  else if (run.state === 'cancelled') {
    throw usage(
      run,
      `the run ${run.runId} was cancelled, which is for good`,
      run.pausedReason === RESTORED
        ? `run another slot: nightjar run ${run.job} --date DATE`
        : `make a new one: ${againCommand(run)}`,
    );
  } else
    throw usage(run, `the run ${run.runId} is ${run.state}; workers go on with it`, `nightjar runs show ${run.runId}`);
  return [];
}

async function retryPaused(engines: Engines, run: RunRow): Promise<void> {
  if (run.pausedReason === RESTORED) {
    const fix = `nightjar runs resolve --restored ${run.job}`;
    throw usage(run, `the run ${run.runId} waits until it is clear what another database has sent`, fix);
  }
  if (isPausedByGuard(run)) {
    const fix = `nightjar runs approve ${run.runId}`;
    throw usage(run, `a guard has paused the run ${run.runId}; it goes on when a person approves the figures`, fix);
  }
  if (run.pausedReason === PROOF) {
    const fix = `nightjar runs approve ${run.runId}`;
    throw usage(run, `the proof of the run ${run.runId} was sent; it goes on when a person has looked at it`, fix);
  }
  if (run.pausedReason === PROOF_FAILED) await retryProof(engines.db, run.runId, engines.now());
  if (run.pausedReason !== 'unknown') return resumePaused(engines, run);
  if (!(await reopenSettled(engines, run))) {
    const fix = `nightjar runs resolve ${run.runId}`;
    throw usage(
      run,
      `the run ${run.runId} has mails that may have arrived; they are never sent again by themselves`,
      fix,
    );
  }
  await queueOpenWork(engines, run.runId);
}

async function retryFinished(engines: Engines, run: RunRow, only: readonly string[]): Promise<readonly StateTally[]> {
  const again = await reopenFinished(engines.db, run.runId, { only, now: engines.now() });
  if (again.length === 0) {
    const what =
      only.length === 0 ? 'no mail that was refused or given up' : `no mail that failed for ${only.join(', ')}`;
    throw usage(run, `the run ${run.runId} has ${what}`, `nightjar runs show ${run.runId}`);
  }
  await clearAttempts(engines.db, run.runId);
  await queueOpenWork(engines, run.runId);
  return again;
}

function usage(run: RunRow, message: string, fix: string): NightjarError {
  return new NightjarError('E_USAGE', message, { where: { step: run.runId }, fix });
}
