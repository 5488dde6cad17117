/** Reads the datasets of a group for trainings and filters. */
import type { DatasetFiles, TrainingSelection } from '../compute-port';
import { createEventLog, type EventColumns, type EventLog } from '../recommender/event-log';
import type { ItemTable } from '../recommender/recipe';
import { parseAvroSchema } from './avro-schema';
import { readCsv, type VisitRow } from './csv-rows';
import { DataProblem } from './data-problem';
import { type ColumnSelection, type DatasetTable, demandColumns, readTable } from './read-table';
import { createSeenLines, type SeenLines } from './seen-lines';
import { createEventSelection, type EventSelection, readsColumn } from './select-events';

/**
 * Reads the interactions that count by the selection. Of rows that are the same in all columns one is kept, as on AWS
 * (developer guide, "Importing bulk data").
 *
 * @param isWanted  tells by user and event type which rows are looked at; all where undefined
 * @throws DataProblem if a column is missing or a cell isn't what the schema says
 */
export async function readInteractions(
  files: DatasetFiles,
  selection: TrainingSelection,
  isWanted?: IsWanted,
): Promise<EventColumns> {
  parseAvroSchema(files.schema);
  const reading: EventReading = {
    events: createEventSelection(selection),
    readsTypes: readsColumn(selection, 'INTERACTIONS', 'EVENT_TYPE'),
    readsImpressions: readsColumn(selection, 'INTERACTIONS', 'IMPRESSION'),
    isWanted,
    seen: createSeenLines(),
    log: createEventLog(),
  };
  for (const file of files.csvFiles) await readCsv(file, (header) => createEventVisitor(header, reading));
  return reading.log.columns();
}

/** Tells whether a row is looked at; the type is empty where it has none. */
export type IsWanted = (userId: string, type: string) => boolean;

interface EventReading {
  readonly events: EventSelection;
  readonly readsTypes: boolean;
  readonly readsImpressions: boolean;
  readonly isWanted: IsWanted | undefined;
  readonly seen: SeenLines;
  readonly log: EventLog;
}

function createEventVisitor(header: readonly string[], reading: EventReading): VisitRow {
  const { events, readsTypes, isWanted, seen, log } = reading;
  demandColumns(header, ['USER_ID', 'ITEM_ID', 'TIMESTAMP', ...events.columns]);
  const [user, item, time] = [header.indexOf('USER_ID'), header.indexOf('ITEM_ID'), header.indexOf('TIMESTAMP')];
  const [typeAt, valueAt] = [header.indexOf('EVENT_TYPE'), header.indexOf('EVENT_VALUE')];
  const shownAt = reading.readsImpressions ? header.indexOf('IMPRESSION') : -1;
  return (cells, line, text) => {
    const type = cells[typeAt] ?? '';
    if (isWanted?.(cells[user] ?? '', type) === false) return;
    const weight = events.select(type, readNumber(cells[valueAt]));
    if (weight === undefined || !seen.isNew(text)) return;
    const timestamp = readNumber(cells[time]);
    const [userId = '', itemId = ''] = [cells[user], cells[item]];
    if (userId === '' || itemId === '') {
      throw new DataProblem(`Line ${line} of the interactions lacks USER_ID or ITEM_ID`);
    }
    if (Number.isNaN(timestamp)) {
      throw new DataProblem(`Line ${line} of the interactions has the TIMESTAMP "${cells[time] ?? ''}", not a number`);
    }
    const facts = { type: readsTypes ? type : '', weight };
    if (shownAt < 0) log.add(userId, itemId, timestamp, facts);
    else log.add(userId, itemId, timestamp, { ...facts, impression: readList(cells[shownAt]) });
  };
}

/** Reads a cell; NaN where it is empty or no number. */
function readNumber(cell: string | undefined): number {
  const value = cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : Number.NaN;
}

function readList(cell: string | undefined): readonly string[] {
  return cell === undefined || cell === '' ? [] : cell.split('|');
}

/**
 * Reads the items. An item that comes again replaces the earlier one.
 *
 * @throws DataProblem if a column is missing
 */
export async function readItems(files: DatasetFiles, selection: ColumnSelection = {}): Promise<ItemTable> {
  const { ids, columns, kinds, texts, textual, nameColumn } = await readTable(files, 'ITEMS', selection);
  const { CREATION_TIMESTAMP: times, ...others } = columns;
  const { CREATION_TIMESTAMP: _, ...otherKinds } = kinds;
  const created = Float64Array.from(ids, (_, place) => readNumber(times?.[place]));
  return { columns: others, kinds: otherKinds, texts, textual, nameColumn, itemIds: ids, created };
}

/**
 * Reads the users. A user who comes again replaces the earlier one.
 *
 * @throws DataProblem if a column is missing
 */
export async function readUsers(files: DatasetFiles, selection: ColumnSelection = {}): Promise<DatasetTable> {
  return readTable(files, 'USERS', selection);
}
