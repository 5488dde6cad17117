/** Queries on the things that recipients have bought last, and on the items that go with them. */
import { sql } from 'kysely';
import { z } from 'zod';
import { compareBytes } from '../../audience/byte-order';
import type { Database } from '../connecting/connection';
import { type RunOfDeliveries, streamUsersWhere } from './deliveries';
import { checked, SAME_KEY, withSlot } from './ledger-keys';
import { OWN_ITEMS } from './section-slates';

/** What counts as bought, compared without case, and the catalogue that must have it. */
export interface SeedRule {
  readonly events: readonly string[];
  readonly catalogueVersion: number;
}

const PAGE_ROWS = 10_000;

/** The reason of those who get no e-mail because related items need a purchase. */
export const NOTHING_BOUGHT = 'nothing_bought';

const seedSchema = z.object({ user_id: z.string(), item_id: z.string() });

/** Finds what each of these users has bought last of what the catalogue has, ties by id; who has bought nothing is missing. */
export async function findSeeds(
  db: Database,
  userIds: readonly string[],
  rule: SeedRule,
): Promise<ReadonlyMap<string, string>> {
  const events = rule.events.map((name) => name.toLowerCase());
  const found = await sql`
    SELECT wanted.user_id, i.item_id FROM unnest(${[...userIds]}::text[]) AS wanted(user_id) CROSS JOIN LATERAL (
      SELECT i.item_id FROM interaction i
      WHERE i.user_id = wanted.user_id AND ${checked(sql`lower(i.event_type) = ANY (${events}::text[])`)}
        AND (SELECT NOT item.removed FROM item WHERE item.item_id = i.item_id AND item.version <= ${rule.catalogueVersion}
             ORDER BY item.version DESC LIMIT 1)
      ORDER BY i.at DESC, i.item_id LIMIT 1) AS i
  `.execute(db);
  return new Map(found.rows.map((row) => seedSchema.parse(row)).map((row) => [row.user_id, row.item_id]));
}

/** Rows that wait for their seed, and those that were left out for want of one. */
const isUndecided = (run: RunOfDeliveries) =>
  sql`run_id = ${run.runId} AND (state = 'planned' OR (state = 'excluded' AND reason = ${NOTHING_BOUGHT}))`;

/** Streams the users of a run who are planned, or excluded as `nothing_bought`, in byte order. */
export function streamSeedUsers(db: Database, run: RunOfDeliveries): AsyncGenerator<string> {
  return streamUsersWhere(db, run, isUndecided(run));
}

export interface SeedsOfUsers {
  readonly userIds: readonly string[];
  /** Who has bought nothing is missing. */
  readonly seeds: ReadonlyMap<string, string>;
  /** Who has bought nothing is excluded as `nothing_bought`. */
  readonly isNeeded: boolean;
  readonly now: number;
}

/** Writes down what these users of `streamSeedUsers` have bought last; a row of who has bought nothing loses what it had. */
export async function saveSeeds(
  db: Database,
  run: RunOfDeliveries,
  { userIds, seeds, isNeeded, now }: SeedsOfUsers,
): Promise<void> {
  const items = userIds.map((userId) => seeds.get(userId) ?? null);
  const isOut = sql`${isNeeded}::boolean AND r.seed IS NULL`;
  await sql`
    UPDATE delivery d SET seed = r.seed, state = CASE WHEN ${isOut} THEN 'excluded' ELSE 'planned' END,
           reason = CASE WHEN ${isOut} THEN ${NOTHING_BOUGHT} END, answered_at = CASE WHEN ${isOut} THEN ${new Date(now)}::timestamptz END
    FROM ${withSlot(run, sql`unnest(${[...userIds]}::text[], ${items}::text[]) AS r(user_id, seed)`)}
    WHERE ${SAME_KEY} AND ${checked(isUndecided(run))}
  `.execute(db);
}

/** Plans those again who were left out as `nothing_bought`: the job has been mended since and asks for no purchase. */
export async function dropSeedNeed(db: Database, run: RunOfDeliveries): Promise<void> {
  await sql`
    UPDATE delivery SET state = 'planned', reason = NULL, answered_at = NULL
    WHERE job = ${run.job} AND slot = ${run.slot} AND run_id = ${run.runId} AND state = 'excluded' AND reason = ${NOTHING_BOUGHT}
  `.execute(db);
}

