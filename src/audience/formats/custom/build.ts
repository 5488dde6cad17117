/** Builds a format of a team's own from the checked fields of its file. */
import { createHash } from 'node:crypto';
import type { Contact } from '../../../job/people';
import { rankCell } from '../../algebra/rank';
import { encodeChunks } from '../../chunks';
import { isHash } from '../../normalise/hash';
import { refuseUnknown } from '../columns';
import { type CsvDialect, csvRowBytes, isFormula, writeCsvFile } from '../csv-file';
import type { AudienceFormat, Cells, Change, Column, FileContext, Person } from '../format';
import { writeObjects } from '../jsonl';
import type { Count } from '../plain-cells';
import { describeColumn, transformsOf } from './describe-column';
import { type CustomColumn, type CustomFields, parseSize, SEPARATORS } from './schema';
import { findTransform } from './transforms';

/** Raised whenever a transform or a source comes to mean something else. */
const TRANSFORMS_VERSION = 1;

/** Answers undefined where the person can be in no file. */
type MakeCell = (person: Person, count: Count) => string | undefined;

/** Makes the format; its version follows from what its cells are made of. */
export function buildFormat(name: string, fields: CustomFields): AudienceFormat {
  const { about, columns, identifiers, file, changes, minimum, consent } = fields;
  const makers = columns.map((column) => cellOf(column, file));
  const keys = columns.flatMap(({ header }, index) => (identifiers.includes(header) ? [index] : []));
  const maxBytes = file.size === undefined ? undefined : parseSize(file.size);
  const shown = columns.map(describeColumn);
  const isJson = file.type === 'jsonl';
  const dialect = dialectOf(file);
  const write = (rows: AsyncIterable<readonly Cells[]>, context: FileContext, change: Change) => {
    const filled = fillRows(
      rows,
      columns.map((column) => fixedCell(column, context, change)),
    );
    return isJson ? encodeChunks(writeObjects(filled, { columns: shown })) : writeCsvFile(shown, filled, dialect);
  };
  return {
    name,
    title: about,
    version: versionOf(fields),
    columns: () => shown,
    ...(isKey(keys, shown) ? { keyColumns: keys.length } : {}),
    file: {
      extension: file.extension ?? file.type,
      contentType: isJson ? 'application/x-ndjson' : 'text/csv; charset=utf-8',
      ...(file.rows === undefined ? {} : { maxRows: file.rows }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    },
    ...(minimum === undefined ? {} : { minimum: { count: minimum, of: 'rows' as const } }),
    consent,
    changes,
    open: [],
    makeCells(person, _context, count) {
      const cells: string[] = [];
      for (const make of makers) {
        const cell = make(person, count);
        if (cell === undefined) return refuseUnknown(count);
        cells.push(cell);
      }
      return keys.length === 0 || keys.some((index) => cells[index] !== '') ? cells : refuseUnknown(count);
    },
    write,
    rowBytes: (cells) => rowBytesOf(cells, { columns, isJson, dialect }),
  };
}

/** Rows are known by the identifiers where these stand before all other columns and are the same in every run. */
function isKey(identifiers: readonly number[], columns: readonly Column[]): boolean {
  return identifiers.length > 0 && identifiers.every((place, nth) => place === nth && columns[place]?.varies !== true);
}

function dialectOf({ separator, header, lineEnd, encoding, formulas }: CustomFields['file']): CsvDialect {
  return {
    separator: SEPARATORS[separator ?? 'comma'],
    header: header === false ? 'left out' : 'written',
    lineEnd: lineEnd === 'lf' ? '\n' : '\r\n',
    encoding: encoding ?? 'utf-8',
    formulas: formulas === 'escape' ? 'escape' : 'keep',
  };
}

/** What is the same in all rows of a file is made when it is written: a removal repeats the person, not the run. */
function fixedCell(column: CustomColumn, context: FileContext, change: Change): string | undefined {
  if (column.value !== undefined) return change === 'remove' ? (column.removed ?? column.value) : column.value;
  switch (column.from) {
    case 'run_id':
      return context.runId;
    case 'run_at':
      return context.at;
    case 'audience':
      return context.audience;
    case 'change':
      return change;
    default:
      return undefined;
  }
}

async function* fillRows(
  rows: AsyncIterable<readonly Cells[]>,
  fixed: readonly (string | undefined)[],
): AsyncGenerator<readonly Cells[]> {
  const isFixed = fixed.some((cell) => cell !== undefined);
  for await (const batch of rows) {
    yield isFixed ? batch.map((cells) => fixed.map((cell, index) => cell ?? cells[index] ?? '')) : batch;
  }
}

const SOURCES: Readonly<Record<string, (person: Person) => string | undefined>> = {
  user_id: ({ userId }) => userId,
  rank: ({ rank }) => rankCell(rank),
  email: ({ contact }) => contact.email,
  phone: ({ contact }) => contact.phone,
  first_name: ({ contact }) => contact.firstName,
  last_name: ({ contact }) => contact.lastName,
  locale: ({ contact }) => contact.locale,
  country: ({ contact }) => contact.country?.toUpperCase(),
  time_zone: ({ contact }) => contact.timeZone,
};

/** What these answer is an address or a number, whatever it begins with. */
const CHECKED: ReadonlySet<string> = new Set(['email', 'gmail', 'phone']);

function cellOf(column: CustomColumn, { type, formulas = 'drop' }: CustomFields['file']): MakeCell {
  const { attribute, from = '', hash } = column;
  const read = attribute === undefined ? SOURCES[from] : ({ contact }: Person) => attributeOf(contact, attribute);
  if (read === undefined) return () => '';
  const names = transformsOf(column);
  const transforms = names.flatMap((name) => findTransform(name) ?? []);
  const isId = from === 'user_id';
  const isChecked = (isId && type !== 'csv') || hash !== undefined || names.some((name) => CHECKED.has(name));
  const isDropped = formulas === 'drop' && !isChecked;
  return (person, count) => {
    let value = read(person) ?? '';
    if (value === '') return '';
    if (hash !== undefined && isHash(value)) return leaveOut(count, 'already_hashed');
    for (const { change, refused } of transforms) {
      const changed = change(value, person.contact.country?.toUpperCase());
      if (changed === undefined) return leaveOut(count, refused ?? 'bad_value');
      if (changed === '') return '';
      value = changed;
    }
    if (hash !== undefined) return createHash(hash).update(value, 'utf8').digest('hex');
    if (!isDropped || !isFormula(value)) return value;
    const empty = leaveOut(count, 'formula');
    return isId ? undefined : empty;
  };
}

function attributeOf({ attributes }: Contact, name: string): string | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

function leaveOut(count: Count, what: string): string {
  count(what);
  return '';
}

interface RowShape {
  readonly columns: readonly CustomColumn[];
  readonly isJson: boolean;
  readonly dialect: CsvDialect;
}

/** The longest that the run's own cells are: ids of runs and names of audiences have fewer characters. */
const LONGEST_RUN_CELL = 'x'.repeat(100);

function rowBytesOf(cells: Cells, { columns, isJson, dialect }: RowShape): number {
  const longest = columns.map(({ value, removed = '', from }, index) => {
    if (value !== undefined) return removed.length > value.length ? removed : value;
    return from === undefined || from in SOURCES ? (cells[index] ?? '') : LONGEST_RUN_CELL;
  });
  if (!isJson) return csvRowBytes(longest, dialect);
  const entries = columns.map(({ header }, index): [string, string | null] => [header, longest[index] || null]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(entries))) + 1;
}

/** Of what the cells are made of, 31 bits of its SHA-256: another definition is another version. */
function versionOf({ columns, identifiers, file }: CustomFields): number {
  const formulas = file.formulas ?? 'drop';
  const text = JSON.stringify({ columns, identifiers, formulas, transforms: TRANSFORMS_VERSION });
  return createHash('sha256').update(text).digest().readUInt32BE(0) >>> 1;
}
