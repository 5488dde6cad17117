/**
 * The customer list of a Meta custom audience, hashed.
 * Meta, "Customer list formatting guidelines" (2025), "Customer Information Parameters" (2026-09).
 */
import { normaliseBirthDate, normaliseBirthYear } from '../normalise/birth-date';
import { normaliseEmail } from '../normalise/email';
import type { Field } from '../normalise/field';
import { normaliseBareName } from '../normalise/names';
import { normalisePhone, phoneDigitBytes, withoutPlus } from '../normalise/phone';
import { normaliseCity, normalisePostalCode, normaliseState, readCountry } from '../normalise/places';
import { emailBytes, nameBytes } from '../normalise/plain-bytes';
import { normaliseDeviceId, normaliseGender } from '../normalise/traits';
import { ATTRIBUTES } from './attributes';
import { makeCellsBy, tableColumns } from './cell-table';
import { CSV, hashed, plain } from './columns';
import { csvRowBytes, writeCsvFile } from './csv-file';
import { writeCsvLines } from './csv-lines';
import type { AudienceFormat, CellTable } from './format';

const name = (part: string) =>
  hashed(`${part}, lower case, no punctuation, accents kept`, 'bad_name', normaliseBareName, nameBytes('kept'));

const FIELDS = {
  email: hashed('lower case; dots and tags kept', 'bad_email', normaliseEmail, emailBytes),
  phone: hashed(
    'country code and digits, no plus',
    'bad_phone',
    (text, country) => {
      const e164 = normalisePhone(text, country);
      return e164 === undefined ? undefined : withoutPlus(e164);
    },
    phoneDigitBytes,
  ),
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

const TABLE: CellTable = {
  rules: [
    { header: 'email', field: FIELDS.email, from: 'email' },
    { header: 'phone', field: FIELDS.phone, from: 'phone', byCountry: true },
    { header: 'madid', field: FIELDS.madid, from: ATTRIBUTES.deviceId },
    { header: 'fn', field: FIELDS.fn, from: 'first_name', isShared: true },
    { header: 'ln', field: FIELDS.ln, from: 'last_name', isShared: true },
    { header: 'zip', field: FIELDS.zip, from: ATTRIBUTES.postalCode, byCountry: true },
    { header: 'ct', field: FIELDS.ct, from: ATTRIBUTES.city, isShared: true },
    { header: 'st', field: FIELDS.st, from: ATTRIBUTES.state, byCountry: true, isShared: true },
    { header: 'country', field: FIELDS.country, from: 'country', isShared: true },
    { header: 'doby', field: FIELDS.doby, from: ATTRIBUTES.birthDate, isShared: true },
    { header: 'gen', field: FIELDS.gen, from: ATTRIBUTES.gender, isShared: true },
  ],
  identifiers: 3,
};
const COLUMNS = tableColumns(TABLE);

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
  table: TABLE,
  makeCells: makeCellsBy(TABLE),
  write: (rows) => writeCsvFile(COLUMNS, rows),
  writeLines: (blocks) => writeCsvLines(COLUMNS, blocks),
  rowBytes: csvRowBytes,
};
