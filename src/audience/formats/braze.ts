/** The format braze: a CSV import of users by external id. */
import type { AudienceFormat } from './format';
import { importFormat, textColumn } from './import-file';
import { countryCell, emailCell, idCell, phoneCell } from './plain-cells';

/** Braze docs "CSV import": 500 MB, one kind of identifier a file, blank cells overwrite nothing. */
export const braze: AudienceFormat = importFormat({
  name: 'braze',
  title: 'Braze CSV import of user attributes',
  version: 1,
  columns: [
    { header: 'external_id', rule: 'the key: the user id', read: idCell, isKey: true },
    { header: 'email', rule: 'trimmed, lower case', read: ({ contact }, count) => emailCell(contact, count) },
    textColumn('first_name', ({ firstName }) => firstName),
    textColumn('last_name', ({ lastName }) => lastName),
    { header: 'country', rule: 'ISO 3166-1 alpha-2', read: ({ contact }) => countryCell(contact) },
    {
      header: 'language',
      rule: 'ISO 639-1, of the locale',
      read: ({ contact }) => /^[a-z]{2}(?![a-z])/i.exec(contact.locale ?? '')?.[0].toLowerCase() ?? '',
    },
    { header: 'phone', rule: 'E.164', read: ({ contact }, count) => phoneCell(contact, count) },
    textColumn('time_zone', ({ timeZone }) => timeZone),
  ],
  flag: ({ path }) => ({
    header: `audience_${path.map(flagName).join('__')}`,
    rule: 'a custom attribute of job, audience and part: true, in files of removals false',
  }),
  limits: { maxBytes: 500_000_000 },
  changes: ['full', 'add', 'remove'],
  open: [
    'An import takes no attribute away and blank cells overwrite nothing: a removal sets the attribute of the audience to false. Segment by that attribute.',
    'The user id is taken for the external id. Where it is not, define a format of your own with another key.',
  ],
});

/**
 * Writes a name without dashes, no two names alike. Names hold no underscores and no capitals: one dash is `_`, several or one at
 * the end are `_<how many>D`, so that `__` stands between names alone.
 */
function flagName(name: string): string {
  return name.replace(/-{2,}|-+$/g, (dashes) => `_${dashes.length}D`).replaceAll('-', '_');
}
