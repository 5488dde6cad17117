/** Keeps the lease of claimed rows alive while their mails are under way. */
import { extendLeases } from '../../database/ledger/claims';
import type { RunOfDeliveries } from '../../database/ledger/deliveries';
import type { Engines } from '../engines';

/** A worker begins nothing in the last part of its lease; so far may the clocks of two workers differ. */
const LEASE_MARGIN_MS = 5000;
/** How often the clock is looked at: one that jumps ahead lets others take the rows, also if it comes back. */
const WATCH_MS = 200;

export interface Lease {
  /**
   * Tells whether the row of a user may still be begun: it was held at the last extension that the database confirmed,
   * and the lease has enough time left, by the clock and by the time that really passed.
   */
  isOurs(userId: string): boolean;
  release(): void;
}

export interface LeaseWish {
  readonly engines: Pick<Engines, 'db' | 'now' | 'log'>;
  readonly run: RunOfDeliveries;
  /** Of the claim, not of the worker: rows that were lost and claimed again by another lane are not ours. */
  readonly token: string;
  readonly userIds: readonly string[];
  readonly claimed: Moment;
  readonly leaseMs: number;
}

/** A time by the clock, which others go by and which may jump, and by the count of milliseconds that really pass. */
export interface Moment {
  readonly at: number;
  readonly tick: number;
}

/** Takes the time. */
export function momentOf({ now }: Pick<Engines, 'now'>): Moment {
  return { at: now(), tick: performance.now() };
}

/** Extends the lease every third of its length until it is released. */
export function holdLease({ engines, run, token, userIds, claimed, leaseMs }: LeaseWish): Lease {
  let held: ReadonlySet<string> = new Set(userIds);
  let from = claimed;
  const hasTime = () => {
    const now = momentOf(engines);
    return now.at - from.at < leaseMs - LEASE_MARGIN_MS && now.tick - from.tick < leaseMs - LEASE_MARGIN_MS;
  };
  const extend = async () => {
    const now = momentOf(engines);
    held = await extendLeases(engines.db, run, { token, userIds, now: now.at, until: now.at + leaseMs });
    from = now;
  };
  const extending = setInterval(() => {
    extend().catch((error: unknown) =>
      engines.log('warn', 'lease not extended', { run: run.runId, reason: String(error) }),
    );
  }, leaseMs / 3);
  const watching = setInterval(() => {
    // Until the next extension nobody knows whose rows they are.
    if (!hasTime()) held = new Set();
  }, WATCH_MS);
  return {
    isOurs: (userId) => held.has(userId) && hasTime(),
    release: () => {
      clearInterval(extending);
      clearInterval(watching);
    },
  };
}
