import { checkFilter, type FilterColumns, kindOfColumn } from '../../../src/local/filters/filter';
import { readFilter } from './support';

const COLUMNS: FilterColumns = {
  interactions: [
    { name: 'USER_ID', kind: 'text' },
    { name: 'EVENT_TYPE', kind: 'text' },
  ],
  items: [
    { name: 'ITEM_ID', kind: 'text' },
    { name: 'GENRES', kind: 'categorical' },
    { name: 'PRICE', kind: 'number' },
    { name: 'ABOUT', kind: 'textual' },
    { name: 'ADULT', kind: 'boolean' },
  ],
};
const WITH_USERS: FilterColumns = {
  ...COLUMNS,
  users: [
    { name: 'AGE', kind: 'number' },
    { name: 'MEMBERSHIP', kind: 'categorical' },
  ],
};

function problem(text: string, columns = WITH_USERS): readonly [string, number] {
  const verdict = checkFilter(readFilter(text), columns);
  return verdict.ok ? ['', 0] : [verdict.message, verdict.position];
}

describe('checkFilter', () => {
  it.each([
    'INCLUDE ItemID WHERE items.genres IN ("a") AND Items.PRICE < CurrentItem.price',
    'INCLUDE ItemID WHERE Items.ITEM_ID IN ("a") AND Items.PRICE IN ("1", 2)',
    'EXCLUDE ItemID WHERE Interactions.event_type IN ("a") IF CurrentUser.MEMBERSHIP = $M AND CurrentUser.AGE >= "18"',
    'EXCLUDE UserID WHERE Users.MEMBERSHIP NOT IN ("a")',
  ])('takes %s', (text) => {
    expect(problem(text)).toEqual(['', 0]);
  });

  it.each([
    ['INCLUDE ItemID WHERE Items.COLOUR IN ("a")', 'Items has no field COLOUR; it has ITEM_ID, GENRES, PRICE', 28],
    ['INCLUDE ItemID WHERE Items.ABOUT IN ("a")', 'ABOUT is textual', 28],
    ['INCLUDE ItemID WHERE Items.ADULT IN ("True")', 'use a string with "True" and "False"', 28],
    ['INCLUDE ItemID WHERE Items.GENRES = "a"', "GENRES is not a number and can't be compared with =; use IN", 28],
    ['INCLUDE ItemID WHERE Items.PRICE < "cheap"', 'PRICE is a number, and "cheap" is none', 36],
    ['INCLUDE ItemID WHERE Items.PRICE < CurrentItem.GENRES', 'CurrentItem.GENRES is not a number', 48],
    ['INCLUDE ItemID WHERE Items.GENRES IN CurrentItem.COLOUR', 'Items has no field COLOUR', 50],
    ['INCLUDE ItemID WHERE Items.PRICE < 1 IF CurrentUser.MEMBERSHIP < 3', 'MEMBERSHIP is not a number', 53],
    ['INCLUDE ItemID WHERE Items.PRICE < 1 IF CurrentUser.CITY IN ("a")', 'Users has no field CITY; it has AGE', 53],
  ])('refuses %s', (text, message, position) => {
    expect(problem(text)).toEqual([expect.stringContaining(message), position]);
    expect(problem(text)[0]).toContain(`(character ${position})`);
  });

  it('refuses datasets that the group does not have', () => {
    const text = 'INCLUDE ItemID WHERE Items.PRICE < 1 IF CurrentUser.AGE > 3';
    expect(problem(text, COLUMNS)[0]).toContain('the dataset group has no Users dataset');
  });
});

describe('kindOfColumn', () => {
  it.each([
    [{ types: ['boolean'], isTextual: false, isCategorical: false }, 'boolean'],
    [{ types: ['float'], isTextual: false, isCategorical: false }, 'number'],
    [{ types: ['string'], isTextual: true, isCategorical: false }, 'textual'],
    [{ types: ['string'], isTextual: false, isCategorical: true }, 'categorical'],
    [{ types: ['string'], isTextual: false, isCategorical: false }, 'text'],
  ])('%o is %s', (column, kind) => {
    expect(kindOfColumn(column)).toBe(kind);
  });
});
