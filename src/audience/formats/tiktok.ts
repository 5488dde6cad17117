/**
 * The customer file of a TikTok custom audience, hashed.
 * TikTok, "How to create a Custom Audience with a customer file" (2025-09), whose rules have changed four times.
 */
import { normaliseSpacedEmail } from '../normalise/email';
import { cellsOf, type Field } from '../normalise/field';
import { sha256Hex } from '../normalise/hash';
import { normalisePhone, withoutPlus } from '../normalise/phone';
import { normaliseDeviceId } from '../normalise/traits';
import { ATTRIBUTES } from './attributes';
import { CSV, columnOf, hashed, plain, refuseUnknown } from './columns';
import { csvRowBytes, writeCsvFile } from './csv-file';
import type { AudienceFormat } from './format';

const FIELDS = {
  email: hashed('lower case, without blanks; dots and tags kept', 'bad_email', normaliseSpacedEmail),
  phone: hashed('E.164 with the plus', 'bad_phone', normalisePhone),
  phoneDigits: hashed('the same number without the plus', 'bad_phone', (text, country) => {
    const e164 = normalisePhone(text, country);
    return e164 === undefined ? undefined : withoutPlus(e164);
  }),
  maid: hashed('advertising id of a telephone, lower case, with hyphens', 'bad_mobile_ad_id', normaliseDeviceId),
} satisfies Record<string, Field>;

const COLUMNS = [
  columnOf('Email_SHA256', FIELDS.email),
  columnOf('Phone_SHA256', FIELDS.phone),
  columnOf('Phone_SHA256', FIELDS.phoneDigits),
  columnOf('MAID_SHA256', FIELDS.maid),
];

const cells = {
  email: cellsOf(FIELDS.email),
  /** Parsed once, hashed twice. */
  phone: cellsOf(plain(FIELDS.phone.rule, FIELDS.phone.refused, normalisePhone)),
  maid: cellsOf(FIELDS.maid),
};

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
  makeCells({ contact }, _context, count) {
    const { country } = contact;
    const email = cells.email(contact.email, country, count);
    const phone = cells.phone(contact.phone, country, count);
    const maid = cells.maid(contact.attributes[ATTRIBUTES.deviceId], country, count);
    if (email === '' && phone === '' && maid === '') return refuseUnknown(count);
    return phone === '' ? [email, '', '', maid] : [email, sha256Hex(phone), sha256Hex(withoutPlus(phone)), maid];
  },
  write: (rows) => writeCsvFile(COLUMNS, rows),
  rowBytes: csvRowBytes,
};
