/**
 * The customer data file of Google Ads Customer Match, hashed.
 * Google Ads Help 7659867 "Format your customer data file", 7476159; googleads/data-manager-node, formatter.ts (2026-06).
 */
import { normaliseGoogleEmail } from '../normalise/email';
import { cellsOf, type Field, plainText, sharedCellsOf } from '../normalise/field';
import { normaliseUnsuffixedName, normaliseUntitledName } from '../normalise/names';
import { normalisePhone } from '../normalise/phone';
import { readCountry } from '../normalise/places';
import { ATTRIBUTES } from './attributes';
import { CSV, columnOf, hashed, plain, refuseUnknown } from './columns';
import { csvRowBytes, writeCsvFile } from './csv-file';
import { writeCsvLines } from './csv-lines';
import type { AudienceFormat } from './format';

const FIELDS = {
  email: hashed('lower case; of gmail.com and googlemail.com without dots and tags', 'bad_email', normaliseGoogleEmail),
  phone: hashed('E.164 with the plus', 'bad_phone', normalisePhone),
  'first-name': hashed('lower case, without mr. mrs. ms. dr. before it', 'bad_name', normaliseUntitledName),
  'last-name': hashed('lower case, without jr, iii, phd and the like behind it', 'bad_name', normaliseUnsuffixedName),
  country: plain('two letters, lower case', 'bad_country', (text) => readCountry(text)?.toLowerCase()),
  zip: plainText('postal code as it is'),
} satisfies Record<string, Field>;

const COLUMNS = [
  columnOf('Email', FIELDS.email),
  columnOf('Phone', FIELDS.phone),
  columnOf('First Name', FIELDS['first-name']),
  columnOf('Last Name', FIELDS['last-name']),
  columnOf('Country', FIELDS.country),
  columnOf('Zip', FIELDS.zip),
];

const cells = {
  email: cellsOf(FIELDS.email),
  phone: cellsOf(FIELDS.phone),
  firstName: sharedCellsOf(FIELDS['first-name']),
  lastName: sharedCellsOf(FIELDS['last-name']),
  country: sharedCellsOf(FIELDS.country),
  zip: cellsOf(FIELDS.zip),
};

const NO_ADDRESS = ['', '', '', ''] as const;

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
  makeCells({ contact }, _context, count) {
    const { country, attributes } = contact;
    const email = cells.email(contact.email, country, count);
    const phone = cells.phone(contact.phone, country, count);
    const written = [
      cells.firstName(contact.firstName, undefined, count),
      cells.lastName(contact.lastName, undefined, count),
      cells.country(country, undefined, count),
      cells.zip(attributes[ATTRIBUTES.postalCode], undefined, count),
    ];
    // Google matches an address only where all four are there; fewer would be given away for nothing.
    const address = written.includes('') ? NO_ADDRESS : written;
    if (email === '' && phone === '' && address === NO_ADDRESS) return refuseUnknown(count);
    return [email, phone, ...address];
  },
  write: (rows) => writeCsvFile(COLUMNS, rows),
  writeLines: (blocks) => writeCsvLines(COLUMNS, blocks),
  rowBytes: csvRowBytes,
};
