import { hashAddress } from '../../../src/content/address';
import { readCatalogue } from '../../../src/database/catalogue';
import { countContacts, findContacts } from '../../../src/database/people/contacts';
import { countInteractions } from '../../../src/database/people/interactions';
import { formatImport } from '../../../src/run/import/report';
import { describeOwnData } from '../../../src/run/own-data/datasets';
import { NOW, useWorkshop } from './workshop';

const shop = useWorkshop();

const contact = async (id: string) => (await findContacts(shop.db, [id])).get(id);

async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

describe('importing contacts', () => {
  it('reads every column, makes attributes of the others, and stores what is canonical', async () => {
    const contacts = shop.write(
      'contacts.csv',
      'user_id,email,first_name,last_name,locale,country,time_zone,phone,consent,consent_at,consent_source,tier\n' +
        'u1, Ann@Example.org ,Ann,"O\'Neill, Jr.",de_at,uk,asia/tokyo,+43 1,news|offers,1767225600,form,gold\n' +
        'u2,,,,,,,,false,,,\n',
    );
    expect(await shop.import({ contacts })).toEqual({
      contacts: { read: 2, changed: 2, unchanged: 0, removed: 0 },
      warnings: [],
      warningCounts: {},
    });
    expect(await contact('u1')).toEqual({
      contact: {
        userId: 'u1',
        email: 'Ann@Example.org',
        firstName: 'Ann',
        lastName: "O'Neill, Jr.",
        locale: 'de-AT',
        country: 'GB',
        timeZone: 'Asia/Tokyo',
        phone: '+43 1',
        consent: ['news', 'offers'],
        consentAt: '2026-01-01T00:00:00.000Z',
        consentSource: 'form',
        attributes: { tier: 'gold' },
      },
      addressHash: hashAddress('ann@example.org'),
      suppression: undefined,
    });
    expect((await contact('u2'))?.contact).toEqual({ userId: 'u2', consent: false, attributes: {} });
  });

  it('reads the same from JSON Lines as from CSV', async () => {
    const contacts = shop.write(
      'contacts.csv',
      'user_id,email,consent,age\n7,a@example.org,news|offers,31\n8,,true,\n',
    );
    await shop.import({ contacts });
    const lines = [
      '{"user_id":7,"email":"a@example.org","consent":["news","offers"],"age":31}',
      '{"user_id":"8","consent":true}',
    ];
    const again = await shop.import({ contacts: shop.write('contacts.jsonl', lines.join('\n')) });
    expect(again.contacts).toEqual({ read: 2, changed: 0, unchanged: 2, removed: 0 });
  });

  it('reads what European spreadsheets save, and tells how', async () => {
    const contacts = shop.write('c.csv', Buffer.from('user_id;last_name;town\nu1;Gro\xdf;K\xf6ln\n', 'latin1'));
    const items = shop.write('i.txt', Buffer.from('\ufeffitem_id\ttitle\tprice\ni1\tTöpfe\t12,50\n', 'utf16le'));
    const interactions = shop.write('x.csv', 'user_id;item_id;timestamp;event_value\nu1;i1;1767225600;3,5\n');
    const report = await shop.import({ contacts, items, interactions });
    expect(report.formats).toEqual([
      { file: contacts, separator: ';', encoding: 'windows-1252' },
      { file: items, separator: '\t', encoding: 'utf-16le', decimal: ',' },
      { file: interactions, separator: ';', decimal: ',' },
    ]);
    expect(formatImport(report)).toContain(
      `read as       ${items}: separated by tabs, encoded in UTF-16le, with decimal commas`,
    );
    expect((await contact('u1'))?.contact).toMatchObject({ lastName: 'Groß', attributes: { town: 'Köln' } });
    expect((await readCatalogue(shop.db, 1)).get('i1')).toMatchObject({ title: 'Töpfe', price: 12.5 });
    // What Personalize is given has commas and points all the same.
    const [learnt] = (await describeOwnData(shop.db, {})).datasets;
    expect(typeof learnt?.csv === 'function' ? await textOf(learnt.csv()) : '').toBe(
      'USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\nu1,i1,1767225600,interaction,3.5\n',
    );
  });

  it('changes what differs, keeps what is absent, and removes it with replace', async () => {
    await shop.import({ contacts: shop.write('a.csv', 'user_id,first_name\nu1,Ann\nu2,Bob\nu3,Cid\n') });
    const contacts = shop.write('b.csv', 'user_id,first_name\nu2,Bo\nu3,Cid\n');
    expect((await shop.import({ contacts })).contacts).toEqual({ read: 2, changed: 1, unchanged: 1, removed: 0 });
    expect(await countContacts(shop.db)).toBe(3);
    expect((await shop.import({ contacts, replace: true })).contacts).toEqual({
      read: 2,
      changed: 0,
      unchanged: 2,
      removed: 1,
    });
    expect((await findContacts(shop.db, ['u1', 'u2', 'u3'])).size).toBe(2);
  });

  it('keeps contacts whose address can not be written to, counts them, and hides the address', async () => {
    const contacts = shop.write('contacts.csv', 'user_id,email\nu1,ann.lee@nowhere\nu2,ann@example.org\n');
    const report = await shop.import({ contacts });
    expect(report.warningCounts).toEqual({ unwritable_address: 1 });
    expect(report.warnings).toEqual([
      {
        kind: 'unwritable_address',
        file: contacts,
        line: 2,
        message: 'email is "a***@nowhere"; it can\'t be written to (domain)',
      },
    ]);
    expect(await contact('u1')).toMatchObject({ contact: { email: 'ann.lee@nowhere' }, addressHash: undefined });
  });

  it('finds ids that are there twice across batches of rows', async () => {
    const ids = Array.from({ length: 12_000 }, (_, index) => `u${index}`);
    const contacts = shop.write('contacts.csv', ['user_id', ...ids, 'u3', 'u11999', 'u3'].join('\n'));
    expect(await shop.fail({ contacts })).toBe(
      [12_002, 12_003, 12_004]
        .map((line) => {
          const [id, first] = line === 12_003 ? ['u11999', 12_001] : ['u3', 5];
          return `error[E_IMPORT_ROW] contacts.csv:${line}\n  user_id is "${id}", as in line ${first}; expected each id once\n  fix: keep one of the two rows`;
        })
        .join('\n'),
    );
    expect(await countContacts(shop.db)).toBe(0);
  });

  it('warns of a column that is probably mistyped', async () => {
    const contacts = shop.write('contacts.csv', 'user_id,fist_name\nu1,Ann\n');
    const report = await shop.import({ contacts });
    expect(report.warnings.map(({ message }) => message)).toEqual([
      'the column "fist_name" is imported as an attribute; if "first_name" was meant, rename it',
    ]);
    expect((await contact('u1'))?.contact.attributes).toEqual({ fist_name: 'Ann' });
  });
});

