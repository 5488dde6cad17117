/** Reads the datasets of a training: interactions, filtered, and the item columns that can be asked for. */
import type { DatasetFiles, TrainTask } from '../compute-port';
import { createEventLog, type EventColumns, type EventLog } from '../recommender/event-log';
import type { ColumnKind, ItemTable } from '../recommender/recipe';
import { parseAvroSchema } from './avro-schema';
import { readCsv, type VisitRow } from './csv-rows';
import { DataProblem } from './data-problem';

/** Which interactions count: all of them where both are missing. */
export type EventFilter = Pick<TrainTask, 'eventType' | 'eventValueThreshold'>;

/**
 * Reads the interactions of the given type whose value is at least the threshold.
 *
 * @throws DataProblem if a column is missing or a cell isn't what the schema says
 */
export async function readInteractions(files: DatasetFiles, filter: EventFilter): Promise<EventColumns> {
  parseAvroSchema(files.schema);
  const log = createEventLog();
  for (const file of files.csvFiles) await readCsv(file, (header) => createEventVisitor(header, filter, log));
  return log.columns();
}

function createEventVisitor(header: readonly string[], filter: EventFilter, log: EventLog): VisitRow {
  const required = ['USER_ID', 'ITEM_ID', 'TIMESTAMP'];
  if (filter.eventType !== undefined) required.push('EVENT_TYPE');
  if (filter.eventValueThreshold !== undefined) required.push('EVENT_VALUE');
  demandColumns(header, required);
  const [user, item, time] = [header.indexOf('USER_ID'), header.indexOf('ITEM_ID'), header.indexOf('TIMESTAMP')];
  const [type, value] = [header.indexOf('EVENT_TYPE'), header.indexOf('EVENT_VALUE')];
  return (cells, row) => {
    if (filter.eventType !== undefined && cells[type] !== filter.eventType) return;
    if (filter.eventValueThreshold !== undefined && !(readNumber(cells[value]) >= filter.eventValueThreshold)) return;
    const timestamp = readNumber(cells[time]);
    const [userId = '', itemId = ''] = [cells[user], cells[item]];
    if (userId === '' || itemId === '')
      throw new DataProblem(`Row ${row} of the interactions lacks USER_ID or ITEM_ID`);
    if (Number.isNaN(timestamp)) {
      throw new DataProblem(`Row ${row} of the interactions has the TIMESTAMP "${cells[time] ?? ''}", not a number`);
    }
    log.add(userId, itemId, timestamp);
  };
}

/** Reads a cell; NaN where it is empty or no number. */
function readNumber(cell: string | undefined): number {
  const value = cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * Reads the items with the columns that queries may name: categorical texts, numbers and booleans. An item that comes
 * again replaces the earlier one.
 *
 * @throws DataProblem if a column is missing
 */
export async function readItems(files: DatasetFiles): Promise<ItemTable> {
  const fields = parseAvroSchema(files.schema).filter(
    ({ name }) => name !== 'ITEM_ID' && name !== 'CREATION_TIMESTAMP',
  );
  const rows = new Map<string, { readonly cells: readonly string[]; readonly created: number }>();
  for (const file of files.csvFiles) {
    await readCsv(file, (header) => {
      demandColumns(header, ['ITEM_ID']);
      const id = header.indexOf('ITEM_ID');
      const created = header.indexOf('CREATION_TIMESTAMP');
      const places = fields.map(({ name }) => header.indexOf(name));
      return (cells) => {
        const kept = places.map((place) => cells[place] ?? '');
        rows.set(cells[id] ?? '', { cells: kept, created: readNumber(cells[created]) });
      };
    });
  }
  const list = [...rows.values()];
  const columns: Record<string, readonly string[]> = {};
  const kinds: Record<string, ColumnKind> = {};
  const texts: Record<string, readonly string[]> = {};
  for (const [at, { name, kind }] of fields.entries()) {
    const cells = list.map((row) => row.cells[at] ?? '');
    if (kind === 'text' || kind === 'textual') texts[name] = cells;
    else [columns[name], kinds[name]] = [cells, kind];
  }
  return {
    columns,
    kinds,
    texts,
    textual: fields.filter(({ kind }) => kind === 'textual').map(({ name }) => name),
    itemIds: [...rows.keys()],
    created: Float64Array.from(list, ({ created }) => created),
  };
}

/** The text is AWS's: developer guide, "Common error messages". */
function demandColumns(header: readonly string[], names: readonly string[]): void {
  const missing = names.filter((name) => !header.includes(name));
  if (missing.length > 0) throw new DataProblem(`Input CSV is missing the following columns:[${missing.join(', ')}]`);
}
