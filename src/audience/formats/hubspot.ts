/** The format hubspot: a contact import. */
import type { AudienceFormat } from './format';
import { importFormat, textColumn } from './import-file';
import { countryCell, emailCell, phoneCell } from './plain-cells';

/** Knowledge base "Set up your import files", 2025-10: 512 MB and 1,048,576 rows a file on paid accounts, the header among them. */
export const hubspot: AudienceFormat = importFormat({
  name: 'hubspot',
  title: 'HubSpot contact import',
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
    { header: 'Phone Number', rule: 'E.164', read: ({ contact }, count) => phoneCell(contact, count) },
    { header: 'Country/Region', rule: 'ISO 3166-1 alpha-2', read: ({ contact }) => countryCell(contact) },
  ],
  limits: { maxRows: 1_048_575, maxBytes: 512_000_000 },
  changes: ['full', 'add', 'remove'],
  open: [
    'The limits are those of paid accounts; a free account takes 20 MB and 500,000 rows a file: define a format of your own with `rows` and `size`.',
    'An import removes nobody: a file of removals has the addresses, for the lists API or for an import into a list of its own.',
  ],
});
