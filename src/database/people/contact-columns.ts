/** Makes contacts of columns of texts, as the database writes them out; an empty text stands for no value. */
import { NightjarError } from '../../errors';
import type { Contact } from '../../job/people';
import type { StoredContact } from './contacts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: readonly string[] = [];
const NO_ATTRIBUTES: Contact['attributes'] = Object.freeze({});

/**
 * Makes a contact of each place in the columns.
 * @param columns  by the names of the table's columns, all of one length; `user_id` must be there, any other may be missing
 */
export function makeContacts(columns: ReadonlyMap<string, readonly string[]>): readonly StoredContact[] {
  const column = (name: string) => columns.get(name) ?? NONE;
  const emails = column('email');
  const firstNames = column('first_name');
  const lastNames = column('last_name');
  const locales = column('locale');
  const countries = column('country');
  const timeZones = column('time_zone');
  const phones = column('phone');
  const consents = column('consent');
  const consentTimes = column('consent_at');
  const consentSources = column('consent_source');
  const attributes = column('attributes');
  const hashes = column('address_hash');
  return column('user_id').map((userId, index) => {
    const text = attributes[index];
    const contact: Mutable<Contact> = { userId, attributes: text ? readAttributes(text) : NO_ATTRIBUTES };
    const [email, firstName, lastName] = [emails[index], firstNames[index], lastNames[index]];
    if (email) contact.email = email;
    if (firstName) contact.firstName = firstName;
    if (lastName) contact.lastName = lastName;
    const [locale, country, timeZone, phone] = [locales[index], countries[index], timeZones[index], phones[index]];
    if (locale) contact.locale = locale;
    if (country) contact.country = country;
    if (timeZone) contact.timeZone = timeZone;
    if (phone) contact.phone = phone;
    const [consent, consentAt, consentSource] = [consents[index], consentTimes[index], consentSources[index]];
    if (consent) contact.consent = readConsent(consent);
    if (consentAt) contact.consentAt = consentAt;
    if (consentSource) contact.consentSource = consentSource;
    return { contact, addressHash: hashes[index] || undefined, suppression: undefined };
  });
}

function readConsent(text: string): boolean | readonly string[] {
  if (text === 'true') return true;
  if (text === 'false') return false;
  const topics: unknown = JSON.parse(text);
  if (isTexts(topics)) return topics;
  throw new NightjarError('E_BUG', 'the consent of a contact is neither a boolean nor a list of topics');
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function readAttributes(text: string): Contact['attributes'] {
  const attributes: unknown = JSON.parse(text);
  if (isRecordOfTexts(attributes)) return attributes;
  throw new NightjarError('E_BUG', 'the attributes of a contact are not texts by name');
}

function isRecordOfTexts(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const one of Object.values(value)) if (typeof one !== 'string') return false;
  return true;
}