describe('importing items', () => {
  it('reads every column and versions what differs', async () => {
    const header = 'item_id,title,url,image,price,currency,categories,stock,created_at,description\n';
    const items = shop.write(
      'items.csv',
      `${header}i1,Pot,https://shop.example/i1,pot.png,12.50,eur,kitchen | tea|kitchen,4.0,2026-01-01,"Round,\nand ""blue"""\ni2,Cup,,,,,,,,\n`,
    );
    expect((await shop.import({ items })).items).toEqual({ read: 2, changed: 2, unchanged: 0, removed: 0, version: 1 });
    expect((await readCatalogue(shop.db, 1)).get('i1')).toEqual({
      itemId: 'i1',
      title: 'Pot',
      url: 'https://shop.example/i1',
      image: 'pot.png',
      price: 12.5,
      currency: 'EUR',
      categories: ['kitchen', 'tea'],
      stock: 4,
      createdAt: '2026-01-01T00:00:00.000Z',
      attributes: { description: 'Round,\nand "blue"' },
    });
    expect((await readCatalogue(shop.db, 1)).get('i2')).toEqual({
      itemId: 'i2',
      title: 'Cup',
      categories: [],
      attributes: {},
    });
    expect((await shop.import({ items })).items).toEqual({ read: 2, changed: 0, unchanged: 2, removed: 0, version: 1 });
  });

  it('removes what is absent with replace, and leaves earlier versions as they were', async () => {
    await shop.import({ items: shop.write('a.csv', 'item_id,title,price\ni1,Pot,10\ni2,Cup,5\n') });
    const report = await shop.import({ items: shop.write('b.csv', 'item_id,title,price\ni1,Pot,11\n'), replace: true });
    expect(report.items).toEqual({ read: 1, changed: 1, unchanged: 0, removed: 1, version: 2 });
    const prices = async (version: number) =>
      [...(await readCatalogue(shop.db, version)).values()].map(({ price }) => price);
    expect([await prices(1), await prices(2)]).toEqual([[10, 5], [11]]);
  });
});

