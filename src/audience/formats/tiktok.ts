/**
 * The customer file of a TikTok custom audience, hashed.
 * TikTok, "How to create a Custom Audience with a customer file" (2025-09), whose rules have changed four times.
 */
import { normaliseSpacedEmail } from '../normalise/email';
import type { Field } from '../normalise/field';
import { normalisePhone, phoneBytes, phoneDigitBytes, withoutPlus } from '../normalise/phone';
import { emailBytes } from '../normalise/plain-bytes';
import { normaliseDeviceId } from '../normalise/traits';
import { ATTRIBUTES } from './attributes';
import { makeCellsBy, tableColumns } from './cell-table';
import { CSV, hashed } from './columns';
import { csvRowBytes, writeCsvFile } from './csv-file';
import type { AudienceFormat, CellTable } from './format';

const FIELDS = {
  email: hashed('lower case, without blanks; dots and tags kept', 'bad_email', normaliseSpacedEmail, emailBytes),
  phone: hashed('E.164 with the plus', 'bad_phone', normalisePhone, phoneBytes),
  phoneDigits: hashed(
    'the same number without the plus',
    'bad_phone',
    (text, country) => {
      const e164 = normalisePhone(text, country);
      return e164 === undefined ? undefined : withoutPlus(e164);
    },
    phoneDigitBytes,
  ),
  maid: hashed('advertising id of a telephone, lower case, with hyphens', 'bad_mobile_ad_id', normaliseDeviceId),
} satisfies Record<string, Field>;

const TABLE: CellTable = {
  rules: [
    { header: 'Email_SHA256', field: FIELDS.email, from: 'email' },
    { header: 'Phone_SHA256', field: FIELDS.phone, from: 'phone', byCountry: true },
    { header: 'Phone_SHA256', field: FIELDS.phoneDigits, from: 'phone', byCountry: true, isRepeated: true },
    { header: 'MAID_SHA256', field: FIELDS.maid, from: ATTRIBUTES.deviceId },
  ],
  identifiers: 4,
};
const COLUMNS = tableColumns(TABLE);

export const tiktok: AudienceFormat = {
  name: 'tiktok',
  title: 'TikTok custom audiences: customer file, hashed',
  version: 1,
  columns: () => COLUMNS,
  file: { ...CSV, maxBytes: 999_999_999 },
  minimum: { count: 1000, of: 'matched' },
  consent: [],
  changes: ['full', 'add', 'remove'],
  open: [
    'Its pages differ on e-mail addresses: the newest is gone by, which keeps dots and tags.',
    'Its newest page wants the plus of a number and shows the hash of one without: both are written.',
    'Nothing is said of a signal of consent.',
  ],
  fields: { email: FIELDS.email, phone: [FIELDS.phone, FIELDS.phoneDigits], maid: FIELDS.maid },
  table: TABLE,
  makeCells: makeCellsBy(TABLE),
  write: (rows) => writeCsvFile(COLUMNS, rows),
  rowBytes: csvRowBytes,
};
