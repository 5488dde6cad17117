/** What recipients have bought last: which jobs ask for it, and how a run writes it down. */
import { findSeeds, type SeedRule, saveSeeds, streamSeedUsers } from '../../database/ledger/seeds';
import type { RunRow } from '../../database/runs/runs';
import type { EmailJob, RecommendRules } from '../../job/email-job';
import type { Engines } from '../engines';
import { partsOf } from './sources';

/** How many users are looked up at a time. */
export const SEED_BATCH = 2000;

/** Tells whether what is bought goes with what a recipient has bought last. */
export function isRelated({ recommend }: { readonly recommend: RecommendRules }): boolean {
  return recommend.from?.by === 'related';
}

/** Tells what the events of a purchase are, and which items may be a reason. */
export function seedRule({ settings }: Pick<Engines, 'settings'>, catalogueVersion: number): SeedRule {
  return { events: settings.events.bought, catalogueVersion };
}

/** Tells whether a job shows what goes with the last thing bought. */
export function wantsSeeds(job: EmailJob): boolean {
  return partsOf(job).some(isRelated);
}

/** Tells whether who has bought nothing is sure to get no e-mail: related items must be there, and nothing fills their place. */
export function needsSeeds({ recommend, content }: EmailJob): boolean {
  const parts = [{ recommend, show: content.show, required: true }, ...(content.sections ?? [])];
  return parts.some((part) => part.required && isRelated(part) && part.show.fallback === 'none');
}

/**
 * Writes down what the recipients of a run have bought last. Of a job that needs it, who has bought nothing is excluded as
 * `nothing_bought`; done again after an import, whoever has bought something since is planned again.
 */
export async function assignSeeds(
  { db, settings }: Pick<Engines, 'db' | 'settings'>,
  run: RunRow,
  options: { readonly isNeeded: boolean; readonly now: number },
): Promise<void> {
  const rule = seedRule({ settings }, run.catalogueVersion);
  const save = async (userIds: readonly string[]) =>
    saveSeeds(db, run, { userIds, seeds: await findSeeds(db, userIds, rule), ...options });
  let batch: string[] = [];
  for await (const userId of streamSeedUsers(db, run)) {
    batch.push(userId);
    if (batch.length < SEED_BATCH) continue;
    await save(batch);
    batch = [];
  }
  await save(batch);
}
