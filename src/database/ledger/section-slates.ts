/** What a delivery shows beside its own slate: the slates of its sections, the thing bought last, and themes. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';
import type { Slate } from './deliveries';
import { checked, SAME_KEY, withSlotOf } from './ledger-keys';

/** The name under which the theme of the e-mail's own items is kept. */
export const OWN_ITEMS = '';

/** Item ids of a section, the best first, and what Personalize calls them together. */
export interface SectionSlate {
  readonly items: readonly string[];
  readonly theme?: string;
}

/** What a delivery has beside its slate; undefined or empty where its job has no such thing. */
export interface FurtherSlates {
  /** The item bought last. */
  readonly seed?: string | undefined;
  /** Section name → slate; the e-mail's own theme is that of `OWN_ITEMS`. */
  readonly sections?: Readonly<Record<string, SectionSlate>> | undefined;
}

const sectionsSchema = z.record(z.string(), z.object({ items: z.array(z.string()), theme: z.string().nullish() }));

/** The columns of a row that `readFurther` reads; both may be missing. */
export const furtherSchema = z.object({ seed: z.string().nullish(), sections: sectionsSchema.nullish() });

/** Reads the columns `seed` and `sections` of a row. */
export function readFurther({ seed, sections }: z.infer<typeof furtherSchema>): FurtherSlates {
  const read = Object.entries(sections ?? {}).map(([name, { items, theme }]): [string, SectionSlate] => [
    name,
    { items, ...(theme == null ? {} : { theme }) },
  ]);
  return {
    ...(seed == null ? {} : { seed }),
    ...(read.length === 0 ? {} : { sections: Object.fromEntries(read) }),
  };
}

/** Stores slates of a section on planned rows in bulk and answers how many users have a row; doing so again gives the same rows. */
export async function saveSectionSlates(
  db: Database,
  runId: string,
  { section, slates }: { readonly section: string; readonly slates: readonly Slate[] },
): Promise<number> {
  const users = slates.map(({ userId }) => userId);
  const values = slates.map(({ itemIds }) => JSON.stringify({ [section]: { items: itemIds } }));
  const saved = await sql`
    UPDATE delivery d SET sections = coalesce(d.sections, '{}'::jsonb) || r.section
    FROM ${withSlotOf(runId, sql`unnest(${users}::text[], ${values}::jsonb[]) AS r(user_id, section)`)}
    WHERE ${SAME_KEY} AND ${checked(sql`d.run_id = ${runId} AND d.state = 'planned'`)}
  `.execute(db);
  return Number(saved.numAffectedRows ?? 0n);
}
