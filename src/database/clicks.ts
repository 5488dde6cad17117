/** Queries on clicks. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from './connecting/connection';

export interface NewClick {
  readonly runId: string;
  readonly userId: string;
  readonly itemId: string;
  /** What followed the link calls itself a program. */
  readonly isProgram: boolean;
  readonly at: number;
}

/** A mail is opened by a program that looks for danger within seconds of its delivery, and by hardly any person. */
const TOO_SOON_MS = 10_000;

/**
 * Counts a click; one of a run or a delivery that is not there (a test, an archive) counts for nothing.
 * A click within 10 s of the delivery is a program's, whatever it calls itself. `first_at` and `last_at` are those of people,
 * where there was one.
 */
export async function countClick(db: Database, click: NewClick): Promise<void> {
  const at = new Date(click.at);
  const soon = new Date(click.at - TOO_SOON_MS);
  await sql`
    INSERT INTO click (run_id, user_id, item_id, people, programs, first_at, last_at)
    SELECT d.run_id, d.user_id, ${click.itemId}, 1 - p.is_program, p.is_program, ${at}, ${at}
    FROM run r JOIN delivery d ON d.job = r.job AND d.slot = r.slot AND d.user_id = ${click.userId} AND d.run_id = r.run_id
    CROSS JOIN LATERAL (SELECT (${click.isProgram} OR coalesce(d.answered_at > ${soon}, true))::int AS is_program) p
    WHERE r.run_id = ${click.runId} AND d.shown ? ${click.itemId}
    ON CONFLICT (run_id, user_id, item_id) DO UPDATE SET
      people = least(click.people + excluded.people, 1000000), programs = least(click.programs + excluded.programs, 1000000),
      first_at = CASE WHEN click.people = 0 AND excluded.people > 0 THEN excluded.first_at ELSE click.first_at END,
      last_at = CASE WHEN click.people = 0 OR excluded.people > 0 THEN excluded.last_at ELSE click.last_at END`.execute(
    db,
  );
}

const countsSchema = z.object({ readers: z.number(), clicks: z.number(), programs: z.number() });
export type ClickCounts = z.infer<typeof countsSchema>;

/** Whoever follows so many links of a mail within two seconds is a program. */
const BURST_LINKS = 3;

/**
 * Counts the clicks of a run: `readers` are recipients of whom at least one click is likely a person's, `clicks` the links that
 * they followed, each once; `programs` are the links that only programs have followed. Who comes back to a link of a burst later
 * is a person.
 */
export async function countClicks(db: Database, runId: string): Promise<ClickCounts> {
  const found = await sql`
    WITH link AS (
      SELECT user_id, people > 0 AND (count(*) OVER first < ${BURST_LINKS} OR count(*) OVER last < ${BURST_LINKS}) AS is_person
      FROM click WHERE run_id = ${runId}
      WINDOW first AS (PARTITION BY user_id, people > 0 ORDER BY first_at
                       RANGE BETWEEN interval '2 seconds' PRECEDING AND interval '2 seconds' FOLLOWING),
             last AS (PARTITION BY user_id, people > 0 ORDER BY last_at
                      RANGE BETWEEN interval '2 seconds' PRECEDING AND interval '2 seconds' FOLLOWING))
    SELECT count(DISTINCT user_id) FILTER (WHERE is_person) AS readers, count(*) FILTER (WHERE is_person) AS clicks,
           count(*) FILTER (WHERE NOT is_person) AS programs
    FROM link`.execute(db);
  return countsSchema.parse(found.rows[0]);
}
