/** The format klaviyo: a list upload for the e-mail channel. */
import type { AudienceFormat } from './format';
import { importFormat, textColumn } from './import-file';
import { countryCell, emailCell } from './plain-cells';

/** Help pages "How to create and add subscribers to a new list" and "Troubleshooting list imports": 50 MB, the key comes first. */
export const klaviyo: AudienceFormat = importFormat({
  name: 'klaviyo',
  title: 'Klaviyo list upload, for the e-mail channel',
  version: 1,
  columns: [
    {
      header: 'Email',
      rule: 'the key: trimmed, lower case',
      read: ({ contact }, count) => emailCell(contact, count),
      isKey: true,
    },
    textColumn('First Name', ({ firstName }) => firstName),
    textColumn('Last Name', ({ lastName }) => lastName),
    { header: 'Country', rule: 'ISO 3166-1 alpha-2', read: ({ contact }) => countryCell(contact) },
    textColumn('Locale', ({ locale }) => locale),
  ],
  limits: { maxBytes: 50_000_000 },
  changes: ['full', 'add', 'remove'],
  open: [
    'The consent that an upload records is chosen in the dialog for the whole file, so there is one channel a file: telephone numbers are left out.',
    'No upload takes people off a list: a file of removals has the addresses, for the API or by hand. Uploaded as suppressions it would stop every e-mail to them.',
  ],
});
