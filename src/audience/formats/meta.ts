/**
 * The customer list of a Meta custom audience, hashed.
 * Meta, "Customer list formatting guidelines" (2025), "Customer Information Parameters" (2026-09).
 */
import { normaliseBirthDate, normaliseBirthYear } from '../normalise/birth-date';
import { normaliseEmail } from '../normalise/email';
import { cellsOf, type Field, sharedCellsOf } from '../normalise/field';
import { normaliseBareName } from '../normalise/names';
import { normalisePhone, withoutPlus } from '../normalise/phone';
import { normaliseCity, normalisePostalCode, normaliseState, readCountry } from '../normalise/places';
import { normaliseDeviceId, normaliseGender } from '../normalise/traits';
import { ATTRIBUTES } from './attributes';
import { CSV, columnOf, hashed, plain, refuseUnknown } from './columns';
import { csvRowBytes, writeCsvFile } from './csv-file';
import { writeCsvLines } from './csv-lines';
import type { AudienceFormat, Column } from './format';

const name = (part: string) =>
  hashed(`${part}, lower case, no punctuation, accents kept`, 'bad_name', normaliseBareName);

const FIELDS = {
  email: hashed('lower case; dots and tags kept', 'bad_email', normaliseEmail),
  phone: hashed('country code and digits, no plus', 'bad_phone', (text, country) => {
    const e164 = normalisePhone(text, country);
    return e164 === undefined ? undefined : withoutPlus(e164);
  }),
  madid: plain('advertising id of a telephone, lower case, with hyphens', 'bad_mobile_ad_id', normaliseDeviceId),
  fn: name('first name'),
  ln: name('last name'),
  zip: hashed('postal code, lower case, no blanks or dashes; US: five digits', 'bad_postal_code', normalisePostalCode),
  ct: hashed('city, lower case, letters only', 'bad_city', normaliseCity),
  st: hashed('state, lower case; US: two letters', 'bad_state', normaliseState),
  country: hashed('two letters, lower case', 'bad_country', (text) => readCountry(text)?.toLowerCase()),
  doby: hashed('year of birth, four digits', 'bad_birth_date', normaliseBirthYear),
  gen: hashed('m or f', 'bad_gender', normaliseGender),
} satisfies Record<string, Field>;

/** Of the Conversions API; the file has `doby`. */
const birthDate = hashed('date of birth, YYYYMMDD', 'bad_birth_date', normaliseBirthDate);

const COLUMNS: readonly Column[] = Object.entries(FIELDS).map(([header, field]) => columnOf(header, field));

const cells = {
  email: cellsOf(FIELDS.email),
  phone: cellsOf(FIELDS.phone),
  madid: cellsOf(FIELDS.madid),
  fn: sharedCellsOf(FIELDS.fn),
  ln: sharedCellsOf(FIELDS.ln),
  zip: cellsOf(FIELDS.zip),
  ct: sharedCellsOf(FIELDS.ct),
  st: sharedCellsOf(FIELDS.st),
  country: sharedCellsOf(FIELDS.country),
  doby: sharedCellsOf(FIELDS.doby),
  gen: sharedCellsOf(FIELDS.gen),
};

export const meta: AudienceFormat = {
  name: 'meta',
  title: 'Meta custom audiences: customer list, hashed',
  version: 1,
  columns: () => COLUMNS,
  file: CSV,
  minimum: { count: 100, of: 'rows' },
  consent: [],
  changes: ['full', 'add', 'remove'],
  open: [
    'The largest file is not documented: files are not split.',
    'Meta flags audiences whose name hints at health or finances: name the list there with care.',
    'Blanks inside names are not documented: one is kept.',
    'The header of an external id in a file is not documented: it is left out.',
    'How a whole date of birth is hashed in a file is not documented: the year alone is written (doby).',
  ],
  fields: { ...FIELDS, db: birthDate },
  makeCells({ contact }, _context, count) {
    const { country, attributes } = contact;
    const email = cells.email(contact.email, country, count);
    const phone = cells.phone(contact.phone, country, count);
    const madid = cells.madid(attributes[ATTRIBUTES.deviceId], country, count);
    if (email === '' && phone === '' && madid === '') return refuseUnknown(count);
    return [
      email,
      phone,
      madid,
      cells.fn(contact.firstName, undefined, count),
      cells.ln(contact.lastName, undefined, count),
      cells.zip(attributes[ATTRIBUTES.postalCode], country, count),
      cells.ct(attributes[ATTRIBUTES.city], undefined, count),
      cells.st(attributes[ATTRIBUTES.state], country, count),
      cells.country(country, undefined, count),
      cells.doby(attributes[ATTRIBUTES.birthDate], undefined, count),
      cells.gen(attributes[ATTRIBUTES.gender], undefined, count),
    ];
  },
  write: (rows) => writeCsvFile(COLUMNS, rows),
  writeLines: (blocks) => writeCsvLines(COLUMNS, blocks),
  rowBytes: csvRowBytes,
};
