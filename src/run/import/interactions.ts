/** Imports interactions: appended, what is there already is dropped. */
import { currentCatalogueVersion, readCatalogue } from '../../database/catalogue';
import type { Database } from '../../database/connecting/connection';
import { findContacts } from '../../database/people/contacts';
import { saveInteractions } from '../../database/people/interactions';
import type { Interaction } from '../../job/people';
import { type FileImport, type GoodRow, importRows } from './batches';
import type { ColumnRule } from './columns';
import { showValue } from './findings';
import { type RowScope, readCell, requireCell, requireId } from './row-cells';
import { readId, readLine, readNumber, readTime } from './values';

/** What an import did to the interactions; duplicates are of the file or of what was there before. */
export interface InteractionCounts {
  readonly read: number;
  readonly added: number;
  readonly duplicates: number;
}

const COLUMNS: ColumnRule = {
  required: ['user_id', 'item_id', 'timestamp'],
  optional: ['event_type', 'event_value'],
  others: 'unused',
};

/** Imports a file of interactions; users and items that are not known are warnings, the rows are kept. */
export async function importInteractions(work: FileImport): Promise<InteractionCounts> {
  const { db, findings } = work;
  const warn = createStrangerWarnings(work);
  let added = 0;
  const read = await importRows(work, {
    columns: COLUMNS,
    read: readInteraction,
    async save(rows) {
      if (findings.failed) return;
      await warn(rows);
      added += await saveInteractions(
        db,
        rows.map((row) => row.value),
      );
    },
  });
  return { read, added, duplicates: read - added };
}

function readInteraction(scope: RowScope): Interaction | undefined {
  const userId = requireId(scope, 'user_id', readId);
  const itemId = requireId(scope, 'item_id', readId);
  const time = requireCell(scope, 'timestamp', readTime);
  const eventType = readCell(scope, 'event_type', readLine);
  const eventValue = readCell(scope, 'event_value', readNumber);
  if (userId === undefined || itemId === undefined || time === undefined) return undefined;
  return {
    userId,
    itemId,
    timestamp: time / 1000,
    ...(eventType === undefined ? {} : { eventType }),
    ...(eventValue === undefined ? {} : { eventValue }),
  };
}

function createStrangerWarnings({
  db,
  findings,
}: FileImport): (rows: readonly GoodRow<Interaction>[]) => Promise<void> {
  const isContact = createContactLookup(db);
  let items: ReadonlyMap<string, unknown> | undefined;
  return async (rows) => {
    items ??= await readCatalogue(db, await currentCatalogueVersion(db));
    const users = await isContact(new Set(rows.map(({ value }) => value.userId)));
    for (const { line, value } of rows) {
      if (users.get(value.userId) !== true) {
        findings.addWarning('unknown_user', line, `user_id is ${showValue(value.userId)}; there is no such contact`);
      }
      if (!items.has(value.itemId)) {
        findings.addWarning('unknown_item', line, `item_id is ${showValue(value.itemId)}; there is no such item`);
      }
    }
  };
}

const MOST_REMEMBERED = 100_000;

/** Tells of each id whether it is a contact; remembers some, for a log has few users at a time. */
function createContactLookup(db: Database): (ids: ReadonlySet<string>) => Promise<ReadonlyMap<string, boolean>> {
  let known = new Map<string, boolean>();
  return async (ids) => {
    if (known.size > MOST_REMEMBERED) known = new Map();
    const asked = [...ids].filter((id) => !known.has(id));
    const found = asked.length === 0 ? new Map() : await findContacts(db, asked);
    for (const id of asked) known.set(id, found.has(id));
    return known;
  };
}
