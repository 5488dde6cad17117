/** Queries on the recipients whose mails a proof may show. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';
import { checked, SAME_KEY, withSlotOf } from '../ledger/ledger-keys';
import { type FurtherSlates, furtherSchema, readFurther } from '../ledger/section-slates';

/** Picks planned recipients of a run whose mails can be made, the same ones each time, some of them with popular items. */
export async function listProofCandidates(
  db: Database,
  runId: string,
  limit: number,
): Promise<readonly ProofCandidate[]> {
  const rows = await sql`
    SELECT c.user_id, c.address_hash, c.fallback, c.slate, c.seed, c.sections FROM (VALUES (false), (true)) AS f(fallback)
    CROSS JOIN LATERAL (
      SELECT user_id, address_hash, fallback, slate, seed, sections FROM delivery
      WHERE run_id = ${runId} AND state = 'planned' AND slate IS NOT NULL AND fallback = f.fallback
      ORDER BY address_hash LIMIT ${limit}) AS c
    ORDER BY c.address_hash
  `.execute(db);
  return rows.rows.map(readCandidate);
}

export interface ProofCandidate extends FurtherSlates {
  readonly userId: string;
  readonly addressHash: string;
  /** Gets popular items instead of recommendations. */
  readonly fallback: boolean;
  readonly slate: readonly string[];
}

/** Finds the deliveries whose mails a proof shows; a person whose delivery is planned no more is left out. */
export async function findProofDeliveries(
  db: Database,
  runId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, ProofCandidate>> {
  const rows = await sql`
    SELECT d.user_id, d.address_hash, d.fallback, d.slate, d.seed, d.sections
    FROM ${withSlotOf(runId, sql`unnest(${[...userIds]}::text[]) AS r(user_id)`)} JOIN delivery d ON ${SAME_KEY}
    WHERE ${checked(sql`d.run_id = ${runId} AND d.state = 'planned' AND d.slate IS NOT NULL`)}
  `.execute(db);
  return new Map(rows.rows.map(readCandidate).map((row) => [row.userId, row]));
}

const rowSchema = furtherSchema.extend({
  user_id: z.string(),
  address_hash: z.string(),
  fallback: z.boolean(),
  slate: z.array(z.string()),
});

function readCandidate(row: unknown): ProofCandidate {
  const { user_id, address_hash, fallback, slate, ...further } = rowSchema.parse(row);
  return { userId: user_id, addressHash: address_hash, fallback, slate, ...readFurther(further) };
}
