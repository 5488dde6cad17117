/** Makes the formats of platforms that import contacts from CSV: plain columns, one of them the key. */
import type { Contact } from '../../job/people';
import { CSV, refuseUnknown } from './columns';
import { csvRowBytes, writeCsvFile } from './csv-file';
import type { AudienceFormat, Cells, Column, FileContext, Person } from './format';
import { attributeHeader, type Count, textCell } from './plain-cells';

/** A column of an import file. */
export interface ImportColumn {
  readonly header: string;
  readonly rule: string;
  read(person: Person, count: Count): string;
  /** It stands in files of removals too: what the platform finds the person by. */
  readonly isKey?: true;
}

interface ImportFormat extends Pick<AudienceFormat, 'name' | 'title' | 'version' | 'changes' | 'open' | 'minimum'> {
  /** The first is what rows are known by. All keys must have a value; who lacks one is in no file. */
  readonly columns: readonly ImportColumn[];
  readonly limits: { readonly maxRows?: number; readonly maxBytes?: number };
  /** The most bytes of a text; longer ones are left out. */
  readonly maxTextBytes?: number;
  /** A column that says whether the person belongs to the audience; the platform knows no other removal. */
  readonly flag?: (context: FileContext) => { readonly header: string; readonly rule: string };
}

/**
 * Makes a format of RFC 4180, UTF-8 without a byte order mark. Full and additions have all columns and the attributes that the
 * job asks for; removals have the keys alone, so that they overwrite nothing. The flag is `true`, in removals `false`.
 */
export function importFormat(format: ImportFormat): AudienceFormat {
  const { columns: own, flag, limits, maxTextBytes = Number.POSITIVE_INFINITY, ...facts } = format;
  const headers = own.map(({ header }) => header);
  const flagOf = (context: FileContext) => (flag === undefined ? [] : [flag(context)]);
  const columnsOf = (context: FileContext): readonly Column[] => [
    ...own.map(({ header, rule }): Column => ({ header, form: 'plain', rule })),
    ...flagOf(context).map((column): Column => ({ ...column, form: 'plain' })),
    ...context.attributes.map(
      (name): Column => ({ header: attributeHeader(name, headers), form: 'plain', rule: 'a text on one line' }),
    ),
  ];
  const keepShort = (cell: string, count: Count) => {
    if (cell.length * 3 <= maxTextBytes || Buffer.byteLength(cell) <= maxTextBytes) return cell;
    count('too_long');
    return '';
  };
  return {
    ...facts,
    columns: columnsOf,
    keyColumns: 1,
    file: { ...CSV, ...limits },
    consent: [],
    makeCells(person, { attributes }, count) {
      const cells = own.map(({ read }) => keepShort(read(person, count), count));
      if (own.some(({ isKey }, index) => isKey === true && cells[index] === '')) return refuseUnknown(count);
      if (flag !== undefined) cells.push('');
      for (const name of attributes) cells.push(keepShort(textCell(person.contact.attributes[name], count), count));
      return cells;
    },
    write(rows, context, change) {
      const columns = columnsOf(context);
      const flagAt = flag === undefined ? -1 : own.length;
      const isKept = (index: number) => change !== 'remove' || index === flagAt || own[index]?.isKey === true;
      const kept = columns.map((_, index) => index).filter(isKept);
      const pick = (cells: Cells) =>
        kept.map((index) => (index === flagAt ? String(change !== 'remove') : (cells[index] ?? '')));
      const shown = kept.flatMap((index) => columns[index] ?? []);
      const isWhole = flagAt < 0 && kept.length === columns.length;
      return writeCsvFile(shown, isWhole ? rows : mapBatches(rows, pick));
    },
    rowBytes: (cells) => csvRowBytes(cells) + (flag === undefined ? 0 : 'false'.length),
  };
}

async function* mapBatches(
  rows: AsyncIterable<readonly Cells[]>,
  change: (cells: Cells) => Cells,
): AsyncGenerator<readonly Cells[]> {
  for await (const batch of rows) yield batch.map(change);
}

/** Makes a column of a text that the contact has. */
export function textColumn(header: string, read: (contact: Contact) => string | undefined): ImportColumn {
  return { header, rule: 'a text on one line', read: ({ contact }, count) => textCell(read(contact), count) };
}