/** Lists what the recipients of a run have bought last, each item once, in byte order; page by page, so that no statement takes long. */
export async function listSeeds(db: Database, run: RunOfDeliveries): Promise<readonly string[]> {
  const seeds = new Set<string>();
  let after = '';
  while (true) {
    const found = await sql<{ last: string | null; looked_at: number; seeds: readonly string[] | null }>`
      WITH page AS (
        SELECT user_id, seed, run_id, state FROM delivery WHERE job = ${run.job} AND slot = ${run.slot} AND user_id > ${after}
        ORDER BY user_id LIMIT ${PAGE_ROWS})
      SELECT max(user_id) AS last, count(*)::float8 AS looked_at,
             array_agg(DISTINCT seed) FILTER (WHERE seed IS NOT NULL AND run_id = ${run.runId} AND state = 'planned') AS seeds
      FROM page
    `.execute(db);
    const page = found.rows[0];
    for (const seed of page?.seeds ?? []) seeds.add(seed);
    if (page === undefined || page.looked_at < PAGE_ROWS) return [...seeds].sort(compareBytes);
    after = page.last ?? after;
  }
}

/** The items that go with one, the best first. */
export interface SeedSlate {
  readonly seed: string;
  readonly itemIds: readonly string[];
  readonly theme?: string | undefined;
}

/** Stores the related items of a section by what they go with, each seed once; the last ones count. */
export async function saveSeedSlates(
  db: Database,
  runId: string,
  { section, slates }: { readonly section: string; readonly slates: readonly SeedSlate[] },
): Promise<void> {
  if (slates.length === 0) return;
  const seeds = slates.map(({ seed }) => seed);
  const items = slates.map(({ itemIds }) => JSON.stringify(itemIds));
  const themes = slates.map(({ theme }) => theme ?? null);
  await sql`
    INSERT INTO seed_slate (run_id, section, item_id, slate, theme)
    SELECT ${runId}, ${section}, r.* FROM unnest(${seeds}::text[], ${items}::jsonb[], ${themes}::text[]) AS r(item_id, slate, theme)
    ON CONFLICT (run_id, section, item_id) DO UPDATE SET slate = excluded.slate, theme = excluded.theme
  `.execute(db);
}

/** Gives each planned recipient the related items of a section; page by page, and again with the same rows. */
export async function giveSeedSlates(db: Database, run: RunOfDeliveries, section: string): Promise<void> {
  const own = sql`slate = s.slate, sections = CASE WHEN s.theme IS NULL THEN d.sections
    ELSE coalesce(d.sections, '{}'::jsonb) || jsonb_build_object(${section}::text, jsonb_build_object('items', '[]'::jsonb, 'theme', s.theme)) END`;
  const further = sql`sections = coalesce(d.sections, '{}'::jsonb)
    || jsonb_build_object(${section}::text, jsonb_build_object('items', s.slate, 'theme', s.theme))`;
  // Who has it already keeps it: this is done again after each look at a guard or a proof.
  const lacks =
    section === OWN_ITEMS
      ? sql`d.slate IS DISTINCT FROM s.slate`
      : sql`NOT coalesce(d.sections ? ${section}::text, false)`;
  let after = '';
  while (true) {
    const found = await sql<{ last: string | null; looked_at: number }>`
      WITH page AS (
        SELECT user_id FROM delivery WHERE job = ${run.job} AND slot = ${run.slot} AND user_id > ${after}
        ORDER BY user_id LIMIT ${PAGE_ROWS}),
      done AS (
        UPDATE delivery d SET ${section === OWN_ITEMS ? own : further}
        FROM ${withSlot(run, sql`page AS r`)}, seed_slate s
        WHERE ${SAME_KEY} AND s.run_id = ${run.runId} AND s.section = ${section} AND s.item_id = d.seed AND ${lacks}
          AND ${checked(sql`d.run_id = ${run.runId} AND d.state = 'planned'`)}
        RETURNING 1)
      SELECT (SELECT max(user_id) FROM page) AS last, (SELECT count(*) FROM page) AS looked_at, (SELECT count(*) FROM done) AS changed
    `.execute(db);
    const page = found.rows[0];
    if (page === undefined || page.looked_at < PAGE_ROWS) return;
    after = page.last ?? after;
  }
}

/** Forgets the related items of a run: its deliveries have theirs. */
export async function dropSeedSlates(db: Database, runId: string): Promise<void> {
  await sql`DELETE FROM seed_slate WHERE run_id = ${runId}`.execute(db);
}
