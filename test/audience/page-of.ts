/** Makes a page of contacts as the database gives them. */
import { ContactPage } from '../../src/job/contact-page';
import type { Contact } from '../../src/job/people';
import { TextColumn } from '../../src/job/text-column';

const COLUMNS: readonly (readonly [string, (contact: Contact) => string | undefined])[] = [
  ['user_id', (contact) => contact.userId],
  ['email', (contact) => contact.email],
  ['first_name', (contact) => contact.firstName],
  ['last_name', (contact) => contact.lastName],
  ['locale', (contact) => contact.locale],
  ['country', (contact) => contact.country],
  ['time_zone', (contact) => contact.timeZone],
  ['phone', (contact) => contact.phone],
  ['consent', ({ consent }) => (consent === undefined ? undefined : JSON.stringify(consent))],
  ['consent_at', (contact) => contact.consentAt],
  ['consent_source', (contact) => contact.consentSource],
  ['attributes', ({ attributes }) => (Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes))],
];

/** At least one contact, ascending by user id in bytes. */
export function pageOf(contacts: readonly Contact[], suppressions?: ReadonlyMap<number, string>): ContactPage {
  const columns = COLUMNS.map(
    ([name, read]) => [name, TextColumn.of(contacts.map((contact) => read(contact) ?? ''))] as const,
  );
  return new ContactPage(new Map(columns), suppressions);
}
