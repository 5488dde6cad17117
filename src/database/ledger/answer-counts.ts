/** Counts what the mail server has answered, as the answers are written: asking how many costs the same however many there are. */
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../connecting/connection';

/** Where a lane counts its answers. */
export interface AnswerTally {
  /** When a person last let the run go on (epoch ms), 0 for never: what was answered before counts no more. */
  readonly since: number;
  readonly shard: number;
}

export interface AnswerCounts {
  readonly accepted: number;
  readonly refused: number;
}

/** Continues the statement that writes answers (its rows are `done`): each lane adds to a row of its own. */
export function countAnswers(runId: string, { since, shard }: AnswerTally): RawBuilder<unknown> {
  return sql`, counted AS (
    INSERT INTO run_answers (run_id, since, shard, accepted, refused)
    SELECT ${runId}, ${new Date(since)}::timestamptz, ${shard}::integer, count(*) FILTER (WHERE state = 'accepted'),
           count(*) FILTER (WHERE state = 'refused')
    FROM done HAVING count(*) FILTER (WHERE state IN ('accepted', 'refused')) > 0
    ON CONFLICT (run_id, since, shard) DO UPDATE SET accepted = run_answers.accepted + excluded.accepted,
      refused = run_answers.refused + excluded.refused)`;
}

/** Sums up what all lanes have counted since a time. */
export async function readAnswerCounts(db: Database, runId: string, since: number): Promise<AnswerCounts> {
  const row = await sql<AnswerCounts>`
    SELECT coalesce(sum(accepted), 0)::bigint AS accepted, coalesce(sum(refused), 0)::bigint AS refused FROM run_answers
    WHERE run_id = ${runId} AND since = ${new Date(since)}
  `.execute(db);
  return row.rows[0] ?? { accepted: 0, refused: 0 };
}

/** Tells whether a run has at least so many deliveries, without counting the others. */
export async function countAtMost(db: Database, runId: string, most: number): Promise<number> {
  const row = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (SELECT FROM delivery WHERE run_id = ${runId} LIMIT ${most}) AS looked_at
  `.execute(db);
  return row.rows[0]?.count ?? 0;
}

export interface FrequentAnswer {
  readonly reason: string;
  readonly count: number;
  /** The words of one of them. */
  readonly answer: string;
}

/** Lists the most frequent refusals of a run since a time; it goes through all of them, so it is asked once a pause. */
export async function listFrequentRefusals(
  db: Database,
  runId: string,
  options: { readonly since: number; readonly limit: number },
): Promise<readonly FrequentAnswer[]> {
  const rows = await sql<FrequentAnswer>`
    SELECT coalesce(reason, '') AS reason, count(*) AS count, coalesce(min(answer), '') AS answer FROM delivery
    WHERE run_id = ${runId} AND state = 'refused' AND answered_at >= ${new Date(options.since)}
    GROUP BY reason ORDER BY count(*) DESC, reason LIMIT ${options.limit}
  `.execute(db);
  return rows.rows;
}
