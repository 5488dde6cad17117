import { currentCatalogueVersion } from '../../../src/database/catalogue';
import { countContacts } from '../../../src/database/people/contacts';
import { countInteractions } from '../../../src/database/people/interactions';
import { useWorkshop } from './workshop';

const shop = useWorkshop();

/** What the database holds: contacts, catalogue version, interactions. */
const counts = async () => [
  await countContacts(shop.db),
  await currentCatalogueVersion(shop.db),
  await countInteractions(shop.db),
];

describe('import files that are wrong', () => {
  it('tells all problems of all files at once, by file and line, and imports nothing', async () => {
    const contacts = shop.write(
      'contacts.csv',
      'user_id,email,locale,consent,consent_at,bio\n' +
        'u1,ann.lee@example.org,englisch,yes,20260131,"two\nlines"\n' +
        'u2,,,,,\n' +
        ',,,,,\n' +
        'u2,,,true|news,,bell\u0007\n',
    );
    const items = shop.write('items.csv', 'item_id,title,price,stock\ni1,,"12,50",-1\ni1,Pot,-3,\n i2,Cup,,\n');
    const interactions = shop.write('interactions.csv', 'user_id,item_id,timestamp\nu1,i1,yesterday\nu1,i1,\n');
    const suppressions = shop.write('suppressions.csv', 'email,reason\n,bounce\na@example.org,left\n');
    expect(await shop.fail({ contacts, items, interactions, suppressions })).toMatchInlineSnapshot(`
"error[E_IMPORT_ROW] contacts.csv:2
  locale is "englisch"; expected a language tag
  fix: write en, de-AT or ja, or leave it empty
error[E_IMPORT_ROW] contacts.csv:2
  consent is "yes"; expected true, false, or topics separated by |
  fix: write true or false, or news|offers
error[E_IMPORT_ROW] contacts.csv:2
  consent_at is "20260131"; expected epoch seconds or an ISO 8601 time
  fix: write 2026-01-31
error[E_IMPORT_ROW] contacts.csv:5
  user_id is empty; expected a value in every row
  fix: fill user_id or remove the row
error[E_IMPORT_ROW] contacts.csv:6
  consent is "true|news"; expected true, false, or topics separated by |
  fix: write true or false, or news|offers
error[E_IMPORT_ROW] contacts.csv:6
  bio is "bell\\u0007"; expected text without control characters
  fix: remove them
error[E_IMPORT_ROW] items.csv:2
  title is empty; expected a value in every row
  fix: fill title or remove the row
error[E_IMPORT_ROW] items.csv:2
  price is "12,50"; expected a number such as 12.50
  fix: write 12.50
error[E_IMPORT_ROW] items.csv:2
  stock is "-1"; expected a whole number, 0 or more
  fix: write 12, or leave it empty
error[E_IMPORT_ROW] items.csv:3
  price is "-3"; expected a price of 0 or more
  fix: write 12.50
error[E_IMPORT_ROW] items.csv:4
  item_id is " i2"; expected no blanks around an id
  fix: write "i2"
error[E_IMPORT_ROW] interactions.csv:2
  timestamp is "yesterday"; expected epoch seconds or an ISO 8601 time
  fix: write 2026-01-31T08:00:00Z
error[E_IMPORT_ROW] interactions.csv:3
  timestamp is empty; expected a value in every row
  fix: fill timestamp or remove the row
error[E_IMPORT_ROW] suppressions.csv:2
  none of email, user_id, domain, address_hash is filled; expected one
  fix: fill one of them, or remove the row
error[E_IMPORT_ROW] suppressions.csv:3
  reason is "left"; expected unsubscribe, complaint, manual, bounce
  fix: write unsubscribe"
`);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('prints twenty problems and counts the others, and stops reading where everything is wrong', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => `u${index},maybe?`);
    const printed = await shop.fail({ contacts: shop.write('contacts.csv', ['user_id,consent', ...rows].join('\n')) });
    const lines = printed.split('\n');
    expect(lines.filter((line) => line.startsWith('error[')).length).toBe(20);
    expect(lines.slice(-4)).toEqual([
      'error[E_IMPORT_ROW]',
      '  reading stopped after 1000 problems',
      '  fix: mend what is told here and import again',
      'and 981 more problems; --json tells them all',
    ]);
    const few = Array.from({ length: 25 }, (_, index) => `u${index},maybe?`);
    const all = await shop.fail({ contacts: shop.write('contacts.csv', ['user_id,consent', ...few].join('\n')) });
    expect(all.split('\n').at(-1)).toBe('and 5 more problems; --json tells them all');
  });

  it('keeps an earlier import whole when a later one is wrong in its last file', async () => {
    const contacts = shop.write('contacts.csv', 'user_id\nu1\n');
    const items = shop.write('items.csv', 'item_id,title\ni1,Pot\n');
    await shop.import({ contacts, items });
    const more = shop.write('more.csv', 'user_id\nu1\nu2\n');
    const broken = shop.write(
      'interactions.jsonl',
      '{"user_id":"u1","item_id":"i1","timestamp":1767225600}\n{"user_id":"u1","item_id":"i1"}\n',
    );
    expect(await shop.fail({ contacts: more, items, interactions: broken, replace: true })).toBe(
      'error[E_IMPORT_ROW] interactions.jsonl:2\n  timestamp is empty; expected a value in every row\n  fix: fill timestamp or remove the row',
    );
    expect(await counts()).toEqual([1, 1, 0]);
  });

  it('does not read bytes that are not UTF-8 as letters', async () => {
    const contacts = shop.write(
      'contacts.csv',
      Buffer.concat([Buffer.from('user_id,last_name\nu1,Kr\xfcger\n', 'latin1'), Buffer.from('u2,Größer\n')]),
    );
    expect(await shop.fail({ contacts })).toBe(
      'error[E_IMPORT_ROW] contacts.csv:2\n  last_name is "Kr\ufffdger"; expected UTF-8\n  fix: save the file as UTF-8, or name its encoding in config/import.yaml: encoding: macintosh',
    );
  });
});

