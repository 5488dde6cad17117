/** Keeps the lease of claimed rows alive while their mails are under way. */
import { extendLeases } from '../database/claims';
import type { RunOfDeliveries } from '../database/deliveries';
import type { Engines } from './engines';

/** A worker begins nothing in the last part of its lease. */
const LEASE_MARGIN_MS = 5000;

export interface Lease {
  /**
   * Tells whether the row of a user may still be begun: it was held at the last extension that the database confirmed,
   * and the lease has enough time left.
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
  /** When the rows were claimed (epoch ms). */
  readonly claimedAt: number;
  readonly leaseMs: number;
}

/** Extends the lease every third of its length until it is released. */
export function holdLease({ engines, run, token, userIds, claimedAt, leaseMs }: LeaseWish): Lease {
  let held: ReadonlySet<string> = new Set(userIds);
  let until = claimedAt + leaseMs;
  const extend = async () => {
    const now = engines.now();
    held = await extendLeases(engines.db, run, { token, userIds, now, until: now + leaseMs });
    until = now + leaseMs;
  };
  const timer = setInterval(() => {
    extend().catch((error: unknown) =>
      engines.log('warn', 'lease not extended', { run: run.runId, reason: String(error) }),
    );
  }, leaseMs / 3);
  return {
    isOurs: (userId) => held.has(userId) && engines.now() < until - LEASE_MARGIN_MS,
    release: () => clearInterval(timer),
  };
}
