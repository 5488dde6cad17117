/** The format iterable: a CSV import into a static list. */
import type { AudienceFormat } from './format';
import { importFormat, textColumn } from './import-file';
import { countryCell, emailCell, idCell, phoneCell } from './plain-cells';

/** Support pages "Adding Users and Creating Lists" and "CSV List Import Best Practices": 2,000,000 rows a file, names case-sensitive. */
export const iterable: AudienceFormat = importFormat({
  name: 'iterable',
  title: 'Iterable static list',
  version: 1,
  columns: [
    {
      header: 'email',
      rule: 'the key: trimmed, lower case',
      read: ({ contact }, count) => emailCell(contact, count),
      isKey: true,
    },
    { header: 'userId', rule: 'the user id', read: idCell, isKey: true },
    textColumn('firstName', ({ firstName }) => firstName),
    textColumn('lastName', ({ lastName }) => lastName),
    { header: 'phoneNumber', rule: 'E.164', read: ({ contact }, count) => phoneCell(contact, count) },
    textColumn('locale', ({ locale }) => locale),
    { header: 'country', rule: 'ISO 3166-1 alpha-2', read: ({ contact }) => countryCell(contact) },
  ],
  limits: { maxRows: 2_000_000 },
  changes: ['full', 'add', 'remove'],
  open: [
    'Whether a project knows users by e-mail, by user id or by both is its own setting: rows have both, and people without an address are left out. Rows are known by the address: for a project that knows users by id alone write the format of your own that docs/audience-formats.md shows.',
    'A field that is new to the project becomes a text for ever: choose the names of attributes with care.',
    'An import takes nobody off a list: a file of removals has the keys, for lists/unsubscribe of the API.',
  ],
});
