/** Fills a database with a history of runs and deliveries, made by the server itself: ten million rows in minutes. */
import type { Pool, PoolClient } from 'pg';

export interface HistorySize {
  /** Ended runs of one job, a slot each. */
  readonly runs: number;
  readonly deliveries: number;
  /** How many of them are of the newest run that has ended; the rest is spread over the others. */
  readonly largest: number;
  /** Deliveries of the run that is being sent beside them. */
  readonly open: number;
}

/** The run that is being sent. */
export const OPEN_RUN = 'nightly-picks.2026-03-02';
/** When the newest run was made, and when the open one's deliveries are due. */
export const NOW = Date.UTC(2026, 2, 2, 2);

/** Names the nth run of the history, the oldest first. */
export function historyRun(nth: number): string {
  return `nightly-picks.h${String(nth).padStart(6, '0')}`;
}

/**
 * Fills an empty database. Indexes that no constraint owns are made after the rows, as a restore does.
 * Rows have the sizes of real ones: 12 item ids, a hash of 64 digits, a Message-ID, the answer of a relay.
 */
export async function fillHistory(pool: Pool, size: HistorySize): Promise<void> {
  const client = await pool.connect();
  try {
    const indexes = await client.query<{ indexname: string; indexdef: string }>(
      `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'nightjar' AND tablename = 'delivery' AND indexname <> 'delivery_pkey'`,
    );
    for (const { indexname } of indexes.rows) await client.query(`DROP INDEX nightjar.${indexname}`);
    // References are checked row by row, which takes longer than the rows.
    await client.query(`SET session_replication_role = replica`);
    await insertRuns(client, size.runs);
    await insertDeliveries(client, size);
    for (const { indexdef } of indexes.rows) await client.query(indexdef);
    await client.query(`VACUUM ANALYZE`);
    // After the statistics, as tonight's run is: the server has never seen its slot, and takes it for one row.
    await insertOpenRun(client, size.open);
    await client.query(`RESET session_replication_role`);
  } finally {
    client.release();
  }
}

async function insertRuns(client: PoolClient, runs: number): Promise<void> {
  const columns = `(run_id, job, slot, n, kind, state, plan, bundle_uri, catalogue_version, created_at, updated_at, finished_at, summary)`;
  const plan = `jsonb_build_object('version', 1, 'popular', (SELECT jsonb_agg('item-' || k || '-' || g) FROM generate_series(1, 200) k))`;
  const summary = `jsonb_build_object('version', 1, 'run', g, 'text', (SELECT string_agg(md5(k || '-' || g), '') FROM generate_series(1, 120) k))`;
  await client.query(
    `INSERT INTO run ${columns}
     SELECT 'nightly-picks.h' || lpad(g::text, 6, '0'), 'nightly-picks', 'h' || lpad(g::text, 6, '0'), 1, 'email',
            CASE WHEN g % 50 = 0 THEN 'failed' WHEN g % 50 = 1 THEN 'cancelled' ELSE 'finished' END, ${plan},
            's3://nightjar/bundles/' || md5((g / 100)::text) || '.json', 1,
            $2::timestamptz - ($1 - g) * interval '1 hour', $2::timestamptz - ($1 - g) * interval '1 hour',
            CASE WHEN g % 50 > 1 THEN $2::timestamptz - ($1 - g) * interval '1 hour' END, ${summary}
     FROM generate_series(1, $1::integer) g`,
    [runs, new Date(NOW - 86_400_000)],
  );
  await client.query(
    `INSERT INTO run_event (run_id, seq, state, at) SELECT run_id, s.seq, s.state, created_at
     FROM run, (VALUES (1, 'planned'), (2, 'preparing'), (3, 'waiting'), (4, 'collecting'), (5, 'sending'), (6, 'finished')) s(seq, state)`,
  );
}

const SLATE = `(SELECT jsonb_agg('coffee-' || lpad(((g.n * 7 + k * 13) % 1000)::text, 3, '0')) FROM generate_series(1, 12) k)`;
const HASH = `md5(g.n || 'a') || md5(g.n || 'b')`;

async function insertDeliveries(client: PoolClient, { runs, deliveries, largest }: HistorySize): Promise<void> {
  const each = Math.round((deliveries - largest) / (runs - 1));
  await client.query(
    `INSERT INTO delivery (job, slot, user_id, run_id, address_hash, state, reason, due_at, slate, fallback, token, attempt,
                           message_id, smtp_code, enhanced_code, answer, claimed_at, answered_at)
     SELECT run.job, run.slot, 'u' || lpad(g.n::text, 8, '0'), run.run_id, ${HASH},
            CASE WHEN g.n % 100 < 96 THEN 'accepted' WHEN g.n % 100 < 98 THEN 'excluded' WHEN g.n % 100 < 99 THEN 'refused' ELSE 'dropped' END,
            CASE WHEN g.n % 100 < 96 THEN NULL WHEN g.n % 100 < 98 THEN 'no_recommendations' WHEN g.n % 100 < 99 THEN 'smtp_550' ELSE 'smtp_451' END,
            run.created_at, ${SLATE}, g.n % 20 = 0, md5(run.run_id), 1, '<' || md5(g.n || run.run_id) || '@shop.example>', 250, '2.0.0',
            '250 2.0.0 OK queued as ' || md5(g.n || run.run_id), run.created_at, run.created_at
     FROM run CROSS JOIN LATERAL generate_series(1, CASE WHEN run.run_id = $2 THEN $3::integer ELSE $1::integer END) g(n)`,
    [each, historyRun(runs), largest],
  );
}

async function insertOpenRun(client: PoolClient, open: number): Promise<void> {
  await client.query(
    `INSERT INTO run (run_id, job, slot, n, kind, state, bundle_uri, catalogue_version, created_at, updated_at)
     VALUES ($1, 'nightly-picks', '2026-03-02', 1, 'email', 'sending', 's3://nightjar/bundles/now.json', 1, $2, $2)`,
    [OPEN_RUN, new Date(NOW)],
  );
  await client.query(
    `INSERT INTO delivery (job, slot, user_id, run_id, address_hash, state, due_at, slate, fallback, attempt)
     SELECT 'nightly-picks', '2026-03-02', 'u' || lpad(g.n::text, 8, '0'), $2, ${HASH}, 'planned', $3::timestamptz, ${SLATE}, false, 0
     FROM generate_series(1, $1::integer) g(n)`,
    [open, OPEN_RUN, new Date(NOW)],
  );
}
