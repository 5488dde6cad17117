/** What an answer "not now" means for other mails: its domain or its sender is left alone for a while, or the run pauses. */
import type { Destination } from '../../database/pacing/blocks';
import { LONGEST_BLOCK_MS } from '../../database/pacing/blocks';
import { blockDestination, dropHeld, WHOLE_SENDER } from '../../database/pacing/destinations';
import type { SendOutcome } from '../../mail/outcome';
import type { Lane } from './lane';
import type { Parcel } from './mail-queue';
import type { Wait } from './send-outcome';
import { reasonOf } from './send-outcome';
import { stopForQuota } from './stop';

type Deferral = Extract<SendOutcome, { kind: 'deferred' }>;

const MINUTE = 60_000;
/** First block of a destination whose answer names no other. */
const DESTINATION_MS = 5 * MINUTE;
/** First and longest block of a sender: it concerns every mail, so it is tried again soon. */
const SENDER_MS = 5000;
const SENDER_MOST_MS = 10 * MINUTE;
/** A nightly mail is not worth more than a day of waiting for one domain. */
const GIVE_UP_MS = 24 * 60 * MINUTE;
/** Connections of one claim that may fail before the rest of it is given back. */
const LOST_CONNECTIONS = 3;

/** What the mails of one claim must heed; it begins empty. */
export interface Troubles {
  readonly blocked: Set<string>;
  /** Domains that were waited for long enough, with the answer that they give. */
  readonly givenUp: Map<string, string>;
  /** Nothing more of this claim is to be sent. */
  isStopped: boolean;
  lostConnections: number;
}

export function noTroubles(): Troubles {
  return { blocked: new Set(), givenUp: new Map(), isStopped: false, lostConnections: 0 };
}

/** Acts on a deferral and answers what the mail waits for: its own time, or the end of a block. */
export async function handleDeferral(
  lane: Lane,
  troubles: Troubles,
  { outcome, parcel }: { readonly outcome: Deferral; readonly parcel: Parcel },
): Promise<Wait> {
  const { domain } = parcel.row;
  if (outcome.cause === 'daily_quota') {
    troubles.isStopped = true;
    await stopForQuota(lane, outcome.answer);
    return { kind: 'block', of: 'sender', until: lane.context.engines.now() };
  }
  if (outcome.cause === 'connection' || outcome.scope === 'login' || outcome.code === undefined) {
    return loseConnection(lane, troubles, outcome);
  }
  // What a domain holds against our name or our records is its own judgement: others may take the mails.
  const isOfDomain = outcome.scope === 'destination' || (outcome.scope === 'sender' && outcome.cause === 'policy');
  if (isOfDomain && domain !== undefined) return blockDomain(lane, troubles, { outcome, domain });
  if (outcome.scope === 'sender') return blockSender(lane, troubles, outcome);
  return { kind: 'own' };
}

function loseConnection(lane: Lane, troubles: Troubles, outcome: Deferral): Wait {
  lane.isServerInDoubt = true;
  troubles.lostConnections += 1;
  if (troubles.lostConnections >= LOST_CONNECTIONS) troubles.isStopped = true;
  return outcome.scope === 'login'
    ? { kind: 'block', of: 'sender', until: lane.context.engines.now() }
    : { kind: 'own' };
}

async function blockDomain(
  lane: Lane,
  troubles: Troubles,
  { outcome, domain }: { readonly outcome: Deferral; readonly domain: string },
): Promise<Wait> {
  const { engines, run } = lane.context;
  const now = engines.now();
  const wish = { now, baseMs: outcome.retryAfterMs ?? DESTINATION_MS, mostMs: LONGEST_BLOCK_MS };
  const block = await blockDestination(engines.db, { sender: lane.sender, domain }, wish);
  if (!troubles.blocked.has(domain)) tell(lane, { domain, block });
  troubles.blocked.add(domain);
  if (now - block.since < GIVE_UP_MS) return { kind: 'block', of: 'domain', until: block.blockedUntil };
  const reason = reasonOf(outcome);
  troubles.givenUp.set(domain, reason);
  const dropped = await dropHeld(engines.db, run.runId, { domain, reason, now });
  engines.log('warn', 'given up after a day', { run: run.runId, domain, dropped });
  return { kind: 'over' };
}

async function blockSender(lane: Lane, troubles: Troubles, outcome: Deferral): Promise<Wait> {
  const { engines } = lane.context;
  const now = engines.now();
  const baseMs = outcome.cause === 'throttled' ? (outcome.retryAfterMs ?? SENDER_MS) : SENDER_MS;
  const wish = { now, baseMs, mostMs: SENDER_MOST_MS };
  const block = await blockDestination(engines.db, { sender: lane.sender, domain: WHOLE_SENDER }, wish);
  if (!troubles.isStopped) tell(lane, { domain: WHOLE_SENDER, block });
  troubles.isStopped = true;
  if (now - block.since >= GIVE_UP_MS) await stopForQuota(lane, outcome.answer);
  return { kind: 'block', of: 'sender', until: block.blockedUntil };
}

function tell({ context, sender }: Lane, { domain, block }: { domain: string; block: Destination }): void {
  const { engines, run } = context;
  engines.log('warn', domain === WHOLE_SENDER ? 'sender slowed down' : 'destination blocked', {
    run: run.runId,
    from: sender.slice(sender.lastIndexOf('@') + 1),
    ...(domain === WHOLE_SENDER ? {} : { domain }),
    seconds: Math.round((block.blockedUntil - block.blockedAt) / 1000),
    step: block.step,
  });
}
