/** The format jsonl: JSON Lines for programs, one object a person, keys in a fixed order. */

import { rankCell } from '../algebra/rank';
import { encodeChunks } from '../chunks';
import type { AudienceFormat, Cells, Column, FileContext } from './format';
import { attributeHeader, countryCell, emailCell, phoneCell } from './plain-cells';

const COLUMNS: readonly Column[] = [
  { header: 'user_id', form: 'plain', rule: 'as imported, always a text' },
  {
    header: 'rank',
    form: 'plain',
    rule: 'a number: the place in the audience, from 1; null for those without one',
    varies: true,
  },
  { header: 'email', form: 'plain', rule: 'trimmed, lower case' },
  { header: 'phone', form: 'plain', rule: 'E.164' },
  { header: 'first_name', form: 'plain', rule: 'as imported' },
  { header: 'last_name', form: 'plain', rule: 'as imported' },
  { header: 'locale', form: 'plain', rule: 'as imported, BCP 47' },
  { header: 'country', form: 'plain', rule: 'ISO 3166-1 alpha-2, upper case' },
];
const OWN = COLUMNS.map(({ header }) => header);
const RANK = OWN.indexOf('rank');

const columnsOf = ({ attributes }: FileContext): readonly Column[] => [
  ...COLUMNS,
  ...attributes.map((name): Column => ({ header: attributeHeader(name, OWN), form: 'plain', rule: 'as imported' })),
];

/** UTF-8 without a byte order mark, LF after every object, `null` for no value. */
export const jsonl: AudienceFormat = {
  name: 'jsonl',
  title: 'JSON Lines for programs',
  version: 1,
  columns: columnsOf,
  file: { extension: 'jsonl', contentType: 'application/x-ndjson' },
  consent: [],
  changes: ['full', 'add', 'remove'],
  open: [],
  makeCells({ userId, rank, contact }, { attributes }, count) {
    const { firstName = '', lastName = '', locale = '' } = contact;
    const [email, phone] = [emailCell(contact, count), phoneCell(contact, count)];
    const cells = [userId, rankCell(rank), email, phone, firstName, lastName, locale, countryCell(contact)];
    for (const name of attributes) cells.push(contact.attributes[name] ?? '');
    return cells;
  },
  write: (rows, context) => encodeChunks(writeObjects(rows, { columns: columnsOf(context), numbers: [RANK] })),
};

interface ObjectShape {
  readonly columns: readonly Column[];
  /** Places of the cells that are written as numbers. */
  readonly numbers?: readonly number[];
}

/** Writes one object a line; every value is a text or `null` but for the `numbers`. */
export async function* writeObjects(
  rows: AsyncIterable<readonly Cells[]>,
  { columns, numbers = [] }: ObjectShape,
): AsyncGenerator<string> {
  const keys = columns.map(({ header }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(header)}:`);
  const isNumber = keys.map((_, index) => numbers.includes(index));
  for await (const batch of rows) {
    let text = '';
    for (const cells of batch) {
      for (let index = 0; index < keys.length; index++) {
        const cell = cells[index] ?? '';
        text += keys[index];
        if (cell === '') text += 'null';
        else text += isNumber[index] === true ? cell : JSON.stringify(cell);
      }
      text += '}\n';
    }
    yield text;
  }
}
