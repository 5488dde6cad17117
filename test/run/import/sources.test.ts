/** Sources of an import: gzip, JSON lists, renamed columns, queries; dry runs and rows that say deleted. */
import { gzipSync } from 'node:zlib';
import { currentCatalogueVersion, readCatalogue } from '../../../src/database/catalogue';
import { countContacts, findContacts } from '../../../src/database/people/contacts';
import { mapColumns } from '../../../src/run/import/column-mapping';
import { readMappings, writeMappings } from '../../../src/run/import/mapping-file';
import { openQuery } from '../../../src/run/import/query-source';
import { openFile } from '../../../src/run/import/rows';
import { useWorkshop } from './workshop';

const CONTACTS = 'user_id,email,consent\nu1,a@shop.example,true\nu2,b@shop.example,false\n';

describe('the sources of an import', () => {
  const workshop = useWorkshop();
  const query = (sql: string) => {
    const { host, user, database } = workshop.connection;
    return openQuery({ name: '--contacts-sql', url: `postgres://${user}@/${database}?host=${host}`, sql });
  };

  it('unpacks gzip, whatever the name, and takes the format from what is before .gz', async () => {
    const csv = workshop.write('contacts', gzipSync(CONTACTS));
    expect((await workshop.import({ contacts: csv })).contacts).toMatchObject({ read: 2, changed: 2 });
    const json = workshop.write('more.jsonl.gz', gzipSync('{"user_id":"u3"}\n{"user_id":"u4"}\n'));
    expect((await workshop.import({ contacts: json })).contacts).toMatchObject({ read: 2, changed: 2 });
  });

  it('says of gzip that is cut that it is', async () => {
    const file = workshop.write('cut.csv.gz', gzipSync(CONTACTS.repeat(50)).subarray(0, 60));
    expect(await workshop.fail({ contacts: file })).toContain('it is gzip, and broken or cut');
  });

  it('reads one JSON list element by element, brackets and commas in texts included', async () => {
    const list = [
      { user_id: 'u1', first_name: 'A "[{,' },
      { user_id: 'u2', first_name: 'line\nbreak is wrong' },
      { user_id: 'u3', segment: ['x', 'y'] },
    ];
    const file = workshop.write('list.json', JSON.stringify(list, null, 2));
    expect(await workshop.fail({ contacts: file })).toMatch(/list\.json:2\n.*first_name/s);
    const right = workshop.write('right.json', JSON.stringify([list[0], list[2]], null, 2));
    await workshop.import({ contacts: right });
    const found = await findContacts(workshop.db, ['u1', 'u3']);
    expect(found.get('u1')?.contact.firstName).toBe('A "[{,');
    expect(found.get('u3')?.contact.attributes).toEqual({ segment: 'x|y' });
  });

  it('renames columns, translates words and leaves columns out, nested ones too', async () => {
    const text = `contacts:
  columns:
    user_id: Customer
    consent: { column: Newsletter, words: { Yes: true, no: false } }
  skip: [platforms]
`;
    const mappings = readMappings({ file: 'import.yaml', text });
    expect(readMappings({ file: 'import.yaml', text: writeMappings(mappings) })).toEqual(mappings);
    const lines = '{"Customer":"u1","Newsletter":"YES","platforms":{"ios":1}}\n{"Customer":"u2","Newsletter":"no"}\n';
    const source = openFile(workshop.write('mapped.jsonl', lines));
    await workshop.import({ contacts: mapColumns(source, mappings.contacts ?? { columns: {}, skip: [] }) });
    const found = await findContacts(workshop.db, ['u1', 'u2']);
    expect([...found.values()].map(({ contact }) => contact.consent).sort()).toEqual([false, true]);
    expect(found.get('u1')?.contact.attributes).toEqual({});
  });

  it('names the key of a mapping file that is wrong', () => {
    const text = 'contacts:\n  colums: {}\n';
    expect(() => readMappings({ file: 'import.yaml', text })).toThrow(/colums/);
  });

  it('removes contacts and items whose row says that they are deleted', async () => {
    await workshop.import({
      contacts: workshop.write('c.csv', CONTACTS),
      items: workshop.write('i.csv', 'item_id,title\ni1,One\ni2,Two\n'),
    });
    const report = await workshop.import({
      contacts: workshop.write('c2.csv', 'user_id,email,deleted\nu1,,true\nu9,,2026-01-31\nu3,c@shop.example,false\n'),
      items: workshop.write('i2.csv', 'item_id,title,deleted\ni2,,true\ni1,One,\n'),
    });
    expect(report.contacts).toEqual({ read: 3, changed: 1, unchanged: 0, removed: 1 });
    expect(report.items).toMatchObject({ read: 2, changed: 0, unchanged: 1, removed: 1 });
    expect([...(await findContacts(workshop.db, ['u1', 'u2', 'u3'])).keys()].sort()).toEqual(['u2', 'u3']);
    const catalogue = await readCatalogue(workshop.db, await currentCatalogueVersion(workshop.db));
    expect([...catalogue.keys()]).toEqual(['i1']);
    expect(await workshop.fail({ contacts: workshop.write('c3.csv', 'user_id,deleted\nu1,yes\n') })).toContain(
      'expected true, false, or the time of the deletion',
    );
  });

  it('tells in a dry run what would be, with the ids that do not match, and changes nothing', async () => {
    const report = await workshop.import({
      contacts: workshop.write('c.csv', CONTACTS),
      items: workshop.write('i.csv', 'item_id,title\ni1,One\n'),
      interactions: workshop.write('x.csv', 'user_id,item_id,timestamp\nu1,i1,1\nU2,i1,2\n'),
      dryRun: true,
    });
    expect(report).toMatchObject({ dryRun: true, contacts: { changed: 2 }, interactions: { added: 2 } });
    expect(report.overlap?.users).toEqual({ ids: 2, shared: 1, strangers: ['U2'], known: ['u1', 'u2'] });
    expect(report.overlap?.items).toMatchObject({ ids: 1, shared: 1, strangers: [] });
    expect(await countContacts(workshop.db)).toBe(0);
  });

  it('streams a query: times, booleans and lists as files write them, NULL as nothing', async () => {
    const report = await workshop.import({
      contacts: query(`
        SELECT 'u' || n AS user_id, n % 2 = 0 AS consent, timestamptz '2026-01-31 08:00:00+02' AS consent_at,
               ARRAY['a', 'b "c"', NULL] AS topics, NULL::text AS email, n AS orders
        FROM generate_series(1, 12000) AS n;`),
    });
    expect(report.contacts).toMatchObject({ read: 12_000, changed: 12_000 });
    const found = await findContacts(workshop.db, ['u12000', 'u11999']);
    expect(found.get('u12000')?.contact).toEqual({
      userId: 'u12000',
      consent: true,
      consentAt: '2026-01-31T06:00:00.000Z',
      attributes: { topics: 'a|b "c"', orders: '12000' },
    });
    expect(found.get('u11999')?.contact.consent).toBe(false);
  });

  it('tells by number which row of a query is wrong, and refuses a query that is none or writes', async () => {
    const wrong = query(
      "SELECT 'u' || n AS user_id, CASE n WHEN 7 THEN 'xx-yy-zz' END AS time_zone FROM generate_series(1, 9) n",
    );
    expect(await workshop.fail({ contacts: wrong })).toMatch(/--contacts-sql:7\n.*time_zone/s);
    expect(await workshop.fail({ contacts: query('SELEC 1') })).toContain('the query fails: syntax error');
    const writes = query('WITH gone AS (DELETE FROM contact RETURNING user_id) SELECT * FROM gone');
    expect(await workshop.fail({ contacts: writes })).toContain('the query fails');
    expect(await workshop.fail({ contacts: query('SELECT 1; DROP TABLE contact') })).toContain('the query fails');
    const away = openQuery({ name: '--contacts-sql', url: 'postgres://x:hush@127.0.0.1:1/shop', sql: 'SELECT 1' });
    const told = await workshop.fail({ contacts: away });
    expect(told).toContain("the database can't be read");
    expect(told).not.toContain('hush');
  });
});
