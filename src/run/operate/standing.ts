/** Looks at where a run stands: what it has done, what it waits for, and what a person can do. */
import { maskAddress } from '../../content/address';
import { batchJobsOf } from '../../database/buying/batch-jobs';
import { queuePosition } from '../../database/buying/batch-places';
import { type ClickCounts, countClicks } from '../../database/clicks';
import { nextDue } from '../../database/ledger/claims';
import { countDeliveries, type DeliveryState, tallyReasons } from '../../database/ledger/deliveries';
import { listAttempts } from '../../database/runs/attempts';
import { type GuardApproval, listApprovals } from '../../database/runs/guard-approvals';
import { findProof, PROOF } from '../../database/runs/proofs';
import { type RunRow, runEvents } from '../../database/runs/runs';
import type { Engines } from '../engines';
import { storedError } from '../run-error';
import { readTellings, type TellingStanding } from '../told/standing';
import { type Advice, adviseOn } from './advice';
import { type TrippedGuard, trippedGuards } from './approve';
import { describeFailing } from './failing';
import { stateOf } from './find';

export interface BatchJobStanding {
  readonly name: string;
  readonly arn: string | undefined;
  readonly state: string;
  readonly reason: string | undefined;
  readonly lines: number;
  /** An earlier run has paid for it. */
  readonly reused: boolean;
  readonly input: string;
  readonly output: string;
}

export interface DeliveryStanding {
  readonly state: DeliveryState;
  readonly count: number;
  readonly reasons: readonly { readonly name: string; readonly count: number }[];
}

/** The proof of a run: each mail with its masked address. */
export interface ProofStanding {
  readonly mails: readonly {
    readonly to: string;
    readonly state: string;
    readonly answer: string | undefined;
  }[];
  /** When the run goes on by itself, where it waits for that. */
  readonly heldUntil: string | undefined;
  readonly passedBy: string | undefined;
}

export interface RunStanding {
  readonly state: string;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly events: readonly { readonly state: string; readonly at: string }[];
  readonly batchJobs: readonly BatchJobStanding[];
  /** Where it stands in the queue for one of the region's places. */
  readonly queue: { readonly position: number; readonly waiting: number; readonly inFlight: number } | undefined;
  /** States that no delivery has are left out. */
  readonly deliveries: readonly DeliveryStanding[];
  /** Of an e-mail job that counts them, once there are some. */
  readonly clicks: ClickCounts | undefined;
  readonly nextDueAt: string | undefined;
  readonly failing: string | undefined;
  /** What guards have found that the run is paused for, and what a person has let pass before. */
  readonly guards: readonly TrippedGuard[];
  readonly approvals: readonly GuardApproval[];
  readonly proof: ProofStanding | undefined;
  /** Who was told of what, and who could not be. */
  readonly told: readonly TellingStanding[];
  readonly advice: readonly Advice[];
}

const WITH_REASONS: readonly DeliveryState[] = ['deferred', 'unknown', 'refused', 'dropped', 'excluded'];

/** Reads all of it from the database alone. */
export async function readStanding({ db }: Pick<Engines, 'db'>, run: RunRow): Promise<RunStanding> {
  const deliveries = await readDeliveries(db, run);
  const count = (state: DeliveryState) => deliveries.find((row) => row.state === state)?.count ?? 0;
  const due = run.state === 'sending' || run.state === 'paused' ? await nextDue(db, run.runId) : undefined;
  const error = storedError(run);
  return {
    state: stateOf(run),
    error: error === undefined ? undefined : { code: error.code, message: error.message },
    events: (await runEvents(db, run.runId)).map(({ state, at }) => ({ state, at: new Date(at).toISOString() })),
    batchJobs: await readBatchJobs(db, run),
    queue: run.state === 'waiting' ? await queuePosition(db, run.runId) : undefined,
    deliveries,
    clicks: await readClicks(db, run),
    nextDueAt: due === undefined ? undefined : new Date(due).toISOString(),
    guards: trippedGuards(run),
    approvals: await listApprovals(db, run.runId),
    proof: await readProofStanding(db, run),
    told: await readTellings(db, run),
    failing: describeFailing(await listAttempts(db, run.runId)),
    advice: adviseOn(run, { failed: count('refused') + count('dropped'), unknown: count('unknown') }),
  };
}

async function readClicks(db: Engines['db'], run: RunRow): Promise<ClickCounts | undefined> {
  if (run.kind !== 'email') return undefined;
  const counts = await countClicks(db, run.runId);
  return counts.clicks + counts.programs === 0 ? undefined : counts;
}

async function readDeliveries(db: Engines['db'], run: RunRow): Promise<readonly DeliveryStanding[]> {
  if (run.kind !== 'email') return [];
  const counts = Object.entries(await countDeliveries(db, run.runId)) as [DeliveryState, number][];
  const present = counts.filter(([, count]) => count > 0);
  return Promise.all(
    present.map(async ([state, count]) => ({
      state,
      count,
      reasons: WITH_REASONS.includes(state) ? await tallyReasons(db, run.runId, state) : [],
    })),
  );
}

async function readProofStanding(db: Engines['db'], run: RunRow): Promise<ProofStanding | undefined> {
  const proof = await findProof(db, run.runId);
  if (proof === undefined) return undefined;
  const { holdUntil, passedBy } = proof;
  const isHeld = run.state === 'paused' && run.pausedReason === PROOF && holdUntil !== undefined;
  return {
    mails: proof.mails.map(({ address, state, answer }) => {
      return { to: maskAddress(address), state, answer };
    }),
    heldUntil: isHeld ? new Date(holdUntil).toISOString() : undefined,
    passedBy,
  };
}

async function readBatchJobs(db: Engines['db'], run: RunRow): Promise<readonly BatchJobStanding[]> {
  return (await batchJobsOf(db, run.runId)).map((job) => ({
    name: job.name,
    arn: job.arn,
    state: job.state,
    reason: job.reason,
    lines: job.lines,
    reused: job.reused,
    input: job.inputUri,
    output: job.outputUri,
  }));
}
