/** Finds the contact of an e-mail address. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';

const rowSchema = z.object({ user_id: z.string() });

/** Names the first contact, by user_id, whose address this is, in any case of letters; reads the whole table. */
export async function findUserByAddress(db: Database, address: string): Promise<string | undefined> {
  const found = await sql`
    SELECT user_id FROM contact WHERE lower(email) = lower(${address}) ORDER BY user_id LIMIT 1
  `.execute(db);
  return found.rows.map((row) => rowSchema.parse(row).user_id)[0];
}
