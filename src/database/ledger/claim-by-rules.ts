/** Claims deliveries where domains have rates or are blocked, or where the sender is warming up. */
import { sql } from 'kysely';
import { promptly } from '../connecting/bounded-client';
import type { Database } from '../connecting/connection';
import { LONGEST_BLOCK_MS } from '../pacing/blocks';
import { ensureDestinations, lockDestinations, saveTurns } from '../pacing/destinations';
import { type RampRule, reserveRamp, returnRamp } from '../pacing/ramp';
import { type Allotment, allot, type Candidate, type DomainRules, limitOf } from './allot';
import { CLAIMED_COLUMNS, type Claim, type ClaimedDelivery, readClaimed } from './claims';
import { checked, SAME_KEY, withSlotOf } from './ledger-keys';

export interface ClaimRules extends DomainRules {
  readonly sender: string;
  readonly ramp?: RampRule | undefined;
  /** See `RuledClaim`; left out for the first claim. */
  readonly heldFrom?: string;
}

export interface RuledClaim {
  readonly rows: readonly ClaimedDelivery[];
  /** The day's allowance was used up before anything could be claimed. */
  readonly isDayUsedUp: boolean;
  /** The domain from which the next claim looks for held rows; empty where this one came to the last. */
  readonly heldFrom: string;
}

/** Rows looked through at a time where the first ones all have to wait. */
const LOOK_ROWS = 512;
/** Domains with held rows that one look goes through. */
const LOOK_DOMAINS = 500;
/** Looks of one claim; the next claim goes on behind what was held by then. */
const LOOKS = 40;

/**
 * Claims like `claimDeliveries`, but takes of each domain only what it may be sent to now. Rows that have to wait for their
 * domain are marked as held: later claims find them by domain and don't go through them again, so that however many wait for
 * one domain, the others go on. Everything of one look is one commit.
 */
export async function claimByRules(db: Database, runId: string, claim: Claim, rules: ClaimRules): Promise<RuledClaim> {
  let { heldFrom = '' } = rules;
  for (let look = 0; look < LOOKS; look++) {
    const rows = look === 0 ? claim.limit : LOOK_ROWS;
    const found = await promptly(() => claimOnce(db, runId, { claim, rules, heldFrom, rows }));
    if (found.rows.length > 0 || found.isDayUsedUp) return found;
    if (found.held === 0 && found.heldFrom === '') return found;
    heldFrom = found.heldFrom;
  }
  return { rows: [], isDayUsedUp: false, heldFrom };
}

interface Look {
  readonly claim: Claim;
  readonly rules: ClaimRules;
  readonly heldFrom: string;
  readonly rows: number;
}

async function claimOnce(db: Database, runId: string, look: Look): Promise<RuledClaim & { readonly held: number }> {
  const { claim, rules } = look;
  return db.transaction().execute(async (trx) => {
    const domains = await listHeldDomains(trx, runId, look);
    const heldFrom = domains.length < LOOK_DOMAINS ? '' : (domains.at(-1)?.domain ?? '');
    const candidates = await findCandidates(trx, runId, { look, domains });
    if (candidates.length === 0) return { rows: [], isDayUsedUp: false, held: 0, heldFrom };
    const allowed = await reserve(trx, look);
    if (allowed === 0) return { rows: [], isDayUsedUp: true, held: 0, heldFrom };
    const destinations = await lockDomains(trx, rules, candidates);
    const allotment = allot(candidates, { now: claim.now, limit: allowed, rules, destinations });
    await saveTurns(trx, rules.sender, allotment.nextAt);
    await hold(trx, runId, allotment.hold);
    const rows = await markClaimed(trx, runId, { claim, go: allotment.go });
    await unreserve(trx, look, allowed - rows.length);
    return { rows, isDayUsedUp: false, held: allotment.hold.length, heldFrom };
  });
}

async function reserve(trx: Database, { claim, rules }: Look): Promise<number> {
  if (rules.ramp === undefined) return claim.limit;
  return reserveRamp(trx, rules.ramp, { now: claim.now, wish: claim.limit });
}

async function unreserve(trx: Database, { claim, rules }: Look, count: number): Promise<void> {
  if (rules.ramp === undefined || count === 0) return;
  await returnRamp(trx, rules.ramp.sender, { claimedAt: claim.now, count });
}

/** Domains that have held rows, each with whether any of them is due and the domain takes some now. */
async function listHeldDomains(
  trx: Database,
  runId: string,
  { claim, rules, heldFrom }: Look,
): Promise<readonly { domain: string; takes: boolean }[]> {
  const rows = await sql<{ domain: string; takes: boolean }>`
    WITH RECURSIVE domains AS (${heldDomains(runId, { from: heldFrom, most: LOOK_DOMAINS })})
    SELECT domains.domain, domains.due_at <= ${new Date(claim.now)} AND (d.domain IS NULL
        OR d.blocked_until <= ${new Date(claim.now)} OR d.blocked_until > ${new Date(claim.now + LONGEST_BLOCK_MS)}) AS takes
    FROM domains LEFT JOIN destination d ON d.sender = ${rules.sender} AND d.domain = domains.domain
    ORDER BY domains.domain
  `.execute(trx);
  return rows.rows;
}

