/**
 * The customer data file of Google Ads Customer Match, hashed.
 * Google Ads Help 7659867 "Format your customer data file", 7476159; googleads/data-manager-node, formatter.ts (2026-06).
 */
import { normaliseGoogleEmail } from '../normalise/email';
import { type Field, plainText } from '../normalise/field';
import { normaliseUnsuffixedName, normaliseUntitledName } from '../normalise/names';
import { normalisePhone, phoneBytes } from '../normalise/phone';
import { readCountry } from '../normalise/places';
import { googleEmailBytes, nameBytes } from '../normalise/plain-bytes';
import { ATTRIBUTES } from './attributes';
import { makeCellsBy, tableColumns } from './cell-table';
import { CSV, hashed, plain } from './columns';
import { csvRowBytes, writeCsvFile } from './csv-file';
import { writeCsvLines } from './csv-lines';
import type { AudienceFormat, CellTable } from './format';

const letters = nameBytes('looked at');

const FIELDS = {
  email: hashed(
    'lower case; of gmail.com and googlemail.com without dots and tags',
    'bad_email',
    normaliseGoogleEmail,
    googleEmailBytes,
  ),
  phone: hashed('E.164 with the plus', 'bad_phone', normalisePhone, phoneBytes),
  'first-name': hashed('lower case, without mr. mrs. ms. dr. before it', 'bad_name', normaliseUntitledName, letters),
  'last-name': hashed(
    'lower case, without jr, iii, phd and the like behind it',
    'bad_name',
    normaliseUnsuffixedName,
    letters,
  ),
  country: plain('two letters, lower case', 'bad_country', (text) => readCountry(text)?.toLowerCase()),
  zip: plainText('postal code as it is'),
} satisfies Record<string, Field>;

const TABLE: CellTable = {
  rules: [
    { header: 'Email', field: FIELDS.email, from: 'email' },
    { header: 'Phone', field: FIELDS.phone, from: 'phone', byCountry: true },
    { header: 'First Name', field: FIELDS['first-name'], from: 'first_name', isShared: true },
    { header: 'Last Name', field: FIELDS['last-name'], from: 'last_name', isShared: true },
    { header: 'Country', field: FIELDS.country, from: 'country', isShared: true },
    { header: 'Zip', field: FIELDS.zip, from: ATTRIBUTES.postalCode },
  ],
  identifiers: 2,
  // Google matches an address only where all four are there; fewer would be given away for nothing.
  isRestTogether: true,
};
const COLUMNS = tableColumns(TABLE);

export const googleAds: AudienceFormat = {
  name: 'google-ads',
  title: 'Google Ads Customer Match: customer data file, hashed',
  version: 1,
  columns: () => COLUMNS,
  file: CSV,
  minimum: { count: 100, of: 'rows' },
  consent: ['ad_user_data', 'ad_personalization'],
  changes: ['full', 'add', 'remove'],
  open: [
    'The most rows and bytes of a file are not documented: files are not split.',
    'No column tells of consent: whoever did not consent to both ad_user_data and ad_personalization is left out.',
    'The file’s sample has countries in lower case, the API in capitals: lower case is written.',
    'User ids and mobile device ids are lists of their own, whose headers are not documented: they are left out.',
  ],
  fields: FIELDS,
  table: TABLE,
  makeCells: makeCellsBy(TABLE),
  write: (rows) => writeCsvFile(COLUMNS, rows),
  writeLines: (blocks) => writeCsvLines(COLUMNS, blocks),
  rowBytes: csvRowBytes,
};
