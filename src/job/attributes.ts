/** Names the attributes of a contact that `where` can ask for, and reads them. */
import type { Contact } from './people';

/** The columns of contacts beside `user_id`, as the import names them; every other one is an attribute. */
export const CONTACT_COLUMNS: readonly string[] = [
  'email',
  'first_name',
  'last_name',
  'locale',
  'country',
  'time_zone',
  'phone',
  'consent',
  'consent_at',
  'consent_source',
];

type Reader = (contact: Contact) => string | undefined;

/** The columns of a contacts import; every other name is an attribute of the contact. */
const COLUMNS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['user_id', (contact) => contact.userId],
  ['email', (contact) => contact.email],
  ['first_name', (contact) => contact.firstName],
  ['last_name', (contact) => contact.lastName],
  ['locale', (contact) => contact.locale],
  ['country', (contact) => contact.country],
  ['time_zone', (contact) => contact.timeZone],
  ['phone', (contact) => contact.phone],
  ['consent_at', (contact) => contact.consentAt],
  ['consent_source', (contact) => contact.consentSource],
]);

/** Reads an attribute by its import column; undefined where the contact has none, or an empty one. */
export function readAttribute(contact: Contact, name: string): string | undefined {
  const column = COLUMNS.get(name);
  const own = Object.hasOwn(contact.attributes, name) ? contact.attributes[name] : undefined;
  const value = column === undefined ? own : column(contact);
  return value === '' ? undefined : value;
}

/** Tells whether a name is that of a column of its own, which every contact may have. */
export function isColumn(name: string): boolean {
  return COLUMNS.has(name);
}

/** Finds the column that a name in camel case means, `time_zone` for `timeZone`; undefined where it means none. */
export function columnFor(name: string): string | undefined {
  const column = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return column !== name && COLUMNS.has(column) ? column : undefined;
}

/**
 * Tells whether a contact consented to a topic: `true` and `false` are for every topic, a list names those consented to.
 *
 * @returns undefined where the contact never said
 */
export function consentFor(contact: Contact, topic: string): boolean | undefined {
  const { consent } = contact;
  return consent === undefined || typeof consent === 'boolean' ? consent : consent.includes(topic);
}