describe('files that can not be imported', () => {
  it('names missing columns with the nearest name', async () => {
    expect(await shop.fail({ contacts: shop.write('a.csv', 'USER_ID,email\nu1,\n') })).toBe(
      'error[E_IMPORT_FILE] a.csv\n  the column "user_id" is missing; there is "USER_ID"\n  fix: rename the column "USER_ID" to "user_id"',
    );
    expect(await shop.fail({ items: shop.write('b.jsonl', '{"item":1,"tilte":"Pot"}\n') })).toBe(
      'error[E_IMPORT_FILE] b.jsonl\n  the column "item_id" is missing; there is "item"\n  fix: rename the column "item" to "item_id"\n' +
        'error[E_IMPORT_FILE] b.jsonl\n  the column "title" is missing; there is "tilte"\n  fix: rename the column "tilte" to "title"',
    );
  });

  it('refuses columns without a name, and doubled ones', async () => {
    const printed = await shop.fail({
      contacts: shop.write('a.csv', 'user_id,tier,tier,\nu1,1,2,\n'),
    });
    expect(printed).toBe(
      'error[E_IMPORT_FILE] a.csv\n  a column has no name; expected one\n  fix: name every column in the first line\n' +
        'error[E_IMPORT_FILE] a.csv\n  the column "tier" is there twice; expected it once\n  fix: remove or rename one "tier"',
    );
  });

  it('looks for every file before it reads one', async () => {
    const printed = await shop.fail({
      contacts: `${shop.folder}/none.csv`,
      items: shop.folder,
      interactions: shop.write('empty.csv', ''),
    });
    expect(printed).toBe(
      `error[E_IMPORT_FILE] none.csv\n  there is no such file\n  fix: ls ${shop.folder}\n` +
        `error[E_IMPORT_FILE] ${shop.folder}\n  it is a folder; expected a file\n  fix: name a CSV or JSON Lines file`,
    );
    expect(await shop.fail({ interactions: shop.write('empty.csv', '') })).toBe(
      'error[E_IMPORT_FILE] empty.csv\n  it is empty; expected a header with the names of the columns\n  fix: check what wrote the file',
    );
  });

  it('does not remove everything because a file has no rows', async () => {
    await shop.import({
      contacts: shop.write('a.csv', 'user_id\nu1\n'),
      items: shop.write('b.csv', 'item_id,title\ni1,Pot\n'),
    });
    const empty = { contacts: shop.write('a.csv', 'user_id\n'), items: shop.write('b.jsonl', '') };
    const fix = 'check what wrote the file, or import it without --replace';
    const message = 'it has no rows; with --replace that would remove everything';
    expect(await shop.fail({ ...empty, replace: true })).toBe(
      `error[E_IMPORT_FILE] a.csv\n  ${message}\n  fix: ${fix}\nerror[E_IMPORT_FILE] b.jsonl\n  ${message}\n  fix: ${fix}`,
    );
    expect((await shop.import(empty)).contacts).toEqual({ read: 0, changed: 0, unchanged: 0, removed: 0 });
    expect(await counts()).toEqual([1, 1, 0]);
  });
});
