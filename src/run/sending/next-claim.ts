/** Decides what a lane does next: claims what may be sent now, comes again when more may, or is done. */

import { claimByRules, type RuledClaim } from '../../database/ledger/claim-by-rules';
import { claimDeliveries } from '../../database/ledger/claims';
import { findOpenStates } from '../../database/ledger/deliveries';
import { isBlocked, rateNow, UNBLOCKED } from '../../database/pacing/blocks';
import { mostAhead } from '../../database/pacing/pace';
import { holdRun } from '../../database/pacing/ramp';
import { nextSendable, readSendingState, type SendingState } from '../../database/runs/sending-state';
import type { WorkOutcome } from '../../queue/work-queue';
import { DONE } from '../stage';
import type { ClaimInHand } from './batch';
import { type Lane, leaseMs } from './lane';
import { momentOf } from './lease';
import { checkMailServer } from './mail-server';
import { stopAtExclusions } from './making';
import { stopAfterErrors } from './stop';
import { activeLanes } from './turns';

/** Rows claimed in one commit (D5). */
const CLAIM_ROWS = 64;
/** When a lane that a slow rate has no use for looks again. */
const SPARE_MS = 10_000;
/** A rate whose next slot is further off is waited for outside: no row is claimed and no worker held meanwhile. */
const PACE_AHEAD_MS = 2000;
const DAY_MS = 86_400_000;

export type NextStep =
  | { readonly kind: 'claimed'; readonly claim: ClaimInHand }
  | { readonly kind: 'leave'; readonly outcome: WorkOutcome };

/** Takes the next step of a lane. */
export async function takeNextStep(lane: Lane): Promise<NextStep> {
  const { engines, run } = lane.context;
  const now = engines.now();
  const state = await readSendingState(engines.db, run.runId, { sender: lane.sender, now });
  if (state === undefined || !state.isSending) return leave(DONE);
  const wakeAt = waitsUntil(lane, state, now);
  if (wakeAt !== undefined) return leave(await comeAgain(lane, wakeAt));
  lane.errorsSince = state.errorsSince;
  if ((await stopAfterErrors(lane)) || (await stopAtExclusions(lane))) return leave(DONE);
  if (lane.isServerInDoubt) {
    const due = await nextSendable(engines.db, run.runId, { sender: lane.sender, now });
    if (due === undefined || due > now) return leave(await whenNothingIsDue(lane));
    await checkMailServer(engines.mailer);
    lane.isServerInDoubt = false;
  }
  return claimNext(lane, state);
}

function leave(outcome: WorkOutcome): NextStep {
  return { kind: 'leave', outcome };
}

function senderRate({ job }: Lane, state: SendingState, now: number): number | undefined {
  return rateNow(state.sender ?? UNBLOCKED, { now, limit: job.send.rate, full: undefined });
}

/** Undefined where the lane may claim now. */
function waitsUntil(lane: Lane, state: SendingState, now: number): number | undefined {
  if (state.holdUntil > now) return state.holdUntil;
  if (state.sender !== undefined && isBlocked(state.sender, now)) return state.sender.blockedUntil;
  const perSecond = senderRate(lane, state, now);
  if (perSecond === undefined) return undefined;
  if (lane.context.shard >= activeLanes(perSecond, lane.lanes)) return now + SPARE_MS;
  const ahead = (state.paceNextAt ?? 0) - now;
  return ahead > PACE_AHEAD_MS && ahead <= mostAhead(perSecond) ? now + ahead - PACE_AHEAD_MS / 2 : undefined;
}

let claims = 0;

/** A token a claim: lanes of one worker are as strange to each other as two workers. `workerOfToken` reads it back. */
function nextToken(worker: string): string {
  claims += 1;
  return `${worker}.${claims}`;
}

async function claimNext(lane: Lane, state: SendingState): Promise<NextStep> {
  const { engines } = lane.context;
  const claimed = momentOf(engines);
  const perSecond = senderRate(lane, state, claimed.at);
  lane.turns.setRate(perSecond);
  // At most a second's worth of all lanes together, so that a slow rate doesn't hold rows for minutes.
  const share = perSecond === undefined ? CLAIM_ROWS : Math.floor(perSecond / activeLanes(perSecond, lane.lanes));
  const claim = {
    token: nextToken(engines.token),
    limit: Math.max(1, Math.min(CLAIM_ROWS, share)),
    now: claimed.at,
    leaseMs: leaseMs(lane.context),
  };
  const { rows, isDayUsedUp } = await claimRows(lane, state, claim);
  if (rows.length > 0) return { kind: 'claimed', claim: { token: claim.token, claimed, rows } };
  return leave(isDayUsedUp ? await whenDayIsUsedUp(lane) : await whenNothingIsDue(lane));
}

/** Rules cost some statements more, so they are asked only where there are any. */
async function claimRows(
  lane: Lane,
  state: SendingState,
  claim: Parameters<typeof claimDeliveries>[2],
): Promise<Pick<RuledClaim, 'rows' | 'isDayUsedUp'>> {
  const { context, job, sender, heldFrom } = lane;
  const { db } = context.engines;
  const { perDomain = {}, ramp, rate } = job.send;
  const isRuled = state.hasHeld || state.hasBlocks || ramp !== undefined || Object.keys(perDomain).length > 0;
  if (!isRuled) return { rows: await claimDeliveries(db, context.run.runId, claim), isDayUsedUp: false };
  const rampRule = ramp === undefined ? undefined : { sender, ...ramp };
  const rules = { sender, perDomain, perSecond: rate, ramp: rampRule, heldFrom };
  const claimed = await claimByRules(db, context.run.runId, claim, rules);
  lane.heldFrom = claimed.heldFrom;
  return claimed;
}

/** Claimed rows may be a dead worker's: a lane looks at them when their leases are over, whatever it waits for. */
async function comeAgain({ context }: Lane, at: number): Promise<WorkOutcome> {
  const { engines, run } = context;
  const { claimed } = await findOpenStates(engines.db, run.runId);
  return { kind: 'again', at: claimed ? Math.min(at, engines.now() + leaseMs(context)) : at };
}

async function whenNothingIsDue(lane: Lane): Promise<WorkOutcome> {
  const { engines, run } = lane.context;
  const now = engines.now();
  const due = await nextSendable(engines.db, run.runId, { sender: lane.sender, now });
  if (due !== undefined) return comeAgain(lane, Math.max(due, now + 50));
  const { claimed } = await findOpenStates(engines.db, run.runId);
  return claimed ? { kind: 'again', at: now + 500 } : DONE;
}

/**
 * The rest waits for the next day, at the time of day at which the run was started: that is when its people expect it.
 * As long as mails are under way, some may yet give their places back.
 */
async function whenDayIsUsedUp({ context }: Lane): Promise<WorkOutcome> {
  const { engines, run } = context;
  const now = engines.now();
  if ((await findOpenStates(engines.db, run.runId)).claimed) return { kind: 'again', at: now + 500 };
  const until = nextDayAt(now, run.createdAt);
  await holdRun(engines.db, run.runId, until);
  engines.log('info', 'allowance of the day used up', { run: run.runId, until: new Date(until).toISOString() });
  return { kind: 'again', at: until };
}

/** The UTC day after `now`, at the time of day of `like`. */
export function nextDayAt(now: number, like: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS + (like % DAY_MS);
}
