/** Queries on contacts. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Contact } from '../../job/people';
import type { Database } from '../connecting/connection';
import { joinSuppression } from './suppressions';

const consentSchema = z.union([z.boolean(), z.array(z.string())]).nullable();
const attributesSchema = z.record(z.string(), z.string());

const rowSchema = z.object({
  user_id: z.string(),
  email: z.string().nullable(),
  address_hash: z.string().nullable(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  locale: z.string().nullable(),
  country: z.string().nullable(),
  time_zone: z.string().nullable(),
  phone: z.string().nullable(),
  consent: consentSchema,
  consent_at: z.number().nullable(),
  consent_source: z.string().nullable(),
  attributes: attributesSchema,
  suppression: z.string().nullable(),
});

/** A contact with what decides whether it may be written to. */
export interface StoredContact {
  readonly contact: Contact;
  /** SHA-256 of the normalised address, hex; undefined without a usable address. */
  readonly addressHash: string | undefined;
  /** Reason of its suppression: of the user, the address or its domain, for every job or for the topic that was asked for. */
  readonly suppression: string | undefined;
}

const select = (topic: string | undefined) => sql`
  SELECT c.user_id, c.email, c.address_hash, c.first_name, c.last_name, c.locale, c.country, c.time_zone, c.phone, c.consent,
         c.consent_at, c.consent_source, c.attributes, s.reason AS suppression
  FROM contact c ${joinSuppression(topic)}`;

/**
 * Looks contacts up by id; the answer maps the ids that exist.
 * @param topic  whose suppressions count beside those of every job: the job's name
 */
export async function findContacts(
  db: Database,
  userIds: readonly string[],
  topic?: string,
): Promise<ReadonlyMap<string, StoredContact>> {
  const wanted = sql`JOIN unnest(${[...userIds]}::text[]) AS wanted(user_id) ON wanted.user_id = c.user_id`;
  const found = await sql`${select(topic)} ${wanted}`.execute(db);
  return new Map(found.rows.map(readRow).map((row) => [row.contact.userId, row]));
}

/** Lists the ids of the contacts who have an address, by its hash; at most `limit`. */
export async function findUsersOfAddress(db: Database, addressHash: string, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('contact')
    .select('user_id')
    .where('address_hash', '=', addressHash)
    .orderBy('user_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.user_id);
}

/** Counts the contacts. */
export async function countContacts(db: Database): Promise<number> {
  const row = await db.selectFrom('contact').select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow();
  return row.count;
}

export interface ContactRow {
  readonly contact: Contact;
  readonly addressHash: string | undefined;
  /** Of a usable address, as A-label. */
  readonly addressDomain?: string | undefined;
}

/**
 * Inserts or replaces contacts by key.
 * @param rows at most some thousands; a key may occur once
 * @returns how many rows are new or differ from what was there
 */
export async function saveContacts(db: Database, rows: readonly ContactRow[], now: number): Promise<number> {
  const values = rows.map(({ contact, addressHash, addressDomain }) => ({
    user_id: contact.userId,
    email: contact.email ?? null,
    address_hash: addressHash ?? null,
    address_domain: addressDomain ?? null,
    first_name: contact.firstName ?? null,
    last_name: contact.lastName ?? null,
    locale: contact.locale ?? null,
    country: contact.country ?? null,
    time_zone: contact.timeZone ?? null,
    phone: contact.phone ?? null,
    consent: contact.consent ?? null,
    consent_at: contact.consentAt ?? null,
    consent_source: contact.consentSource ?? null,
    attributes: contact.attributes,
  }));
  const saved = await sql`
    INSERT INTO contact (user_id, email, address_hash, address_domain, first_name, last_name, locale, country, time_zone, phone, consent, consent_at,
                         consent_source, attributes, imported_at)
    SELECT user_id, email, address_hash, address_domain, first_name, last_name, locale, country, time_zone, phone, consent,
           consent_at, consent_source, attributes, ${new Date(now)}
    FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS r(user_id text, email text, address_hash text, address_domain text,
         first_name text, last_name text, locale text, country text, time_zone text, phone text, consent jsonb, consent_at timestamptz,
         consent_source text, attributes jsonb)
    ON CONFLICT (user_id) DO UPDATE SET
      email = excluded.email, address_hash = excluded.address_hash, address_domain = excluded.address_domain,
      first_name = excluded.first_name, last_name = excluded.last_name,
      locale = excluded.locale, country = excluded.country, time_zone = excluded.time_zone, phone = excluded.phone,
      consent = excluded.consent, consent_at = excluded.consent_at, consent_source = excluded.consent_source,
      attributes = excluded.attributes, imported_at = excluded.imported_at
    WHERE (contact.email, contact.address_domain, contact.first_name, contact.last_name, contact.locale, contact.country, contact.time_zone, contact.phone,
           contact.consent, contact.consent_at, contact.consent_source, contact.attributes)
      IS DISTINCT FROM (excluded.email, excluded.address_domain, excluded.first_name, excluded.last_name, excluded.locale, excluded.country,
           excluded.time_zone, excluded.phone, excluded.consent, excluded.consent_at, excluded.consent_source, excluded.attributes)
  `.execute(db);
  return Number(saved.numAffectedRows ?? 0n);
}

/** Removes contacts by key and tells how many were there. */
export async function removeContacts(db: Database, userIds: readonly string[]): Promise<number> {
  if (userIds.length === 0) return 0;
  const removed = await sql`
    DELETE FROM contact c USING unnest(${[...userIds]}::text[]) AS g(user_id) WHERE c.user_id = g.user_id
  `.execute(db);
  return Number(removed.numAffectedRows ?? 0n);
}

function readRow(row: unknown): StoredContact {
  const read = rowSchema.parse(row);
  const contact: Contact = {
    userId: read.user_id,
    attributes: read.attributes,
    ...(read.email === null ? {} : { email: read.email }),
    ...(read.first_name === null ? {} : { firstName: read.first_name }),
    ...(read.last_name === null ? {} : { lastName: read.last_name }),
    ...(read.locale === null ? {} : { locale: read.locale }),
    ...(read.country === null ? {} : { country: read.country }),
    ...(read.time_zone === null ? {} : { timeZone: read.time_zone }),
    ...(read.phone === null ? {} : { phone: read.phone }),
    ...(read.consent === null ? {} : { consent: read.consent }),
    ...(read.consent_at === null ? {} : { consentAt: new Date(read.consent_at).toISOString() }),
    ...(read.consent_source === null ? {} : { consentSource: read.consent_source }),
  };
  return { contact, addressHash: read.address_hash ?? undefined, suppression: read.suppression ?? undefined };
}
