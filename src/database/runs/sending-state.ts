/** What a lane looks at before each claim, in one statement; and when there will be something to send again. */
import { sql } from 'kysely';
import { promptly } from '../connecting/bounded-client';
import type { Database } from '../connecting/connection';
import { AHEAD_MS } from '../ledger/allot';
import { heldDomains } from '../ledger/claim-by-rules';
import { type Destination, LONGEST_BLOCK_MS } from '../pacing/blocks';
import { WHOLE_SENDER } from '../pacing/destinations';

export interface SendingState {
  readonly isSending: boolean;
  /** When a person last let the run go on; 0 for never. */
  readonly errorsSince: number;
  /** Nothing is sent before this time: the day's allowance of the sender is used up. */
  readonly holdUntil: number;
  /** Rows wait for their domain. */
  readonly hasHeld: boolean;
  /** Some domain is blocked, or being taken up again. */
  readonly hasBlocks: boolean;
  /** The sender as a whole, where it ever was blocked. */
  readonly sender: Destination | undefined;
  /** The next free slot of the sender's rate, where it has one. */
  readonly paceNextAt: number | undefined;
}

/** Reads the state in which a run can be sent now; undefined where there is no such run. */
export async function readSendingState(
  db: Database,
  runId: string,
  ask: { readonly sender: string; readonly now: number },
): Promise<SendingState | undefined> {
  const { sender, now } = ask;
  const reading = sql<Selected>`
    SELECT r.state, r.errors_since, r.hold_until, p.next_at AS pace_next_at, s.next_at, s.blocked_at, s.blocked_until, s.step, s.since,
           EXISTS (SELECT FROM delivery d WHERE d.run_id = ${runId} AND d.state IN ('planned', 'deferred') AND d.held) AS has_held,
           EXISTS (SELECT FROM destination d WHERE d.sender = ${sender} AND d.domain <> ${WHOLE_SENDER}
             AND d.blocked_until > ${new Date(now - LONGEST_BLOCK_MS)}) AS has_blocks
    FROM run r LEFT JOIN pace p ON p.sender = ${sender}
      LEFT JOIN destination s ON s.sender = ${sender} AND s.domain = ${WHOLE_SENDER}
    WHERE r.run_id = ${runId}
  `;
  const found = await promptly(() => reading.execute(db));
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    isSending: row.state === 'sending',
    errorsSince: row.errors_since ?? 0,
    holdUntil: row.hold_until ?? 0,
    hasHeld: row.has_held,
    hasBlocks: row.has_blocks,
    sender: readSender(row),
    paceNextAt: row.pace_next_at ?? undefined,
  };
}

interface Selected {
  state: string;
  errors_since: number | null;
  hold_until: number | null;
  pace_next_at: number | null;
  next_at: number | null;
  blocked_at: number | null;
  blocked_until: number | null;
  step: number | null;
  since: number | null;
  has_held: boolean;
  has_blocks: boolean;
}

function readSender(row: Selected): Destination | undefined {
  if (row.blocked_until === null) return undefined;
  return {
    nextAt: row.next_at ?? 0,
    blockedAt: row.blocked_at ?? 0,
    blockedUntil: row.blocked_until,
    step: row.step ?? 0,
    since: row.since ?? 0,
  };
}

/**
 * Tells when the next open delivery may go: when it is due, and its domain takes some again. Undefined where none is open.
 * Blocks of a clock that was wrong are looked at again after the longest that there can be.
 */
export async function nextSendable(
  db: Database,
  runId: string,
  ask: { readonly sender: string; readonly now: number },
): Promise<number | undefined> {
  const { sender, now } = ask;
  const row = await sql<{ at: number | null }>`
    WITH RECURSIVE domains AS (${heldDomains(runId)})
    SELECT least(
      (SELECT min(due_at) FROM delivery WHERE run_id = ${runId} AND state IN ('planned', 'deferred') AND NOT held),
      (SELECT min(greatest(domains.due_at, least(${new Date(now + LONGEST_BLOCK_MS)},
                greatest(d.blocked_until, d.next_at - ${`${AHEAD_MS} milliseconds`}::interval))))
       FROM domains LEFT JOIN destination d ON d.sender = ${sender} AND d.domain = domains.domain)) AS at
  `.execute(db);
  return row.rows[0]?.at ?? undefined;
}
