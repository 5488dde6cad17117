/** Counts consents of contacts. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';

const countsSchema = z.object({ contacts: z.number(), consenting: z.number() });

/** Counts the contacts, and those whose own list has all of the topics: a plain `true` is no consent to them. */
export async function countConsents(db: Database, topics: readonly string[]): Promise<z.infer<typeof countsSchema>> {
  const { rows } = await sql`
    SELECT count(*)::float8 AS contacts,
           (count(*) FILTER (WHERE jsonb_typeof(consent) = 'array' AND consent @> ${JSON.stringify(topics)}::jsonb))::float8 AS consenting
    FROM contact`.execute(db);
  return countsSchema.parse(rows[0]);
}
