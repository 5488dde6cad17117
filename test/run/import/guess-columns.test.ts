/** Guesses which column is which, by names and by the first rows. */

import { readCsvRows } from '../../../src/run/import/csv-rows';
import { type GuessedKind, guessColumns, sampleRows } from '../../../src/run/import/guess-columns';
import type { RowSource } from '../../../src/run/import/row';

function csv(text: string): RowSource {
  const chunks = async function* () {
    yield Buffer.from(text);
  };
  return {
    name: 'sample.csv',
    findUnreadable: async () => undefined,
    readRows: (listener) => readCsvRows(chunks(), listener),
  };
}

const guess = async (kind: GuessedKind, text: string) => guessColumns(kind, await sampleRows(csv(text)));
const origins = async (kind: GuessedKind, text: string) =>
  Object.fromEntries(Object.entries((await guess(kind, text)).columns).map(([name, { column }]) => [name, column]));

describe('guessing columns', () => {
  it('knows usual names in any spelling', async () => {
    expect(await origins('contacts', 'Customer ID,E-Mail Address,firstName,Country\n7,a@b.example,Ann,DE\n')).toEqual({
      user_id: 'Customer ID',
      email: 'E-Mail Address',
      first_name: 'firstName',
      country: 'Country',
    });
    expect(await origins('items', 'SKU,Name,Image Src,Qty\n1,Cup,https://x.example/a.png,4\n')).toEqual({
      item_id: 'SKU',
      title: 'Name',
      image: 'Image Src',
      stock: 'Qty',
    });
    expect(await origins('interactions', 'userId,movieId,rating,timestamp\n1,2,4.5,964982703\n')).toEqual({
      user_id: 'userId',
      item_id: 'movieId',
      event_value: 'rating',
    });
  });

  it('leaves columns under their own names alone, and prefers them', async () => {
    expect(await origins('contacts', 'user_id,id,email\nu1,7,a@b.example\n')).toEqual({});
  });

  it('knows prices with decimal commas', async () => {
    expect(await origins('items', 'sku;name;unit price\n1;Cup;12,50\n')).toEqual({
      item_id: 'sku',
      title: 'name',
      price: 'unit price',
    });
  });

  it('takes no column whose values do not fit', async () => {
    expect(await origins('items', 'id,name,price,inventory\n1,Cup,9.5,plenty\n')).toEqual({
      item_id: 'id',
      title: 'name',
    });
  });

  it('leaves out a column of our name that fits nowhere', async () => {
    expect((await guess('items', 'item_id,title,image\n1,Cup,cup.jpg\n2,Mug,mug.jpg\n')).skip).toEqual(['image']);
    expect((await guess('contacts', 'user_id,country\n1,Germany\n2,DE\n')).skip).toEqual([]);
  });

  it('translates words for true and false, and no others', async () => {
    const { columns } = await guess('contacts', 'user_id,Newsletter\n1,Yes\n2,no\n3,\n');
    expect(columns.consent).toEqual({ column: 'Newsletter', words: { no: 'false', yes: 'true' } });
    expect((await guess('contacts', 'user_id,consent\n1,1\n2,0\n')).columns.consent?.words).toEqual({
      0: 'false',
      1: 'true',
    });
    expect((await guess('contacts', 'user_id;newsletter\n1;WAHR\n2;FALSCH\n')).columns.consent).toEqual({
      column: 'newsletter',
      words: { falsch: 'false', wahr: 'true' },
    });
    expect((await guess('contacts', 'user_id,consent\n1,yes\n2,maybe\n')).columns.consent).toBeUndefined();
    expect((await guess('contacts', 'user_id,consent\n1,news|offers\n')).columns.consent).toBeUndefined();
  });
});
