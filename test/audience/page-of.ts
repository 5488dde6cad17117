/** Makes a page of contacts as the database gives them. */
import { CONTACT_COLUMNS, readAttribute } from '../../src/job/attributes';
import { ContactPage } from '../../src/job/contact-page';
import type { Contact } from '../../src/job/people';
import { TextColumn } from '../../src/job/text-column';

const NAMES = ['user_id', ...CONTACT_COLUMNS, 'attributes'];

function read(contact: Contact, name: string): string {
  const { consent, attributes } = contact;
  if (name === 'consent') return consent === undefined ? '' : JSON.stringify(consent);
  if (name === 'attributes') return Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes);
  return readAttribute(contact, name) ?? '';
}

/** At least one contact, ascending by user id in bytes. */
export function pageOf(contacts: readonly Contact[], suppressions?: ReadonlyMap<number, string>): ContactPage {
  const columns = NAMES.map((name) => [name, TextColumn.of(contacts.map((contact) => read(contact, name)))] as const);
  return new ContactPage(new Map(columns), suppressions);
}
