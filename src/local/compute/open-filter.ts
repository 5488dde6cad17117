/** Opens the filter of a batch job on the data of today. */
import type { DatasetFiles, InferTask, SegmentTask } from '../compute-port';
import {
  checkFilter,
  compileFilter,
  eventTypesOf,
  type FilterColumn,
  type FilterExpression,
  type FilterTable,
  fieldsOf,
  parseFilter,
  usesInteractions,
} from '../filters/filter';
import type { EventColumns } from '../recommender/event-log';
import { parseAvroSchema } from './avro-schema';
import { DataProblem } from './data-problem';
import { type InputMembers, readId } from './input-line';
import { readInteractions } from './read-datasets';
import { readTable } from './read-table';

/** Which places a line may list, or why its filter can't be applied; undefined allows all. */
export type Filtered = { readonly allowed: Uint8Array | undefined } | { readonly error: string };

/** Filters by the members of one input line; the array is overwritten by the next call. */
export type Filtering = (members: NonNullable<InputMembers>) => Filtered;

/**
 * Opens a filter of items; undefined where the task has none.
 *
 * @param itemIds  ids by place
 * @param userIds  the users of the lines that it will be asked about: no other's interactions are kept
 * @throws DataProblem if the filter doesn't fit the datasets
 */
export async function openItemFilter(
  task: InferTask,
  itemIds: readonly string[],
  userIds: ReadonlySet<string>,
): Promise<Filtering | undefined> {
  return openFilter(task, itemIds, userIds);
}

/**
 * Opens a filter of users; undefined where the task has none.
 *
 * @param userIds  ids by place
 * @throws DataProblem if the filter doesn't fit the datasets
 */
export async function openUserFilter(task: SegmentTask, userIds: readonly string[]): Promise<Filtering | undefined> {
  return openFilter(task, userIds);
}

async function openFilter(
  { filter: text, datasets }: Pick<InferTask, 'filter' | 'datasets'>,
  ids: readonly string[],
  userIds?: ReadonlySet<string>,
): Promise<Filtering | undefined> {
  if (text === undefined) return undefined;
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new DataProblem(parsed.message);
  const { filter } = parsed;
  const columns = { items: columnsOf(datasets.items), users: columnsOf(datasets.users) };
  const verdict = checkFilter(filter, { ...columns, interactions: columnsOf(datasets.interactions) });
  if (!verdict.ok) throw new DataProblem(verdict.message);
  const compiled = compileFilter(filter, {
    ids,
    items: await readFiltered(filter, 'ITEMS', datasets.items),
    users: await readFiltered(filter, 'USERS', datasets.users),
    events: usesInteractions(filter) ? await readFilteredEvents(filter, datasets.interactions, userIds) : undefined,
  });
  return ({ userId, itemId, filterValues }) =>
    compiled({ userId: readId(userId), itemId: readId(itemId), filterValues });
}

/** Reads the interactions of the users and of the types that a filter asks for; of all users where undefined. */
async function readFilteredEvents(
  filter: FilterExpression,
  files: DatasetFiles,
  userIds: ReadonlySet<string> | undefined,
): Promise<EventColumns> {
  const types = eventTypesOf(filter);
  return readInteractions(
    files,
    { includedColumns: { INTERACTIONS: ['EVENT_TYPE'] } },
    (userId, type) => userIds?.has(userId) !== false && types?.has(type.toLowerCase()) !== false,
  );
}

function columnsOf(files: DatasetFiles | undefined): readonly FilterColumn[] | undefined {
  return files === undefined ? undefined : parseAvroSchema(files.schema);
}

/** Reads the columns of a dataset that a filter asks for; undefined where it asks for none. */
async function readFiltered(
  filter: FilterExpression,
  type: 'ITEMS' | 'USERS',
  files: DatasetFiles | undefined,
): Promise<FilterTable | undefined> {
  const names = fieldsOf(filter).flatMap((field) =>
    field.startsWith(`${type}.`) ? [field.slice(type.length + 1)] : [],
  );
  if (files === undefined || names.length === 0) return undefined;
  const fields = parseAvroSchema(files.schema).filter(({ name }) => names.includes(name.toUpperCase()));
  const table = await readTable(files, type, { includedColumns: { [type]: fields.map(({ name }) => name) } });
  const columns = fields.flatMap(({ name, kind }) => {
    if (kind === 'textual' || kind === 'boolean') return [];
    const isId = name === (type === 'ITEMS' ? 'ITEM_ID' : 'USER_ID');
    return [{ name, kind, cells: isId ? table.ids : (table.columns[name] ?? table.texts[name] ?? []) }];
  });
  return { ids: table.ids, columns };
}
