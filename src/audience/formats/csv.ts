/** The format csv: for people and their spreadsheets. It is never read back: cells may be escaped. */
import { rankCell } from '../algebra/rank';
import { normalisePhone } from '../normalise/phone';
import { CSV } from './columns';
import { writeCsvFile } from './csv-file';
import type { AudienceFormat, Column, FileContext, Person } from './format';
import { attributeHeader, countryCell } from './plain-cells';

const COLUMNS: readonly Column[] = [
  { header: 'user_id', form: 'plain', rule: 'as imported' },
  {
    header: 'rank',
    form: 'plain',
    rule: 'the place in the audience, from 1; empty for those without one',
    varies: true,
  },
  { header: 'email', form: 'plain', rule: 'as imported' },
  { header: 'phone', form: 'plain', rule: 'E.164 where the number can be read, else as imported' },
  { header: 'first_name', form: 'plain', rule: 'as imported' },
  { header: 'last_name', form: 'plain', rule: 'as imported' },
  { header: 'locale', form: 'plain', rule: 'as imported, BCP 47' },
  { header: 'country', form: 'plain', rule: 'ISO 3166-1 alpha-2, upper case' },
];
const OWN = COLUMNS.map(({ header }) => header);

const columnsOf = ({ attributes }: FileContext): readonly Column[] => [
  ...COLUMNS,
  ...attributes.map((name): Column => ({ header: attributeHeader(name, OWN), form: 'plain', rule: 'as imported' })),
];

/** RFC 4180, UTF-8 without a byte order mark; a cell that a spreadsheet would run begins with an apostrophe. */
export const csv: AudienceFormat = {
  name: 'csv',
  title: 'CSV for people and spreadsheets',
  version: 1,
  columns: columnsOf,
  file: CSV,
  consent: [],
  changes: ['full', 'add', 'remove'],
  open: [],
  makeCells({ userId, rank, contact }: Person, { attributes }) {
    const { email = '', phone = '', firstName = '', lastName = '', locale = '' } = contact;
    const number = phone === '' ? '' : (normalisePhone(phone, contact.country) ?? phone);
    const cells = [userId, rankCell(rank), email, number, firstName, lastName, locale, countryCell(contact)];
    for (const name of attributes) cells.push(contact.attributes[name] ?? '');
    return cells;
  },
  write: (rows, context) => writeCsvFile(columnsOf(context), rows, { formulas: 'escape' }),
};
