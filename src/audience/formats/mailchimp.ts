/** The format mailchimp: a contact import. */

import type { Contact } from '../../job/people';
import type { AudienceFormat } from './format';
import { importFormat, textColumn } from './import-file';
import { type Count, countryCell, emailCell, phoneCell } from './plain-cells';

/** Help page "Format Guidelines for Your Import File": UTF-8, texts of at most 255 bytes, ASCII before the @. */
export const mailchimp: AudienceFormat = importFormat({
  name: 'mailchimp',
  title: 'Mailchimp contact import',
  version: 1,
  columns: [
    {
      header: 'Email Address',
      rule: 'the key: trimmed, lower case; ASCII before the @',
      read: ({ contact }, count) => asciiEmail(contact, count),
      isKey: true,
    },
    textColumn('First Name', ({ firstName }) => firstName),
    textColumn('Last Name', ({ lastName }) => lastName),
    { header: 'Phone Number', rule: 'E.164', read: ({ contact }, count) => phoneCell(contact, count) },
    { header: 'Country', rule: 'ISO 3166-1 alpha-2, GB not UK', read: ({ contact }) => britishCell(contact) },
    textColumn('Language', ({ locale }) => locale),
  ],
  limits: {},
  maxTextBytes: 255,
  changes: ['full', 'add', 'remove'],
  open: [
    'No limit of the size of a file is documented: files are not split.',
    'A file of removals has the addresses alone. Import it to archive them, or to remove a tag from them; with the status "unsubscribed" they would get no e-mail at all.',
    'Mailchimp skips addresses that have unsubscribed or bounced there.',
  ],
});

function asciiEmail(contact: Contact, count: Count): string {
  const address = emailCell(contact, count);
  if (!/[^ -~].*@/.test(address)) return address;
  count('bad_email');
  return '';
}

function britishCell(contact: Contact): string {
  const country = countryCell(contact);
  return country === 'UK' ? 'GB' : country;
}
