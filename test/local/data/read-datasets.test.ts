import fc from 'fast-check';
import { readInteractions, readItems, readUsers } from '../../../src/local/compute/read-datasets';
import { createSeenLines } from '../../../src/local/compute/seen-lines';
import type { EventColumns } from '../../../src/local/recommender/event-log';
import { buildHistories } from '../../../src/local/recommender/histories';
import { createFolder, type Folder, writeSchema } from '../compute/fixtures';

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

const HEADER = 'USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,IMPRESSION';
const SCHEMA = writeSchema('USER_ID', 'ITEM_ID', 'TIMESTAMP#', 'EVENT_TYPE', 'EVENT_VALUE#', 'IMPRESSION');
const ROWS = [
  'u1,i1,10,view,,i1|i2',
  'u1,i2,20,view,5,',
  'u2,i1,30,buy,2,i9',
  'u2,i3,40,buy,7,i3|i1|i9',
  'u3,i3,50,,1,',
  'u1,i1,10,view,,i1|i2',
];

function writeRows(rows: readonly string[], header = HEADER): string {
  return folder.write('rows.csv', `${header}\n${rows.join('\n')}\n`);
}

/** Tells events as texts: user, item, time, type, weight and what was shown. */
function tell(events: EventColumns): readonly string[] {
  return Array.from(events.users, (user, event) => {
    const shown = events.impressions;
    const items = shown?.items.subarray(shown.offsets[event], shown.offsets[event + 1]) ?? [];
    return [
      events.userIds[user],
      events.itemIds[events.items[event] ?? -1],
      events.times[event],
      events.typeNames[events.types[event] ?? -1],
      events.weights[event]?.toFixed(2),
      Array.from(items, (item) => events.itemIds[item]).join('|'),
    ].join(' ');
  });
}

const read = async (selection: Parameters<typeof readInteractions>[1], rows = ROWS): Promise<readonly string[]> =>
  tell(await readInteractions({ schema: SCHEMA, csvFiles: [writeRows(rows)] }, selection));

describe('interactions', () => {
  it('come with types, impressions and the weight 1, those that are the same in all columns once', async () => {
    expect(await read({})).toEqual([
      'u1 i1 10 view 1.00 i1|i2',
      'u1 i2 20 view 1.00 ',
      'u2 i1 30 buy 1.00 i9',
      'u2 i3 40 buy 1.00 i3|i1|i9',
      'u3 i3 50  1.00 ',
    ]);
  });

  it('count by type, by threshold, and by both', async () => {
    expect(await read({ eventType: 'view' })).toHaveLength(2);
    expect(await read({ eventValueThreshold: 2 })).toHaveLength(3);
    expect(await read({ eventType: 'buy', eventValueThreshold: 2.5 })).toEqual(['u2 i3 40 buy 1.00 i3|i1|i9']);
  });

  it('count by the weights of their types, and not at all where the type is not listed', async () => {
    const events = [
      { eventType: 'view', weight: 0.25 },
      { eventType: 'buy', eventValueThreshold: 3 },
    ];
    expect(await read({ events })).toEqual([
      'u1 i1 10 view 0.25 i1|i2',
      'u1 i2 20 view 0.25 ',
      'u2 i3 40 buy 1.00 i3|i1|i9',
    ]);
    expect(await read({ events, eventType: 'buy' })).toHaveLength(1);
  });

  it('lack the columns that a training leaves out, which may still select them', async () => {
    const left = await read({ eventType: 'buy', excludedColumns: { INTERACTIONS: ['EVENT_TYPE', 'IMPRESSION'] } });
    expect(left).toEqual(['u2 i1 30  1.00 ', 'u2 i3 40  1.00 ']);
    expect(await read({ eventType: 'buy', includedColumns: { INTERACTIONS: ['EVENT_TYPE'] } })).toContain(
      'u2 i1 30 buy 1.00 ',
    );
    expect((await readInteractions({ schema: SCHEMA, csvFiles: [writeRows(ROWS)] }, {})).impressions).toBeDefined();
    const csvFiles = [writeRows(['u1,i1,5'], 'USER_ID,ITEM_ID,TIMESTAMP')];
    expect((await readInteractions({ schema: SCHEMA, csvFiles }, {})).impressions).toBeUndefined();
    await expect(readInteractions({ schema: SCHEMA, csvFiles }, { eventType: 'buy' })).rejects.toThrow(
      'missing the following columns:[EVENT_TYPE]',
    );
  });

  it('give the same histories in any order of the rows and files', async () => {
    const event = fc.record({ user: fc.nat(5), item: fc.nat(5), time: fc.nat(8), value: fc.nat(3) });
    const split = fc.record({ events: fc.array(event, { minLength: 1, maxLength: 60 }), at: fc.nat(60) });
    const histories = async (rows: readonly string[], at: number) => {
      const csvFiles = [rows.slice(0, at), rows.slice(at)].map((part, file) =>
        folder.write(`${file}.csv`, `USER_ID,ITEM_ID,TIMESTAMP,EVENT_VALUE\n${part.join('\n')}`),
      );
      return buildHistories(await readInteractions({ schema: SCHEMA, csvFiles }, { eventValueThreshold: 1 }));
    };
    await fc.assert(
      fc.asyncProperty(split, fc.nat(1000), async ({ events, at }, seed) => {
        const rows = events.map(({ user, item, time, value }) => `u${user},i${item},${time},${value}`);
        const mixed = rows
          .map((row, place) => ({ row, key: (place * 7919 + seed) % 61 }))
          .sort((a, b) => a.key - b.key);
        expect(
          await histories(
            mixed.map(({ row }) => row),
            at,
          ),
        ).toEqual(await histories(rows, 0));
      }),
      { numRuns: 40 },
    );
  });
});

