import fc from 'fast-check';
import {
  explainMisfit,
  fieldsOf,
  filterSubject,
  parseFilter,
  placeholdersOf,
  usesCurrentItem,
  usesCurrentUser,
  usesInteractions,
} from '../../../src/local/filters/filter';
import { readFilter } from './support';

function refusal(text: string): readonly [string, number] {
  const parsed = parseFilter(text);
  return parsed.ok ? ['', 0] : [parsed.message, parsed.position];
}

describe('parseFilter', () => {
  it.each([
    'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "stream")',
    'EXCLUDE itemId WHERE INTERACTIONS.event_type in ("*")',
    'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (*)',
    'INCLUDE ItemID WHERE ITEMS.CATEGORY_L1 IN CurrentItem.CATEGORY_L1',
    'EXCLUDE ItemID WHERE INTERACTIONS.event_type IN ("Purchase") | INCLUDE ItemID WHERE ITEMS.CATEGORY_L1 IN CurrentItem.CATEGORY_L1',
    'EXCLUDE ItemID WHERE Items.GENRE IN ($GENRE) IF CurrentUser.AGE = $AGE',
    'EXCLUDE ItemID WHERE Items.NUMBER_OF_DOWNLOADS < 20 IF CurrentUser.AGE > 18 AND CurrentUser.AGE < 30',
    'INCLUDE ItemID WHERE Items.PRICE <= $PRICE',
    'INCLUDE ItemID WHERE Items.VALUE > ($VALUE)',
    'INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.GENRE IN CurrentItem.GENRE',
    'EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("shoe") AND Items.CATEGORY_L2 NOT IN ("boot")',
    'INCLUDE ItemID WHERE Items.GENRE IN ("a") IF CurrentUser.MEMBERSHIP = $PREMIUM',
    'INCLUDE UserID WHERE Users.MEMBERSHIP_STATUS IN ($MEMBERSHIP)',
    'EXCLUDE UserID WHERE Users.AGE < $AGE',
    'EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ($EVENT_TYPE)',
  ])("takes AWS's own %s", (text) => {
    expect(parseFilter(text)).toMatchObject({ ok: true });
  });

  it('lets AND bind more closely than OR', () => {
    const filter = readFilter('INCLUDE ItemID WHERE Items.A = 1 OR Items.B = 2 AND Items.C = 3 OR Items.D = 4');
    expect(filter.clauses[0]?.anyOf.map((all) => all.map(({ field }) => field.name))).toEqual([
      ['A'],
      ['B', 'C'],
      ['D'],
    ]);
  });

  it('reads escapes, numbers and fields that are named like keywords', () => {
    const filter = readFilter(String.raw`INCLUDE ItemID WHERE Items.IN IN ("say \"hi\" \\ | (you)", -1.5e3)`);
    expect(filter.clauses[0]?.anyOf[0]?.[0]).toMatchObject({
      field: { name: 'IN' },
      operand: { values: [{ text: String.raw`say "hi" \ | (you)` }, { kind: 'number', text: '-1.5e3' }] },
    });
  });

  it('says what a filter uses', () => {
    const filter = readFilter(
      'INCLUDE ItemID WHERE Items.GENRE IN CurrentItem.GENRE OR items.genre IN ($B, $A) IF CurrentUser.AGE = $A | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($T)',
    );
    expect(filterSubject(filter)).toBe('ItemID');
    expect(placeholdersOf(filter)).toEqual(['B', 'A', 'T']);
    expect(fieldsOf(filter)).toEqual(['ITEMS.GENRE', 'USERS.AGE', 'INTERACTIONS.EVENT_TYPE']);
    expect([usesInteractions, usesCurrentItem, usesCurrentUser].map((uses) => uses(filter))).toEqual([
      true,
      true,
      true,
    ]);
    const other = readFilter('INCLUDE UserID WHERE Users.AGE > 1');
    expect([usesInteractions, usesCurrentItem, usesCurrentUser].map((uses) => uses(other))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['', 'it ends where INCLUDE or EXCLUDE is expected', 1],
    ['SELECT ItemID', 'Invalid input symbol: SELECT. Expected INCLUDE or EXCLUDE', 1],
    ['INCLUDE Items WHERE', 'Invalid input symbol: Items. Expected ItemID or UserID', 9],
    ['INCLUDE ActionID WHERE Actions.A = 1', 'ActionID is for recipes of actions', 9],
    ['INCLUDE ItemID IF', 'Expected WHERE', 16],
    ['INCLUDE ItemID WHERE Actions.A = 1', 'Actions can only be used with ActionID', 22],
    ['INCLUDE ItemID WHERE (Items.A = 1)', 'Conditions are not grouped by parentheses', 22],
    ['INCLUDE ItemID WHERE CurrentUser.AGE = 1', 'CurrentUser can only be used in an IF condition', 22],
    ['INCLUDE ItemID WHERE Items.A LIKE "x"', 'Invalid input symbol: LIKE', 30],
    ['INCLUDE ItemID WHERE Items.A IN "x"', 'Expected "(" or CurrentItem', 33],
    ['INCLUDE ItemID WHERE Items.A IN ()', 'Invalid input symbol: ). Expected a value', 34],
    ['INCLUDE ItemID WHERE Items.A IN (x)', 'Values must be in double quotes: "x"', 34],
    ["INCLUDE ItemID WHERE Items.A IN ('x')", 'Values must be in double quotes', 34],
    ['INCLUDE ItemID WHERE Items.A IN ("x)', 'The double quote is never closed', 34],
    ['INCLUDE ItemID WHERE Items.A IN ("x" "y")', 'Expected "," or ")"', 38],
    ['INCLUDE ItemID WHERE Items.A = 1 Items.B = 2', 'Expected AND, OR, IF, | or the end', 34],
    ['INCLUDE ItemID WHERE Items.A = 1 |', 'it ends where INCLUDE or EXCLUDE is expected', 35],
    ['INCLUDE ItemID WHERE Items.A = 1 AND Interactions.EVENT_TYPE IN ("a")', 'on one dataset', 38],
    ['INCLUDE ItemID WHERE Users.A = 1', "Users can't be used with ItemID; use IF CurrentUser", 22],
    ['INCLUDE UserID WHERE Items.A = 1', "Items can't be used with UserID", 22],
    ['INCLUDE UserID WHERE Users.A = 1 IF CurrentUser.B = 1', "CurrentUser can't be used with UserID", 37],
    ['INCLUDE UserID WHERE Users.A IN CurrentItem.B', "CurrentItem can't be used with UserID", 45],
    ['INCLUDE ItemID WHERE Items.A = 1 | EXCLUDE UserID WHERE Users.A = 1', 'must be about ItemID, or all', 44],
    ['INCLUDE ItemID WHERE Items.A = 1 IF CurrentUser.B = 1 OR CurrentUser.C = 1', 'only be extended with AND', 55],
    ['INCLUDE ItemID WHERE Items.A = 1 IF CurrentUser.B = 1 IF CurrentUser.C = 1', 'IF can only be used once', 55],
    ['INCLUDE ItemID WHERE Items.A = 1 IF Users.B = 1', 'Expected CurrentUser', 37],
    ['INCLUDE ItemID WHERE Items.A IN (*)', '* can only be used with EVENT_TYPE', 34],
    ['INCLUDE ItemID WHERE Interactions.EVENT_VALUE IN ("1")', 'only be filtered by EVENT_TYPE', 35],
    ['INCLUDE ItemID WHERE Interactions.EVENT_TYPE = "a"', 'only be compared with IN and NOT IN', 35],
  ])('refuses %s', (text, message, position) => {
    expect(refusal(text)).toEqual([expect.stringContaining(message), position]);
  });

  it("refuses placeholders with NOT IN in AWS's words", () => {
    expect(refusal('INCLUDE ItemID WHERE Items.GENRE NOT IN ("a", $GENRE)')).toEqual([
      'Could not create filter. Invalid input symbol: $GENRE. Placeholders are not allowed with NOT_IN operator.',
      47,
    ]);
  });

  it('takes 10 fields and 2500 characters, and no more', () => {
    const withFields = (count: number) =>
      `INCLUDE ItemID WHERE ${Array.from({ length: count }, (_, at) => `Items.F${at} = 1`).join(' AND ')}`;
    expect(refusal(withFields(10))).toEqual(['', 0]);
    expect(refusal(withFields(11))[0]).toContain('it uses 11 fields, expected at most 10');
    const withLength = (length: number) => 'INCLUDE ItemID WHERE Items.A = 1'.padEnd(length);
    expect(refusal(withLength(2500))).toEqual(['', 0]);
    expect(refusal(withLength(2501))).toEqual([expect.stringContaining('has 2501 characters'), 2501]);
  });

  it('never throws, and names a place in the text', () => {
    const word = fc.constantFrom(
      ...'INCLUDE EXCLUDE ItemID UserID WHERE Items Interactions . GENRE EVENT_TYPE IN NOT ( ) , "a" $B 1 < = | * IF CurrentUser AND OR " \\'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          const parsed = parseFilter(text);
          if (!parsed.ok) expect(parsed.position).toBeGreaterThan(0);
          if (!parsed.ok) expect(parsed.position).toBeLessThanOrEqual(text.length + 1);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('explainMisfit', () => {
  const personal = { name: 'aws-user-personalization', recipeType: 'USER_PERSONALIZATION' };
  const related = { name: 'aws-similar-items', recipeType: 'RELATED_ITEMS' };
  const affinity = { name: 'aws-item-affinity', recipeType: 'USER_SEGMENTATION' };
  const attributes = { name: 'aws-item-attribute-affinity', recipeType: 'USER_SEGMENTATION' };
  const current = 'INCLUDE ItemID WHERE Items.A IN CurrentItem.A';
  const users = 'INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("buy")';

  it.each([
    [current, related, undefined],
    [current, personal, 'only recipes of the type RELATED_ITEMS'],
    [users, affinity, undefined],
    [users, attributes, 'cannot be used with the recipe aws-item-attribute-affinity'],
    [users, personal, 'needs a filter about ItemID'],
    [current, affinity, 'needs a filter about UserID'],
    ['EXCLUDE UserID WHERE Users.AGE < 18', attributes, undefined],
  ])('%s for %o: %s', (text, recipe, message) => {
    const found = explainMisfit(readFilter(text), recipe);
    if (message === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(message);
  });
});