describe('importing interactions', () => {
  it('appends, drops duplicates of the file and of earlier imports, and counts strangers', async () => {
    const contacts = shop.write('contacts.csv', 'user_id\nu1\n');
    const items = shop.write('items.csv', 'item_id,title\ni1,Pot\n');
    const header = 'user_id,item_id,timestamp,event_type,event_value,device\n';
    const first = shop.write(
      'a.csv',
      `${header}u1,i1,1767225600,view,,phone\nu1,i1,2026-01-01T00:00:00Z,view,,\nu9,i1,1767225601,purchase,12.5,\n`,
    );
    const report = await shop.import({ contacts, items, interactions: first });
    expect(report.interactions).toEqual({ read: 3, added: 2, duplicates: 1 });
    expect(report.warningCounts).toEqual({ unused_column: 1, unknown_user: 1 });
    const second = shop.write('b.csv', `${header}u1,i1,1767225600,view,,\nu1,i9,1767225602,,,\n`);
    const again = await shop.import({ interactions: second });
    expect(again.interactions).toEqual({ read: 2, added: 1, duplicates: 1 });
    expect(again.warnings.at(-1)).toEqual({
      kind: 'unknown_item',
      file: second,
      line: 3,
      message: 'item_id is "i9"; there is no such item',
    });
    expect(await shop.db.selectFrom('interaction').selectAll().orderBy('at').execute()).toEqual([
      { user_id: 'u1', item_id: 'i1', at: 1767225600000, event_type: 'view', event_value: null },
      { user_id: 'u9', item_id: 'i1', at: 1767225601000, event_type: 'purchase', event_value: 12.5 },
      { user_id: 'u1', item_id: 'i9', at: 1767225602000, event_type: '', event_value: null },
    ]);
  });

  it('shows the first twenty warnings and counts all', async () => {
    const rows = Array.from({ length: 6000 }, (_, index) => `u${index},i${index},${1767225600 + index}`);
    const interactions = shop.write('interactions.csv', ['user_id,item_id,timestamp', ...rows].join('\n'));
    const report = await shop.import({ interactions });
    expect(report.warnings.length).toBe(20);
    expect(report.warningCounts).toEqual({ unknown_user: 6000, unknown_item: 6000 });
    expect(await countInteractions(shop.db)).toBe(6000);
  });
});

describe('importing suppressions', () => {
  it('keeps hashes only, of an address the objection or else the first reason, and fills in what is missing', async () => {
    const contacts = shop.write('contacts.csv', 'user_id,email\nu1,ann@bücher.example\n');
    const suppressions = shop.write(
      'suppressions.csv',
      'email,reason,at,source\nANN@xn--bcher-kva.example,bounce,2026-01-01,esp\nann@bücher.example,complaint,,\nbob@example.org,bounce,2026-01-01,esp\nbob@example.org,,,\nno address,,,\n',
    );
    const report = await shop.import({ contacts, suppressions });
    expect(report.suppressions).toEqual({ read: 5, added: 3 });
    expect(report.warningCounts).toEqual({ unwritable_address: 1 });
    expect((await contact('u1'))?.suppression).toBe('complaint');
    const rows = await shop.db.selectFrom('suppression').selectAll().orderBy('reason').execute();
    expect(rows.map(({ reason, source, at }) => [reason, source, at])).toEqual([
      ['bounce', 'esp', Date.UTC(2026, 0, 1)],
      ['complaint', 'import', NOW],
      ['manual', 'import', NOW],
    ]);
    expect(JSON.stringify(rows)).not.toContain('example');
  });
});

describe('importing at the same time', () => {
  it('lets one import wait for the other, whatever the order of their rows', async () => {
    const ids = Array.from({ length: 3000 }, (_, index) => `u${index}`);
    const rows = (name: string, order: readonly string[]) =>
      shop.write(`${name}.csv`, ['user_id,first_name', ...order.map((id) => `${id},${name}`)].join('\n'));
    const files = [rows('one', ids), rows('two', ids.toReversed())];
    const reports = await Promise.all(files.map((contacts) => shop.import({ contacts })));
    expect(reports.map(({ contacts }) => contacts?.changed)).toEqual([3000, 3000]);
    const names = await shop.db.selectFrom('contact').select('first_name').distinct().execute();
    expect(names.length).toBe(1);
  });
});
