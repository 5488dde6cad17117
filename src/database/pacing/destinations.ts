/** Keeps what a sender may send to a domain, for all workers: its turns, and for how long it is blocked. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import { type BlockWish, type Destination, nextBlock, UNBLOCKED } from './blocks';

/** The domain that stands for the sender as a whole. */
export const WHOLE_SENDER = '*';

interface Selected {
  domain: string;
  next_at: number;
  blocked_at: number;
  blocked_until: number;
  step: number;
  since: number;
}

function readDestination(row: Selected): Destination {
  return {
    nextAt: row.next_at,
    blockedAt: row.blocked_at,
    blockedUntil: row.blocked_until,
    step: row.step,
    since: row.since,
  };
}

/** Locks the rows of these domains that there are, in one order for all, until the transaction ends. */
export async function lockDestinations(
  trx: Database,
  sender: string,
  domains: Iterable<string>,
): Promise<ReadonlyMap<string, Destination>> {
  const rows = await sql<Selected>`
    SELECT domain, next_at, blocked_at, blocked_until, step, since FROM destination
    WHERE sender = ${sender} AND domain = ANY(${[...domains]}::text[]) ORDER BY domain FOR UPDATE
  `.execute(trx);
  return new Map(rows.rows.map((row) => [row.domain, readDestination(row)]));
}

/** Makes the rows of domains that have a rate, so that they can be locked. */
export async function ensureDestinations(trx: Database, sender: string, domains: Iterable<string>): Promise<void> {
  const zero = new Date(0);
  await sql`
    INSERT INTO destination (sender, domain, next_at, blocked_at, blocked_until, step, since)
    SELECT ${sender}, domain, ${zero}, ${zero}, ${zero}, 0, ${zero} FROM unnest(${[...domains].sort()}::text[]) AS r(domain)
    ON CONFLICT DO NOTHING
  `.execute(trx);
}

/** Stores the next free turns of domains whose rows are locked. */
export async function saveTurns(trx: Database, sender: string, nextAt: ReadonlyMap<string, number>): Promise<void> {
  if (nextAt.size === 0) return;
  const times = [...nextAt.values()].map((time) => new Date(Math.ceil(time)).toISOString());
  await sql`
    UPDATE destination d SET next_at = r.next_at FROM unnest(${[...nextAt.keys()]}::text[], ${times}::timestamptz[]) AS r(domain, next_at)
    WHERE d.sender = ${sender} AND d.domain = r.domain
  `.execute(trx);
}

/** Blocks a domain of a sender for all workers, and answers until when and since when it has been in trouble. */
export async function blockDestination(
  db: Database,
  place: { readonly sender: string; readonly domain: string },
  wish: BlockWish,
): Promise<Destination> {
  const { sender, domain } = place;
  return db.transaction().execute(async (trx) => {
    await ensureDestinations(trx, sender, [domain]);
    const current = (await lockDestinations(trx, sender, [domain])).get(domain) ?? UNBLOCKED;
    const next = nextBlock(current, wish);
    await sql`
      UPDATE destination SET blocked_at = ${new Date(next.blockedAt)}, blocked_until = ${new Date(next.blockedUntil)},
             step = ${next.step}, since = ${new Date(next.since)}
      WHERE sender = ${sender} AND domain = ${domain}
    `.execute(trx);
    return next;
  });
}

/** Rows changed in one statement, so that no statement takes minutes. */
const CHUNK_ROWS = 20_000;

/** Gives up what a run still holds for a domain, and answers how many. */
export async function dropHeld(
  db: Database,
  runId: string,
  drop: { readonly domain: string; readonly reason: string; readonly now: number },
): Promise<number> {
  let dropped = 0;
  while (true) {
    const changed = await sql`
      WITH held AS (
        SELECT job, slot, user_id FROM delivery
        WHERE run_id = ${runId} AND domain = ${drop.domain} AND held AND state IN ('planned', 'deferred')
        LIMIT ${CHUNK_ROWS} FOR UPDATE)
      UPDATE delivery d SET state = 'dropped', reason = ${drop.reason}, answered_at = ${new Date(drop.now)}
      FROM held WHERE d.job = held.job AND d.slot = held.slot AND d.user_id = held.user_id
    `.execute(db);
    const count = Number(changed.numAffectedRows ?? 0n);
    dropped += count;
    if (count < CHUNK_ROWS) return dropped;
  }
}
