/** Shares the day's allowance of a sender that is warming up among all jobs and workers. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

/** How a sender warms up, as a job says it. */
export interface RampRule {
  readonly sender: string;
  readonly start: number;
  readonly growth: number;
}

/** What an integer column holds; a sender that is allowed more is warm. */
const MOST = 2_000_000_000;

/** The UTC day of a time, `2026-03-01`. */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** What a ramp allows after `days` days that were used: floor(start × (1 + growth)^days). */
export function allowanceAfter({ start, growth }: Pick<RampRule, 'start' | 'growth'>, days: number): number {
  // Powers of decimal fractions fall just short of whole numbers: 200 × 1.15 is 229.99999999999997.
  return Math.min(MOST, Math.floor(start * (1 + growth) ** days + 1e-6));
}

/**
 * Reserves up to `wish` mails of the sender's day, and answers how many: call it in the transaction that claims them.
 * A day counts towards the growth once at least half of what it allowed was used. Of two jobs with different ramps the
 * stricter one holds.
 */
export async function reserveRamp(trx: Database, rule: RampRule, ask: { now: number; wish: number }): Promise<number> {
  const day = dayOf(ask.now);
  const { sender } = rule;
  const earlier = await sql<{ days: number }>`
    SELECT count(*) AS days FROM ramp_day WHERE sender = ${sender} AND day < ${day}::date AND used * 2::bigint >= allowed
  `.execute(trx);
  const allowed = allowanceAfter(rule, earlier.rows[0]?.days ?? 0);
  const row = await sql<{ left: number }>`
    INSERT INTO ramp_day (sender, day, allowed, used) VALUES (${sender}, ${day}::date, ${allowed}, 0)
    ON CONFLICT (sender, day) DO UPDATE SET allowed = least(ramp_day.allowed, ${allowed})
    RETURNING allowed - used AS left
  `.execute(trx);
  const taken = Math.max(0, Math.min(ask.wish, row.rows[0]?.left ?? 0));
  if (taken === 0) return 0;
  await sql`UPDATE ramp_day SET used = used + ${taken} WHERE sender = ${sender} AND day = ${day}::date`.execute(trx);
  return taken;
}

/** Gives back what was reserved and not sent, to the day of the claim. */
export async function returnRamp(
  db: Database,
  sender: string,
  unused: { readonly claimedAt: number; readonly count: number },
): Promise<void> {
  if (unused.count <= 0) return;
  await sql`
    UPDATE ramp_day SET used = greatest(0, used - ${unused.count}) WHERE sender = ${sender} AND day = ${dayOf(unused.claimedAt)}::date
  `.execute(db);
}

/** Lets a run send nothing before a time; a later one that is set already stays. */
export async function holdRun(db: Database, runId: string, until: number): Promise<void> {
  await sql`
    UPDATE run SET hold_until = greatest(hold_until, ${new Date(until)}::timestamptz) WHERE run_id = ${runId}
  `.execute(db);
}
