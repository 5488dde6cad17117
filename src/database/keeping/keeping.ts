/** Queries on what is kept too long: the runs that are due, their deliveries in order, and the objects that only they use. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import type { DeliveryState } from '../ledger/deliveries';
import { checked } from '../ledger/ledger-keys';
import { ENDED_STATES, type JobSlot } from './archive';

/** Runs that went by one bundle and are not archived yet. */
export interface BundleOfRuns {
  readonly bundleUri: string;
  /** When the first of them ended (epoch ms). */
  readonly firstEndedAt: number;
}

const ENDED = sql.join(ENDED_STATES.map((state) => sql.lit(state)));
/** Only a finished run has a time for it; the others ended with their last move. */
const ENDED_AT = sql<number>`coalesce(finished_at, updated_at)`;

/** Lists the bundles of ended runs: a job's file says how long, and it is the same for all runs of a bundle. A run of another database has none. */
export async function listEndedBundles(db: Database): Promise<readonly BundleOfRuns[]> {
  const rows = await sql<{ bundle_uri: string; first: number }>`
    SELECT bundle_uri, min(${ENDED_AT}) AS first FROM run WHERE archived_at IS NULL AND state IN (${ENDED}) AND bundle_uri <> ''
    GROUP BY bundle_uri ORDER BY bundle_uri
  `.execute(db);
  return rows.rows.map((row) => ({ bundleUri: row.bundle_uri, firstEndedAt: row.first }));
}

export interface EndedRun extends JobSlot {
  readonly runId: string;
  readonly kind: 'email' | 'audience';
  readonly bundleUri: string;
  readonly endedAt: number;
}

/** Lists a page of the runs of a bundle that ended before a time, the oldest first. */
export async function listEndedRuns(
  db: Database,
  wish: {
    readonly bundleUri: string;
    readonly before: number;
    readonly after?: Pick<EndedRun, 'endedAt' | 'runId'> | undefined;
    readonly limit: number;
  },
): Promise<readonly EndedRun[]> {
  const after = wish.after ?? { endedAt: 0, runId: '' };
  const rows = await sql<SelectedRun>`
    SELECT run_id, job, slot, kind, bundle_uri, ${ENDED_AT} AS ended_at FROM run
    WHERE archived_at IS NULL AND state IN (${ENDED}) AND bundle_uri = ${wish.bundleUri} AND ${ENDED_AT} < ${new Date(wish.before)}
      AND (${ENDED_AT}, run_id) > (${new Date(after.endedAt)}, ${after.runId})
    ORDER BY ${ENDED_AT}, run_id LIMIT ${wish.limit}
  `.execute(db);
  return rows.rows.map(readEnded);
}

/** Finds a run that has ended, undefined where there is none or it goes on. */
export async function findEndedRun(
  db: Database,
  runId: string,
): Promise<(EndedRun & { readonly isArchived: boolean }) | undefined> {
  const rows = await sql<SelectedRun & { archived: boolean }>`
    SELECT run_id, job, slot, kind, bundle_uri, ${ENDED_AT} AS ended_at, archived_at IS NOT NULL AS archived
    FROM run WHERE run_id = ${runId} AND state IN (${ENDED})
  `.execute(db);
  const [row] = rows.rows;
  return row === undefined ? undefined : { ...readEnded(row), isArchived: row.archived };
}

interface SelectedRun {
  readonly run_id: string;
  readonly job: string;
  readonly slot: string;
  readonly kind: string;
  readonly bundle_uri: string;
  readonly ended_at: number;
}

function readEnded(row: SelectedRun): EndedRun {
  const { run_id: runId, job, slot, bundle_uri: bundleUri, ended_at: endedAt } = row;
  return { runId, job, slot, kind: row.kind === 'email' ? 'email' : 'audience', bundleUri, endedAt };
}

/** A delivery as it is archived: what happened, without the marks of workers. Times are epoch ms. */
export interface LedgerRow {
  readonly job: string;
  readonly slot: string;
  readonly user_id: string;
  readonly run_id: string;
  readonly address_hash: string;
  readonly domain: string | null;
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly due_at: number;
  readonly slate: readonly string[] | null;
  readonly shown: readonly string[] | null;
  readonly seed: string | null;
  /** JSON: section → items and theme. */
  readonly sections: string | null;
  readonly fallback: boolean;
  readonly arm: string | null;
  readonly attempt: number;
  readonly waits: number;
  readonly resends: number;
  readonly message_id: string | null;
  readonly smtp_code: number | null;
  readonly enhanced_code: string | null;
  readonly answer: string | null;
  readonly claimed_at: number | null;
  readonly answered_at: number | null;
}

const isOfRun = ({ runId }: { readonly runId: string }) => checked(sql`run_id = ${runId}`);

/** Streams pages of a run's deliveries in the order of user id; a page costs the same however many there are. */
export async function* streamLedger(
  db: Database,
  run: JobSlot & { readonly runId: string },
  pageRows: number,
): AsyncGenerator<readonly LedgerRow[]> {
  let after = '';
  while (true) {
    const page = await sql<LedgerRow>`
      SELECT job, slot, user_id, run_id, address_hash, domain, state, reason, due_at, slate, shown, seed, sections::text, fallback, arm, attempt, waits, resends,
             message_id, smtp_code, enhanced_code, answer, claimed_at, answered_at
      FROM delivery WHERE job = ${run.job} AND slot = ${run.slot} AND user_id > ${after} AND ${isOfRun(run)}
      ORDER BY user_id LIMIT ${pageRows}
    `.execute(db);
    if (page.rows.length > 0) yield page.rows;
    if (page.rows.length < pageRows) return;
    after = page.rows.at(-1)?.user_id ?? after;
  }
}

/** Deletes up to `limit` deliveries of a run from a user id on; answers the last one's, undefined where none is left. */
export async function deleteLedgerPage(
  db: Database,
  run: JobSlot & { readonly runId: string },
  page: { readonly after: string; readonly limit: number },
): Promise<string | undefined> {
  const rows = await sql<{ last: string | null }>`
    WITH page AS (
      SELECT job, slot, user_id FROM delivery
      WHERE job = ${run.job} AND slot = ${run.slot} AND user_id > ${page.after} AND ${isOfRun(run)}
      ORDER BY user_id LIMIT ${page.limit}),
    gone AS (
      DELETE FROM delivery d USING page WHERE d.job = page.job AND d.slot = page.slot AND d.user_id = page.user_id
      RETURNING d.user_id)
    SELECT max(user_id) AS last FROM gone
  `.execute(db);
  return rows.rows[0]?.last ?? undefined;
}
