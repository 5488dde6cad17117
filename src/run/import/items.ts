/** Imports the catalogue: a new version of each item that differs. */
import { saveItems } from '../../database/catalogue';
import type { Item } from '../../job/people';
import { type FileImport, importRows, refuseEmptyReplace } from './batches';
import type { ColumnRule } from './columns';
import { showValue } from './findings';
import { type RowScope, readAttributes, readCell, readParts, requireCell, requireId } from './row-cells';
import { readCount, readCurrency, readDeleted, readId, readIsoTime, readLine, readPrice, readText } from './values';

/** What an import did to the catalogue; `changed` holds the new items as well. */
export interface ItemCounts {
  readonly read: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  /** The catalogue version afterwards; the one before where nothing differed. */
  readonly version: number;
}

const COLUMNS: ColumnRule = {
  required: ['item_id', 'title'],
  optional: ['url', 'image', 'price', 'currency', 'categories', 'stock', 'created_at', 'deleted'],
  others: 'attributes',
};
const NAMES: ReadonlySet<string> = new Set([...COLUMNS.required, ...COLUMNS.optional]);

/** Imports a file of items, which is held in memory as a whole; an id that is there twice is a problem. */
export async function importItems(work: FileImport): Promise<ItemCounts> {
  const { db, findings, replace, now } = work;
  const items: Item[] = [];
  const deleted = new Set<string>();
  const lines = new Map<string, number>();
  const read = await importRows(work, {
    columns: COLUMNS,
    read: readChange,
    async save(rows) {
      for (const { line, value } of rows) {
        const { itemId, item } = value;
        const firstLine = lines.get(itemId);
        if (firstLine === undefined) lines.set(itemId, line);
        else {
          const message = `item_id is ${showValue(itemId)}, as in line ${firstLine}; expected each id once`;
          findings.addProblem({ line, message, fix: 'keep one of the two rows' });
        }
        if (item === undefined) deleted.add(itemId);
        else items.push(item);
      }
    },
  });
  refuseEmptyReplace(work, read);
  if (findings.failed) return { read, changed: 0, unchanged: 0, removed: 0, version: 0 };
  const { changed, removed, version } = await saveItems(db, items, { replace, deleted, now });
  return { read, changed, unchanged: read - changed - deleted.size, removed, version };
}

/** An item to save, or without one an id to remove. */
interface ItemChange {
  readonly itemId: string;
  readonly item: Item | undefined;
}

function readChange(scope: RowScope): ItemChange | undefined {
  const itemId = requireId(scope, 'item_id', readId);
  if (readCell(scope, 'deleted', readDeleted) !== true) {
    const item = readItem(scope, itemId);
    return item && { itemId: item.itemId, item };
  }
  return itemId === undefined ? undefined : { itemId, item: undefined };
}

function readItem(scope: RowScope, itemId: string | undefined): Item | undefined {
  const title = requireCell(scope, 'title', readText);
  const url = readCell(scope, 'url', readLine);
  const image = readCell(scope, 'image', readLine);
  const price = readCell(scope, 'price', readPrice);
  const currency = readCell(scope, 'currency', readCurrency);
  const stock = readCell(scope, 'stock', readCount);
  const createdAt = readCell(scope, 'created_at', readIsoTime);
  const categories = readParts(scope, 'categories', (parts) => ({
    value: [...new Set(parts.filter((part) => part !== ''))],
  }));
  const attributes = readAttributes(scope, NAMES);
  if (itemId === undefined || title === undefined) return undefined;
  return {
    itemId,
    title,
    categories: categories ?? [],
    attributes,
    ...(url === undefined ? {} : { url }),
    ...(image === undefined ? {} : { image }),
    ...(price === undefined ? {} : { price }),
    ...(currency === undefined ? {} : { currency }),
    ...(stock === undefined ? {} : { stock }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}
