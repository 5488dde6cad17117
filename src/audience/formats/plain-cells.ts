/** Makes the plain cells that platforms read: nothing is escaped in them, so what may run as a formula is left out. */
import type { Contact } from '../../job/people';
import { normaliseEmail } from '../normalise/email';
import { normalisePhone } from '../normalise/phone';
import { tidyText } from '../normalise/text';
import { isFormula } from './csv-file';
import type { Person } from './format';

/** Is told each value that was left out, by a word. */
export type Count = (what: string) => void;

/** Makes a cell of a text that people have chosen: on one line, without control characters; left out is what a spreadsheet would run. */
export function textCell(value: string | undefined, count: Count): string {
  if (value === undefined || value === '') return '';
  const text = tidyText(CONTROL.test(value) ? value.replace(INNER_CONTROL, '') : value);
  if (!isFormula(text)) return text;
  count('formula');
  return '';
}

const CONTROL = /\p{Cc}/u;
/** All but TAB and line ends, which `tidyText` turns into blanks. */
const INNER_CONTROL = /(?![\t\n\r])\p{Cc}/gu;

/** Makes the cell of a user id; changed it would be another one, so what a spreadsheet would run is left out. */
export function idCell({ userId }: Pick<Person, 'userId'>, count: Count): string {
  if (!isFormula(userId)) return userId;
  count('formula');
  return '';
}

/** Makes the cell of an address, in lower case, dots and tags kept: its beginning is never escaped, `+` and `=` may stand there. */
export function emailCell(contact: Contact, count: Count): string {
  if (contact.email === undefined || contact.email === '') return '';
  const address = normaliseEmail(contact.email);
  if (address !== undefined && !CONTROL.test(address)) return address;
  count('bad_email');
  return '';
}

/** Makes the cell of a number: E.164, by the contact's country where it has no country code. */
export function phoneCell(contact: Contact, count: Count): string {
  if (contact.phone === undefined || contact.phone === '') return '';
  const number = normalisePhone(contact.phone, contact.country);
  if (number === undefined) count('bad_phone');
  return number ?? '';
}

/** Makes the cell of a country: ISO 3166-1 alpha-2, upper case. */
export function countryCell({ country }: Contact): string {
  return country?.toUpperCase() ?? '';
}

/** Names the column of an attribute: by its own name, or `attribute_<name>` where the format has such a column itself. */
export function attributeHeader(attribute: string, own: readonly string[]): string {
  return own.includes(attribute) ? `attribute_${attribute}` : attribute;
}
