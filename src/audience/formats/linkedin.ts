/**
 * The contact list of a LinkedIn matched audience: the address hashed, the rest as LinkedIn reads it.
 * LinkedIn Help a1489764, "DMP Segment List Uploads".
 */
import { normaliseSpacedEmail } from '../normalise/email';
import { cellsOf, type Field, plainText, sharedCellsOf } from '../normalise/field';
import { readCountry } from '../normalise/places';
import { ATTRIBUTES } from './attributes';
import { CSV, columnOf, hashed, plain, refuseUnknown } from './columns';
import { csvRowBytes, writeCsvFile } from './csv-file';
import type { AudienceFormat } from './format';

const FIELDS = {
  email: hashed('lower case, without blanks; dots and tags kept', 'bad_email', normaliseSpacedEmail),
  firstname: plainText('first name, at most 35 characters', 35),
  lastname: plainText('last name, at most 35 characters', 35),
  jobtitle: plainText('job title, at most 50 characters', 50),
  employeecompany: plainText('company, at most 50 characters', 50),
  country: plain('two letters, capitals', 'bad_country', readCountry),
} satisfies Record<string, Field>;

const COLUMNS = [
  ...Object.entries(FIELDS).map(([header, field]) => columnOf(header, field)),
  { header: 'googleaid', form: 'plain', rule: 'always empty' } as const,
];

const cells = {
  email: cellsOf(FIELDS.email),
  firstname: cellsOf(FIELDS.firstname),
  lastname: cellsOf(FIELDS.lastname),
  jobtitle: cellsOf(FIELDS.jobtitle),
  company: cellsOf(FIELDS.employeecompany),
  country: sharedCellsOf(FIELDS.country),
};

export const linkedin: AudienceFormat = {
  name: 'linkedin',
  title: 'LinkedIn matched audiences: contact list',
  version: 1,
  columns: () => COLUMNS,
  file: { ...CSV, maxRows: 300_000, maxBytes: 20_000_000 },
  minimum: { count: 300, of: 'rows' },
  consent: [],
  changes: ['full'],
  open: [
    'An uploaded list is never changed: each file makes a new one. Of the rows at least 300 must be matched, too.',
    'Addresses may be plain or hashed in a file: they are hashed. Names, titles and companies are plain.',
    'mobile_ad_id does not tell the system of the telephone, and the file takes Android’s ids only: googleaid is empty.',
  ],
  fields: FIELDS,
  makeCells({ contact }, _context, count) {
    const { attributes } = contact;
    const email = cells.email(contact.email, undefined, count);
    const first = cells.firstname(contact.firstName, undefined, count);
    const last = cells.lastname(contact.lastName, undefined, count);
    if (email === '' && (first === '' || last === '')) return refuseUnknown(count);
    return [
      email,
      first,
      last,
      cells.jobtitle(attributes[ATTRIBUTES.jobTitle], undefined, count),
      cells.company(attributes[ATTRIBUTES.company], undefined, count),
      cells.country(contact.country, undefined, count),
      '',
    ];
  },
  write: (rows) => writeCsvFile(COLUMNS, rows),
  rowBytes: csvRowBytes,
};
