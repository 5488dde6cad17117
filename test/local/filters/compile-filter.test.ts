import fc from 'fast-check';
import { checkFilter, compileFilter, type FilterData } from '../../../src/local/filters/filter';
import { FILTER, isAllowed, LINE, print, toData, WORLD } from './naive';
import { readFilter } from './support';

const ITEMS = ['a', 'b', 'c', 'd'];
const DATA: FilterData = {
  ids: ITEMS,
  items: {
    ids: ITEMS,
    columns: [
      { name: 'GENRES', kind: 'categorical', cells: ['drama|comedy', 'comedy', 'Drama', ''] },
      { name: 'AGE_RATING', kind: 'categorical', cells: ['18', '16', '18', ''] },
      { name: 'PRICE', kind: 'number', cells: ['10', '20.0', '5', ''] },
    ],
  },
  users: {
    ids: ['child', 'adult', 'unsaid'],
    columns: [{ name: 'AGE', kind: 'number', cells: ['12', '40', ''] }],
  },
};

function list(text: string, line: Parameters<ReturnType<typeof compileFilter>>[0] = {}, data = DATA): string {
  const outcome = compileFilter(readFilter(text), data)(line);
  if ('error' in outcome) return outcome.error;
  return data.ids.filter((_, place) => outcome.allowed?.[place] !== 0).join('');
}

/** Events of the user `u` in the order of time. */
function events(...pairs: readonly (readonly [item: string, type: string])[]): FilterData['events'] {
  const [itemIds, typeNames] = [[...new Set(pairs.map(([item]) => item))], [...new Set(pairs.map(([, type]) => type))]];
  return {
    userIds: ['u'],
    itemIds,
    typeNames,
    users: new Int32Array(pairs.length),
    items: Int32Array.from(pairs, ([item]) => itemIds.indexOf(item)),
    types: Int32Array.from(pairs, ([, type]) => typeNames.indexOf(type)),
    times: Float64Array.from(pairs, (_, at) => at),
  };
}