/** Due rows that are not held, and the first ones of every domain that has held rows, the earliest due first. */
async function findCandidates(
  trx: Database,
  runId: string,
  { look, domains }: { readonly look: Look; readonly domains: readonly { domain: string; takes: boolean }[] },
): Promise<readonly Candidate[]> {
  const now = new Date(look.claim.now);
  const free = await sql<Selected>`
    SELECT user_id, domain, due_at, false AS held FROM delivery
    WHERE run_id = ${runId} AND state IN ('planned', 'deferred') AND NOT held AND due_at <= ${now} AND slate IS NOT NULL
    ORDER BY due_at, user_id LIMIT ${look.rows} FOR UPDATE SKIP LOCKED
  `.execute(trx);
  const taking = domains.flatMap(({ domain, takes }) => (takes ? [domain] : []));
  const held = taking.length === 0 ? [] : (await findHeld(trx, runId, { look, taking })).rows;
  return [...free.rows, ...held]
    .sort((a, b) => a.due_at - b.due_at || (a.user_id < b.user_id ? -1 : 1))
    .map((row) => ({ userId: row.user_id, domain: row.domain ?? undefined, held: row.held }));
}

function findHeld(
  trx: Database,
  runId: string,
  { look, taking }: { readonly look: Look; readonly taking: readonly string[] },
) {
  // Every row that is looked at is locked, and only so many are taken.
  const each = Math.min(look.claim.limit, Math.ceil((4 * look.claim.limit) / taking.length));
  return sql<Selected>`
    SELECT r.user_id, r.domain, r.due_at, true AS held FROM unnest(${[...taking]}::text[]) AS t(domain) CROSS JOIN LATERAL (
      SELECT user_id, domain, due_at FROM delivery d
      WHERE d.run_id = ${runId} AND d.domain = t.domain AND d.state IN ('planned', 'deferred') AND d.held
        AND d.due_at <= ${new Date(look.claim.now)} AND d.slate IS NOT NULL
      ORDER BY d.due_at, d.user_id LIMIT ${each} FOR UPDATE SKIP LOCKED) r
  `.execute(trx);
}

interface Selected {
  user_id: string;
  domain: string | null;
  due_at: number;
  held: boolean;
}

/**
 * Hops from domain to domain by the index on held rows, in their order: it costs by the number of domains, not of rows.
 * @param part  begins behind a domain and ends after so many; all of them where it is left out
 */
export function heldDomains(runId: string, part?: { readonly from: string; readonly most: number }) {
  const open = sql`run_id = ${runId} AND state IN ('planned', 'deferred') AND held`;
  const { from, most } = part ?? { from: '', most: 2_000_000_000 };
  return sql`(SELECT domain, due_at, 1 AS nth FROM delivery WHERE ${open} AND domain > ${from}
      ORDER BY domain, due_at LIMIT 1)
    UNION ALL
    SELECT n.domain, n.due_at, domains.nth + 1 FROM domains CROSS JOIN LATERAL (
      SELECT domain, due_at FROM delivery WHERE ${open} AND domain > domains.domain ORDER BY domain, due_at LIMIT 1) n
    WHERE domains.nth < ${most}::integer`;
}

async function lockDomains(trx: Database, rules: ClaimRules, candidates: readonly Candidate[]) {
  const domains = new Set(candidates.flatMap(({ domain }) => domain ?? []));
  const rated = [...domains].filter((domain) => limitOf(rules, domain) !== undefined);
  if (rated.length > 0) await ensureDestinations(trx, rules.sender, rated);
  return lockDestinations(trx, rules.sender, domains);
}

async function hold(trx: Database, runId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await sql`
    UPDATE delivery d SET held = true FROM ${withSlotOf(runId, sql`unnest(${[...userIds]}::text[]) AS r(user_id)`)}
    WHERE ${SAME_KEY} AND ${checked(sql`d.run_id = ${runId}`)}
  `.execute(trx);
}

async function markClaimed(
  trx: Database,
  runId: string,
  { claim, go }: { readonly claim: Claim; readonly go: Allotment['go'] },
): Promise<readonly ClaimedDelivery[]> {
  if (go.length === 0) return [];
  const rows = await sql`
    UPDATE delivery d SET state = 'claimed', token = ${claim.token}, claimed_at = ${new Date(claim.now)},
           lease_until = ${new Date(claim.now + claim.leaseMs)}, attempt = d.attempt + 1, reason = NULL
    FROM ${withSlotOf(runId, sql`unnest(${go.map(({ userId }) => userId)}::text[]) AS r(user_id)`)}
    WHERE ${SAME_KEY} AND ${checked(sql`d.run_id = ${runId}`)}
    RETURNING ${CLAIMED_COLUMNS}
  `.execute(trx);
  const turns = new Map(go.map(({ userId, turn }) => [userId, turn]));
  return rows.rows.map((row) => {
    const claimed = readClaimed(row);
    const turn = turns.get(claimed.userId);
    return turn === undefined ? claimed : { ...claimed, turn };
  });
}
