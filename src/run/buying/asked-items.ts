/** Loads the items that queries over the catalogue choose from. */
import type { Database } from '../../database/connecting/connection';
import type { AudienceJob } from '../../job/audience-job';
import type { Item } from '../../job/people';
import { loadCatalogue } from '../mails/catalogue-cache';

/** Loads the items of a catalogue version; none where no query of the job asks for any. */
export async function loadAskedItems(
  db: Database,
  { segment }: AudienceJob,
  catalogueVersion: number,
): Promise<ReadonlyMap<string, Item>> {
  return segment.queries.some(({ by }) => by === 'catalogue') ? loadCatalogue(db, catalogueVersion) : new Map();
}
