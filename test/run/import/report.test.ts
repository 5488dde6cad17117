import { formatImport } from '../../../src/run/import/report';

describe('the report of an import', () => {
  it('has a line for each file, then the warnings', () => {
    const text = formatImport({
      contacts: { read: 10, changed: 7, unchanged: 3, removed: 2 },
      items: { read: 5, changed: 1, unchanged: 4, removed: 0, version: 3 },
      interactions: { read: 9, added: 8, duplicates: 1 },
      suppressions: { read: 2, added: 1 },
      warnings: [{ kind: 'unknown_item', file: 'i.csv', line: 4, message: 'item_id is "x"; there is no such item' }],
      warningCounts: { unknown_item: 2 },
      formats: [{ file: 'c.csv', separator: ';', encoding: 'windows-1252' }],
    });
    expect(text).toBe(
      [
        'contacts      10 read, 7 new or changed, 3 unchanged, 2 removed',
        'items         5 read, 1 new or changed, 4 unchanged, 0 removed, catalogue version 3',
        'interactions  9 read, 8 added, 1 duplicates',
        'suppressions  2 read, 1 added',
        'read as       c.csv: separated by semicolons, encoded in Windows-1252',
        'warning: 2 × interaction with an item that is not in the catalogue (kept)',
        '  i.csv:4: item_id is "x"; there is no such item',
        '  and 1 more',
      ].join('\n'),
    );
  });

  it('has only the files that were imported', () => {
    expect(formatImport({ suppressions: { read: 2, added: 1 }, warnings: [], warningCounts: {} })).toBe(
      'suppressions  2 read, 1 added',
    );
  });
});
