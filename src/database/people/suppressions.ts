/** Queries on suppressions. */
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { isObjection, SUPPRESSION_REASONS, type Suppression, type SuppressionReason } from '../../content/suppression';
import type { Database } from '../connecting/connection';

const reasonSchema = z.enum(SUPPRESSION_REASONS);
const rowSchema = z.object({
  subject: z.string(),
  topic: z.string(),
  reason: reasonSchema,
  source: z.string(),
  at: z.number(),
});

/**
 * The join `s` that gives a contact `c` the reason of its suppression: that of every job first, then that of the topic.
 * One descent of the index for each of user, address and domain.
 */
export function joinSuppression(topic: string | undefined): RawBuilder<unknown> {
  return sql`LEFT JOIN LATERAL (
    SELECT s.reason FROM suppression s
    WHERE s.subject = ANY (ARRAY['user:' || c.user_id, 'address:' || c.address_hash, 'domain:' || c.address_domain])
      AND s.topic IN ('', ${topic ?? ''})
    ORDER BY s.topic, s.subject LIMIT 1) s ON true`;
}

/**
 * Adds suppressions. One that is there already keeps its reason, unless the new one is a person's own objection and the old
 * one is not; the same holds among the rows.
 * @param rows at most some thousands
 * @returns how many are new
 */
export async function saveSuppressions(db: Database, rows: readonly Suppression[]): Promise<number> {
  const values = oneEach(rows);
  if (values.length === 0) return 0;
  const saved = await sql<{ is_new: boolean }>`
    INSERT INTO suppression (subject, topic, reason, source, at)
    SELECT subject, topic, reason, source, at
    FROM jsonb_to_recordset(${JSON.stringify(values.map(toRow))}::jsonb)
      AS r(subject text, topic text, reason text, source text, at timestamptz)
    ON CONFLICT (subject, topic) DO UPDATE SET reason = excluded.reason, source = excluded.source, at = excluded.at
    WHERE excluded.reason IN ('unsubscribe', 'complaint') AND suppression.reason NOT IN ('unsubscribe', 'complaint')
    RETURNING xmax = 0 AS is_new`.execute(db);
  return saved.rows.filter((row) => row.is_new).length;
}

/** In one order, so that two who save the same rows at a time wait for each other, and neither for ever. */
function oneEach(rows: readonly Suppression[]): readonly Suppression[] {
  const kept = new Map<string, Suppression>();
  for (const row of rows) {
    const key = `${row.subject}\n${row.topic ?? ''}`;
    const before = kept.get(key);
    if (before === undefined || (isObjection(row.reason) && !isObjection(before.reason))) kept.set(key, row);
  }
  return [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

const toRow = (row: Suppression) => ({ ...row, topic: row.topic ?? '', at: new Date(row.at).toISOString() });

/** Lists what is said of some subjects, for every job and for topics. */
export async function findSuppressions(db: Database, subjects: readonly string[]): Promise<readonly Suppression[]> {
  const found = await sql`
    SELECT subject, topic, reason, source, at FROM suppression
    WHERE subject = ANY (${[...subjects]}::text[]) ORDER BY subject, topic`.execute(db);
  return found.rows.map(readSuppression);
}

export interface Removal {
  readonly subject: string;
  /** Undefined is the one for every job. */
  readonly topic?: string | undefined;
  /** Only those that are there for one of these reasons. */
  readonly reasons: readonly SuppressionReason[];
}

/** Removes one suppression; false where there is none of these reasons. */
export async function removeSuppression(db: Database, removal: Removal): Promise<boolean> {
  const removed = await db
    .deleteFrom('suppression')
    .where('subject', '=', removal.subject)
    .where('topic', '=', removal.topic ?? '')
    .where('reason', 'in', [...removal.reasons])
    .executeTakeFirst();
  return removed.numDeletedRows > 0n;
}

const PAGE_ROWS = 5000;

/** Streams all suppressions in pages, in the byte order of subject and topic. */
export async function* streamSuppressions(db: Database): AsyncGenerator<readonly Suppression[]> {
  let last: { subject: string; topic: string } | undefined;
  while (true) {
    const after = last === undefined ? sql`` : sql`WHERE (subject, topic) > (${last.subject}, ${last.topic})`;
    const page = await sql`
      SELECT subject, topic, reason, source, at FROM suppression ${after}
      ORDER BY subject, topic LIMIT ${sql.lit(PAGE_ROWS)}`.execute(db);
    const rows = page.rows.map(readSuppression);
    if (rows.length > 0) yield rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE_ROWS) return;
    last = { subject: end.subject, topic: end.topic ?? '' };
  }
}

function readSuppression(row: unknown): Suppression {
  const { topic, ...rest } = rowSchema.parse(row);
  return topic === '' ? rest : { ...rest, topic };
}
