/** Notes what the rules of an e-mail's items name and the catalogue has not: such a rule does nothing, without a word. */
import { listNames, nearestName } from '../../config/nearest';
import { findMissingItems, isItemAttributeThere, sampleItemAttributes } from '../../database/catalogue-names';
import type { Database } from '../../database/connecting/connection';
import type { EmailJob, ShowRules } from '../../job/email-job';

/** Tells of attributes in `maxPer` that no item has, and of items in `fallback` that are not there; nothing before the first import. */
export async function noteShow(db: Database, { content }: EmailJob, catalogueVersion: number): Promise<string[]> {
  if (catalogueVersion === 0) return [];
  const parts = [
    { at: 'content.show', show: content.show },
    ...(content.sections ?? []).map(({ name, show }) => ({ at: `content.sections.${name}.show`, show })),
  ];
  const notes: string[] = [];
  for (const { at, show } of parts) {
    notes.push(...(await noteMaxPer(db, at, show)), ...(await noteFallback(db, at, show)));
  }
  return notes;
}

async function noteMaxPer(db: Database, at: string, { maxPer = {} }: ShowRules): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const name of Object.keys(maxPer)) {
    if (name === 'category' || (await isItemAttributeThere(db, name))) continue;
    const known = ['category', ...(await sampleItemAttributes(db))];
    const near = nearestName(name, known);
    const hint = near === undefined ? `there are ${listNames(known)}` : `did you mean ${near}?`;
    notes.push(`${at}.maxPer names ${JSON.stringify(name)}, which no item has, and so it limits nothing; ${hint}`);
  }
  return notes;
}

async function noteFallback(db: Database, at: string, { fallback }: ShowRules): Promise<readonly string[]> {
  if (typeof fallback !== 'object' || !('itemIds' in fallback)) return [];
  const missing = await findMissingItems(db, fallback.itemIds);
  return missing.length === 0 ? [] : [`${at}.fallback names items that the catalogue has not: ${listNames(missing)}`];
}