describe('items and users', () => {
  const schema = writeSchema('ITEM_ID', 'GENRES!', 'PRICE#', 'ABOUT~', 'TITLE', 'CREATION_TIMESTAMP#');

  it('are read by the kinds of their columns, which a training may leave out', async () => {
    const rows = 'ITEM_ID,GENRES,PRICE,ABOUT,TITLE,CREATION_TIMESTAMP\ni1,a|b,5,"so, so",One,100\ni2,,,,,\n';
    const named = schema.replace('"name":"TITLE"', '"name":"TITLE","itemName":true');
    const files = { schema: named, csvFiles: [folder.write('items.csv', rows)] };
    expect(await readItems(files)).toEqual({
      itemIds: ['i1', 'i2'],
      columns: { GENRES: ['a|b', ''], PRICE: ['5', ''] },
      kinds: { GENRES: 'categorical', PRICE: 'number' },
      texts: { ABOUT: ['so, so', ''], TITLE: ['One', ''] },
      textual: ['ABOUT'],
      nameColumn: 'TITLE',
      created: Float64Array.from([100, Number.NaN]),
    });
    const excludedColumns = { ITEMS: ['GENRES', 'ABOUT', 'CREATION_TIMESTAMP'] };
    expect(await readItems(files, { excludedColumns })).toMatchObject({
      columns: { PRICE: ['5', ''] },
      texts: { TITLE: ['One', ''] },
      textual: [],
      created: Float64Array.from([Number.NaN, Number.NaN]),
    });
    expect(Object.keys((await readItems(files, { includedColumns: { ITEMS: ['GENRES'] } })).columns)).toEqual([
      'GENRES',
    ]);
    expect(Object.keys((await readItems(files, { includedColumns: { USERS: [] } })).columns)).toHaveLength(2);
  });

  it('have empty cells where a file is older than the column', async () => {
    const csvFiles = [
      folder.write('old.csv', 'USER_ID,AGE\nu1,30\nu2,40\n'),
      folder.write('new.csv', 'CITY,USER_ID,AGE\nUlm,u2,41\n'),
    ];
    expect(await readUsers({ schema: writeSchema('USER_ID', 'AGE#', 'CITY!'), csvFiles })).toEqual({
      ids: ['u1', 'u2'],
      columns: { AGE: ['30', '41'], CITY: ['', 'Ulm'] },
      kinds: { AGE: 'number', CITY: 'categorical' },
      texts: {},
      textual: [],
      nameColumn: undefined,
    });
  });

  it('merge by id as a map does, the later row over the earlier one', async () => {
    const row = fc.record({
      id: fc.nat(12),
      genre: fc.constantFrom('', 'a', 'b|c', 'long genre name'),
      price: fc.nat(9),
    });
    const imports = fc.array(fc.array(row, { maxLength: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(imports, async (parts) => {
        const csvFiles = parts.map((rows, file) =>
          folder.write(
            `${file}.csv`,
            ['ITEM_ID,GENRES,PRICE', ...rows.map((r) => `i${r.id},${r.genre},${r.price}`)].join('\n'),
          ),
        );
        const naive = new Map(parts.flat().map((r) => [`i${r.id}`, r]));
        const table = await readItems({ schema: writeSchema('ITEM_ID', 'GENRES!', 'PRICE#'), csvFiles });
        expect(table.itemIds).toEqual([...naive.keys()]);
        expect(table.columns.GENRES).toEqual([...naive.values()].map(({ genre }) => genre));
        expect(table.columns.PRICE).toEqual([...naive.values()].map(({ price }) => String(price)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('lines that were seen', () => {
  it('are known again among many', () => {
    const seen = createSeenLines();
    const lines = Array.from({ length: 30_000 }, (_, n) => `u${n % 20_000},i1,5`);
    expect(lines.filter((line) => seen.isNew(line))).toHaveLength(20_000);
  });
});
