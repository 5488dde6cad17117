/** Writes the files of a small video shop, as someone who tries the local AWS would bring them: schemas, data and inputs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const FIELDS = {
  interactions: [
    { name: 'USER_ID', type: 'string' },
    { name: 'ITEM_ID', type: 'string' },
    { name: 'TIMESTAMP', type: 'long' },
    { name: 'EVENT_TYPE', type: 'string' },
  ],
  items: [
    { name: 'ITEM_ID', type: 'string' },
    { name: 'NAME', type: 'string', itemName: true },
    { name: 'GENRES', type: 'string', categorical: true },
    { name: 'PRICE', type: 'float' },
    { name: 'ABOUT', type: ['null', 'string'], textual: true },
    { name: 'CREATION_TIMESTAMP', type: 'long' },
  ],
  users: [
    { name: 'USER_ID', type: 'string' },
    { name: 'AGE', type: 'int' },
    { name: 'COUNTRY', type: 'string', categorical: true },
  ],
};

const GENRES = ['Drama', 'Comedy', 'Horror'];
const PLACES = ['a harbour', 'a forest', 'an old house', 'the night train', 'a space port'];
const USER_COUNT = 60;
const ITEM_COUNT = 60;

/** Holds rows of the three datasets; users like the items whose number has the rest that theirs has when divided by 3. */
export const ROWS = {
  interactions: Array.from({ length: 1800 }, (_, n) => {
    const user = (n * 7) % USER_COUNT;
    const turn = Math.floor(n / USER_COUNT);
    const likes = (turn + user) % 4 !== 3;
    const item = likes ? 3 * ((turn * turn + user) % 20) + (user % 3) : (turn * 13 + user * 7) % ITEM_COUNT;
    return `user ${user},i${item},${1_700_000_000 + n * 600},${(turn + user) % 9 === 0 ? 'purchase' : 'view'}`;
  }),
  items: Array.from({ length: ITEM_COUNT }, (_, n) => itemRow(n, GENRES[n % 3] ?? '')),
  users: Array.from({ length: USER_COUNT }, (_, n) => `user ${n},${12 + n},${n % 2 === 0 ? 'Österreich' : 'Chile'}`),
};

function itemRow(n: number, genre: string): string {
  const genres = n % 4 === 0 ? `${genre}|Family` : genre;
  const about = n % 5 === 4 ? '' : `A ${genre.toLowerCase()} about ${PLACES[n % 5]}`;
  return `i${n},"Owl ${n}, the film",${genres},${n}.5,${about},${1_690_000_000 + n * 1000}`;
}

/** The one item whose genre the second, incremental import changes. */
export const WESTERN = 'i7';

/** The user whom a deletion is about. */
export const GONE = 'user 59';

function schemaText(dataset: keyof typeof FIELDS, more: readonly object[] = []): string {
  return JSON.stringify({
    type: 'record',
    name: dataset.charAt(0).toUpperCase() + dataset.slice(1),
    namespace: 'com.amazonaws.personalize.schema',
    fields: [...FIELDS[dataset], ...more],
    version: '1.0',
  });
}

function csvText(dataset: keyof typeof FIELDS, rows: readonly string[]): string {
  return `${FIELDS[dataset].map(({ name }) => name).join(',')}\n${rows.join('\n')}\n`;
}

const lines = (objects: readonly object[]): string => objects.map((one) => `${JSON.stringify(one)}\n`).join('');

/** Writes all of them: `schemas/`, `data/` and `in/`, of which the last two belong in a bucket. */
export async function writeWalkFiles(folder: string): Promise<void> {
  const files: Record<string, string> = {
    'schemas/interactions.json': schemaText('interactions'),
    'schemas/items.json': schemaText('items'),
    'schemas/items-wider.json': schemaText('items', [{ name: 'LENGTH', type: ['null', 'int'] }]),
    'schemas/users.json': schemaText('users'),
    'data/interactions/events.csv': csvText('interactions', ROWS.interactions),
    'data/items.csv': csvText('items', ROWS.items),
    'data/items-changed.csv': csvText('items', [itemRow(Number(WESTERN.slice(1)), 'Western')]),
    'data/users.csv': csvText('users', ROWS.users),
    'data/gone.csv': `USER_ID\n${GONE}\n`,
    'in/users.json': lines([4, 5, 6, 40].map((n) => ({ userId: `user ${n}` }))),
    'in/values.json': lines([{ userId: 'user 5', filterValues: { GENRE: '"Western"', PRICE: '100' } }]),
    'in/items.json': lines([{ itemId: 'i3' }, { itemId: 'i16' }]),
    'in/one-item.json': lines([{ itemId: 'i3' }]),
    'in/lists.json': lines([{ userId: 'user 4', itemList: ['i2', 'i40', 'i7', 'never-seen'] }]),
    'in/attributes.json': lines([{ itemAttributes: 'ITEMS.GENRES = "Drama"' }]),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

/** Lists the items that a user bought, by the rows alone. */
export function boughtBy(userId: string): readonly string[] {
  const rows = ROWS.interactions.map((row) => row.split(','));
  return rows.filter(([user, , , type]) => user === userId && type === 'purchase').map(([, item = '']) => item);
}
