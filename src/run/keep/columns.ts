/** The columns of an archive file, as Parquet describes them. */
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { LedgerRow } from '../../database/keeping/keeping';

type Column = keyof LedgerRow;

const text = (name: Column, isRequired = false): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL',
});
const time = (name: Column, isRequired = false): SchemaElement => ({
  name,
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL',
});
const int = (name: Column, isRequired = false): SchemaElement => ({
  name,
  type: 'INT32',
  repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL',
});

/** A list of texts in the form that every reader takes: an optional group of a repeated group of one element. */
const texts = (name: Column): readonly SchemaElement[] => [
  {
    name,
    repetition_type: 'OPTIONAL',
    num_children: 1,
    converted_type: 'LIST',
    logical_type: { type: 'LIST' },
  },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  {
    name: 'element',
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
    repetition_type: 'REQUIRED',
  },
];

const COLUMNS: Readonly<Record<Column, readonly SchemaElement[]>> = {
  job: [text('job', true)],
  slot: [text('slot', true)],
  run_id: [text('run_id', true)],
  user_id: [text('user_id', true)],
  address_hash: [text('address_hash', true)],
  domain: [text('domain')],
  state: [text('state', true)],
  reason: [text('reason')],
  due_at: [time('due_at', true)],
  slate: texts('slate'),
  shown: texts('shown'),
  seed: [text('seed')],
  sections: [text('sections')],
  fallback: [{ name: 'fallback', type: 'BOOLEAN', repetition_type: 'REQUIRED' }],
  arm: [text('arm')],
  attempt: [int('attempt', true)],
  waits: [int('waits', true)],
  resends: [int('resends', true)],
  message_id: [text('message_id')],
  smtp_code: [int('smtp_code')],
  enhanced_code: [text('enhanced_code')],
  answer: [text('answer')],
  claimed_at: [time('claimed_at')],
  answered_at: [time('answered_at')],
};

const NAMES = Object.keys(COLUMNS).filter((name): name is Column => name in COLUMNS);
const TIMES: ReadonlySet<Column> = new Set(['due_at', 'claimed_at', 'answered_at']);

/** Describes the file. */
export const SCHEMA: SchemaElement[] = [
  { name: 'delivery', num_children: NAMES.length },
  ...Object.values(COLUMNS).flat(),
];

/** Turns rows into columns; page indexes are left out, as they would be held in memory to the end. */
export function toColumns(rows: readonly LedgerRow[]): ColumnSource[] {
  return NAMES.map((name) => ({ name, data: rows.map((row) => cellOf(row, name)), offsetIndex: false }));
}

function cellOf(row: LedgerRow, name: Column): unknown {
  const value = row[name];
  return TIMES.has(name) && typeof value === 'number' ? new Date(value) : value;
}
