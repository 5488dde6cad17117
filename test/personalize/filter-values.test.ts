import fc from 'fast-check';
import { parseFilterValue } from '../../src/local/filters/literals';
import { findPlaceholders, printFilterValue } from '../../src/personalize/filter-values';
import { attributesInputLine, itemInputLine, userInputLine } from '../../src/personalize/input-lines';

describe('findPlaceholders', () => {
  it('tells those that are compared from those in lists, each once, and skips texts', () => {
    const expression =
      'EXCLUDE ItemID WHERE Items.GENRE in ("$NO = \\" $NO", $GENRE) AND Items.PRICE>=$PRICE IF CurrentUser.AGE != ($AGE) | INCLUDE ItemID WHERE Items.X IN ($PRICE, $GENRE)';
    expect(findPlaceholders(expression)).toEqual([
      { name: 'GENRE', isCompared: false },
      { name: 'PRICE', isCompared: true },
      { name: 'AGE', isCompared: true },
    ]);
    expect(findPlaceholders('EXCLUDE ItemID WHERE Items.GENRE IN ("a")')).toEqual([]);
  });
});

describe('printFilterValue', () => {
  it.each([
    [['horror', 'comedy'], false, '"horror","comedy"'],
    [['say "hi" \\'], false, '"say \\"hi\\" \\\\"'],
    [[18, 2.5], false, '18,2.5'],
    [['18'], false, '"18"'],
    [['18'], true, '18'],
    [['-1.5e3'], true, '-1.5e3'],
    [['gold'], true, '"gold"'],
    [['0x10', ' 1', ''], true, '"0x10"," 1",""'],
  ])('writes %j (compared: %s) as %s', (values, isCompared, text) => {
    expect(printFilterValue(values, isCompared)).toBe(text);
  });

  it('is read by the local AWS as what it was', () => {
    const value = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.boolean(), (values, isCompared) => {
        const read = parseFilterValue(printFilterValue(values, isCompared))?.map(({ text }) => text);
        expect(read).toEqual(values.map(String));
      }),
    );
  });
});

describe('input lines', () => {
  it("carry filter values as AWS's documents write them, and none where there are none", () => {
    expect(userInputLine('5', { GENRES: printFilterValue(['horror', 'comedy'], false) })).toBe(
      '{"userId":"5","filterValues":{"GENRES":"\\"horror\\",\\"comedy\\""}}\n',
    );
    expect(itemInputLine('5', { AGE: '18' })).toBe('{"itemId":"5","filterValues":{"AGE":"18"}}\n');
    expect(attributesInputLine('ITEMS.genres = "Horror"', { COUNTRY: '"United States"' })).toBe(
      '{"itemAttributes":"ITEMS.genres = \\"Horror\\"","filterValues":{"COUNTRY":"\\"United States\\""}}\n',
    );
    expect(userInputLine('5', {})).toBe('{"userId":"5"}\n');
  });
});
