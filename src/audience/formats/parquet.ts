/** The format parquet: for warehouses, which join it with their own tables by user id or by hashes. */
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import { sha256Hex } from '../../sha256';
import { rankCell } from '../algebra/rank';
import type { AudienceFormat, Cells, Change, Column, FileContext } from './format';
import { attributeHeader, countryCell, emailCell, phoneCell } from './plain-cells';

/** Rows that are held in memory and written together. */
const ROW_GROUP = 128 * 1024;

const COLUMNS: readonly Column[] = [
  { header: 'user_id', form: 'plain', rule: 'STRING, never null: as imported' },
  {
    header: 'rank',
    form: 'plain',
    rule: 'INT32: the place in the audience, from 1; null for those without one',
    varies: true,
  },
  { header: 'email_sha256', form: 'hashed', rule: 'STRING: SHA-256 in hexadecimal of the trimmed lower-case address' },
  {
    header: 'phone_sha256',
    form: 'hashed',
    rule: 'STRING: SHA-256 in hexadecimal of the number as E.164, with its plus',
  },
  { header: 'country', form: 'plain', rule: 'STRING: ISO 3166-1 alpha-2, upper case' },
  { header: 'added_at', form: 'plain', rule: 'TIMESTAMP in UTC, milliseconds: the time of the run' },
  { header: 'run_id', form: 'plain', rule: 'STRING: the run' },
];
const OWN = COLUMNS.map(({ header }) => header);

const columnsOf = ({ attributes }: FileContext): readonly Column[] => [
  ...COLUMNS,
  ...attributes.map(
    (name): Column => ({ header: attributeHeader(name, OWN), form: 'plain', rule: 'STRING: as imported' }),
  ),
];

/** Snappy; the run, the audience and the change stand in the file's own metadata; null stands for no value. */
export const parquet: AudienceFormat = {
  name: 'parquet',
  title: 'Parquet for warehouses and query engines',
  version: 1,
  columns: columnsOf,
  file: { extension: 'parquet', contentType: 'application/vnd.apache.parquet' },
  consent: [],
  changes: ['full', 'add', 'remove'],
  open: [],
  makeCells({ userId, rank, contact }, { attributes }, count) {
    const [email, phone] = [emailCell(contact, count), phoneCell(contact, count)];
    const hashes = [email, phone].map((value) => (value === '' ? '' : sha256Hex(value)));
    // added_at and run_id are written from the context: they are no part of what a removal repeats.
    const cells = [userId, rankCell(rank), ...hashes, countryCell(contact), '', ''];
    for (const name of attributes) cells.push(contact.attributes[name] ?? '');
    return cells;
  },
  write: writeParquet,
};

async function* writeParquet(
  rows: AsyncIterable<readonly Cells[]>,
  context: FileContext,
  change: Change,
): AsyncGenerator<Uint8Array> {
  // An ES module, loaded where it is used: nothing else pays for it.
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const columns = columnsOf(context);
  const bytes = new ByteWriter(1 << 20);
  const facts = { run_id: context.runId, audience: context.audience, change };
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'audience', num_children: columns.length }, ...columns.map(describeColumn)],
    kvMetadata: Object.entries(facts).map(([key, value]) => ({ key, value })),
    createdBy: 'nightjar',
  });
  const take = () => {
    const chunk = Uint8Array.from(bytes.getBytes());
    bytes.index = 0;
    return chunk;
  };
  for await (const group of gather(rows)) {
    await writer.write({ columnData: toColumnData(group, columns, context), rowGroupSize: group.length });
    yield take();
  }
  await writer.finish();
  yield take();
}

async function* gather(rows: AsyncIterable<readonly Cells[]>): AsyncGenerator<readonly Cells[]> {
  let group: Cells[] = [];
  for await (const batch of rows) {
    for (const cells of batch) group.push(cells);
    if (group.length < ROW_GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function describeColumn({ header: name }: Column): SchemaElement {
  if (name === 'rank') return { name, type: 'INT32', repetition_type: 'OPTIONAL' };
  if (name === 'added_at') {
    return {
      name,
      type: 'INT64',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      repetition_type: 'REQUIRED',
    };
  }
  const isRequired = name === 'user_id' || name === 'run_id';
  return {
    name,
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
    repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL',
  };
}

/** Turns rows into columns; page indexes are left out, as they would be held in memory to the end. */
function toColumnData(group: readonly Cells[], columns: readonly Column[], { runId, at }: FileContext): ColumnSource[] {
  const time = new Date(at);
  return columns.map(({ header: name }, index) => {
    const data = group.map((cells): unknown => {
      if (name === 'added_at') return time;
      if (name === 'run_id') return runId;
      const cell = cells[index] ?? '';
      if (name === 'rank') return cell === '' ? undefined : Number(cell);
      return cell === '' ? undefined : cell;
    });
    return { name, data, offsetIndex: false };
  });
}
