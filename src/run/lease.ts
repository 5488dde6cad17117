/** Keeps the lease of claimed rows alive while their mails are under way. */
import { extendLeases } from '../database/claims';
import type { RunOfDeliveries } from '../database/deliveries';
import type { Engines } from './engines';

export interface Lease {
  /** Until when the rows are ours (epoch ms). An extension that the database didn't confirm doesn't count. */
  until(): number;
  release(): void;
}

export interface LeaseWish {
  readonly engines: Engines;
  readonly run: RunOfDeliveries;
  readonly userIds: readonly string[];
  readonly leaseMs: number;
}

/** Extends the lease every third of its length until it is released. */
export function holdLease({ engines, run, userIds, leaseMs }: LeaseWish): Lease {
  let until = engines.now() + leaseMs;
  const extend = async () => {
    const next = engines.now() + leaseMs;
    await extendLeases(engines.db, run, { token: engines.token, userIds, until: next });
    until = next;
  };
  const timer = setInterval(() => {
    extend().catch((error: unknown) =>
      engines.log('warn', 'lease not extended', { run: run.runId, reason: String(error) }),
    );
  }, leaseMs / 3);
  return { until: () => until, release: () => clearInterval(timer) };
}