describe('compileFilter', () => {
  it('keeps items for adults from children', () => {
    const text = 'EXCLUDE ItemID WHERE Items.AGE_RATING IN ("18") IF CurrentUser.AGE < 18';
    expect(['child', 'adult', 'unsaid', 'stranger'].map((userId) => list(text, { userId }))).toEqual([
      'bd',
      'abcd',
      'abcd',
      'abcd',
    ]);
  });

  it('keeps items from a user by an age and ratings that the line gives', () => {
    const text = 'EXCLUDE ItemID WHERE Items.AGE_RATING IN ($RATINGS) IF CurrentUser.AGE < $AGE';
    expect(list(text, { userId: 'child', filterValues: { RATINGS: '"16","18"', AGE: '18' } })).toBe('d');
    expect(list(text, { userId: 'child', filterValues: { RATINGS: '"18"', AGE: '"12"' } })).toBe('abcd');
    expect(list(text, { userId: 'adult', filterValues: { RATINGS: '"18"', AGE: '99' } })).toBe('bd');
  });

  it('takes the union of INCLUDEs without the union of EXCLUDEs, in any order', () => {
    const clauses = [
      'INCLUDE ItemID WHERE Items.GENRES IN ("comedy")',
      'INCLUDE ItemID WHERE Items.PRICE < 10',
      'EXCLUDE ItemID WHERE Items.PRICE = 20',
      'EXCLUDE ItemID WHERE Items.AGE_RATING IN ("0")',
    ];
    expect(list(clauses.join(' | '))).toBe('ac');
    expect(list([...clauses].reverse().join(' | '))).toBe('ac');
  });

  it('matches values of a cell one by one, exactly and by case; NOT IN is what IN is not, comparisons skip null', () => {
    expect(list('INCLUDE ItemID WHERE Items.GENRES IN ("drama")')).toBe('a');
    expect(list('INCLUDE ItemID WHERE Items.GENRES NOT IN ("drama", "Drama")')).toBe('bd');
    expect(list('INCLUDE ItemID WHERE Items.GENRES IN ("drama|comedy", "dram", "")')).toBe('');
    expect(list('INCLUDE ItemID WHERE Items.PRICE != 20')).toBe('ac');
    expect(list('INCLUDE ItemID WHERE Items.PRICE IN ("20", 5.0)')).toBe('bc');
  });

  it('asks for the current item', () => {
    const text = 'INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.GENRES IN CurrentItem.GENRES';
    expect(['a', 'b', 'd', 'stranger'].map((itemId) => list(text, { itemId }))).toEqual(['', 'a', '', '']);
    expect(list(text)).toBe('User error: Required fields for the provided filter are itemId');
  });

  it("goes by the user's own events, whose types ignore case", () => {
    const data = { ...DATA, events: events(['a', 'Purchase'], ['b', 'view'], ['c', ''], ['elsewhere', 'view']) };
    const exclude = (types: string) => `EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (${types})`;
    expect(list(exclude('"purchase"'), { userId: 'u' }, data)).toBe('bcd');
    expect(list(exclude('"purchase", "VIEW"'), { userId: 'u' }, data)).toBe('cd');
    expect(list(exclude('"*"'), { userId: 'u' }, data)).toBe('d');
    expect(list(exclude('"never", ""'), { userId: 'u' }, data)).toBe('abcd');
    expect(list(exclude('"purchase"'), { userId: 'stranger' }, data)).toBe('abcd');
    expect(list(exclude('$TYPE'), { userId: 'u', filterValues: { TYPE: '"view"' } }, data)).toBe('acd');
    expect(list('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (*)', { userId: 'u' }, data)).toBe('abc');
    expect(list('INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ("view")', { userId: 'u' }, data)).toBe('acd');
    expect(list(exclude('"view"'), {}, data)).toBe('User error: Required fields for the provided filter are userId');
  });

  it('counts the newest 100 events of a user and a type', () => {
    const repeat = (item: string, type: string, count: number) =>
      Array.from({ length: count }, (): [string, string] => [item, type]);
    const data = {
      ...DATA,
      events: events(...repeat('a', 'view', 1), ['b', 'VIEW'], ['c', 'buy'], ...repeat('d', 'view', 99)),
    };
    const text = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("view", "buy")';
    expect(list(text, { userId: 'u' }, data)).toBe('a');
  });

  it('needs values for placeholders of an INCLUDE, and leaves an EXCLUDE without them out', () => {
    const text =
      'INCLUDE ItemID WHERE Items.GENRES IN ($G) | EXCLUDE ItemID WHERE Items.PRICE > $P AND Items.PRICE < 99';
    const missing = 'User error: filterValues lacks values for the filter parameters G';
    expect(list(text, { filterValues: { P: '5' } })).toBe(missing);
    expect(list(text, { filterValues: { g: '"comedy"' } })).toBe(missing);
    expect(list(text)).toBe(missing);
    expect(list(text, { filterValues: { G: '"comedy"', other: 3 } })).toBe('ab');
    expect(list(text, { filterValues: { G: '"comedy"', P: '10' } })).toBe('a');
  });

  it.each([
    ['comedy', 'not a string of numbers or of values in escaped double quotes'],
    ['"comedy', 'not a string of numbers or of values'],
    ['"United States""', 'not a string of numbers or of values'],
    ['"a" "b"', 'not a string of numbers or of values'],
    ['"a",', 'not a string of numbers or of values'],
    ['', 'not a string of numbers or of values'],
    [10, 'not a string of numbers or of values'],
  ])('refuses the filter value %s', (value, message) => {
    const line = { filterValues: { G: value } };
    expect(list('INCLUDE ItemID WHERE Items.GENRES IN ($G)', line)).toContain(message);
  });

  it('refuses values that are no map, and several for a comparison, or a text for a number', () => {
    const text = 'INCLUDE ItemID WHERE Items.PRICE > $P';
    expect(list(text, { filterValues: ['"a"'] })).toBe('User error: filterValues is not an object');
    expect(list(text, { filterValues: { P: '1,2' } })).toBe('User error: The filter value of P is not one number');
    expect(list(text, { filterValues: { P: '"cheap"' } })).toBe('User error: The filter value of P is not one number');
  });

  it('reads escapes in filter values', () => {
    const genres = { name: 'GENRES', kind: 'categorical' as const, cells: ['say "hi"', 'a,b', 'c\\d', ''] };
    const data = { ...DATA, items: { ids: ITEMS, columns: [genres] } };
    const line = { filterValues: { G: String.raw` "say \"hi\"" , "a,b","c\\d"` } };
    expect(list('INCLUDE ItemID WHERE Items.GENRES IN ($G)', line, data)).toBe('abc');
  });

  it('gives each line its own answer, whatever came before', () => {
    const data = { ...DATA, events: events(['a', 'buy']) };
    const compiled = compileFilter(
      readFilter(
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("buy") | EXCLUDE ItemID WHERE Items.GENRES IN ($G) | EXCLUDE ItemID WHERE Items.PRICE < 6 IF CurrentUser.AGE < 18',
      ),
      data,
    );
    const answer = (userId: string, G?: string) => {
      const outcome = compiled({ userId, filterValues: G === undefined ? {} : { G } });
      return 'error' in outcome ? outcome.error : outcome.allowed?.join('');
    };
    const all = () => [answer('u'), answer('u', '"comedy"'), answer('child', '"comedy"'), answer('adult')];
    expect(all()).toEqual(['0111', '0011', '0001', '1111']);
    expect(all()).toEqual(['0111', '0011', '0001', '1111']);
  });

  it('keeps apart clauses of equal values', () => {
    const compiled = compileFilter(
      readFilter(
        'EXCLUDE ItemID WHERE Items.PRICE < 10 IF CurrentUser.AGE < 18 | EXCLUDE ItemID WHERE Items.PRICE > 10 IF CurrentUser.AGE > 18',
      ),
      DATA,
    );
    const answer = (userId: string) => {
      const outcome = compiled({ userId });
      return 'error' in outcome ? outcome.error : outcome.allowed?.join('');
    };
    expect(['child', 'adult', 'child'].map(answer)).toEqual(['1101', '1011', '1101']);
  });

  it('answers as an evaluator that looks at one item of one line at a time', () => {
    const kinds = (names: Readonly<Record<string, 'text' | 'categorical' | 'number'>>) =>
      Object.entries(names).map(([name, kind]) => ({ name, kind }));
    const columns = {
      items: kinds({ GENRES: 'categorical', COLOUR: 'text', PRICE: 'number', STOCK: 'number' }),
      users: kinds({ AGE: 'number', TIER: 'categorical' }),
      interactions: kinds({ EVENT_TYPE: 'text' }),
    };
    fc.assert(
      fc.property(FILTER, WORLD, fc.array(LINE, { minLength: 1, maxLength: 4 }), (filter, world, lines) => {
        const parsed = readFilter(print(filter));
        expect(checkFilter(parsed, columns)).toEqual({ ok: true });
        const data = toData(world, filter.subject);
        const compiled = compileFilter(parsed, data);
        for (const line of lines) {
          const outcome = compiled(line);
          const found = data.ids.map((_, at) => ('error' in outcome ? undefined : outcome.allowed?.[at] !== 0));
          expect(found).toEqual(data.ids.map((id) => isAllowed(filter, world, line, id)));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
