import fc from 'fast-check';
import { parseAttributeQuery } from '../../src/personalize/attribute-query';

function refusalOf(text: string): { message: string; column: number } {
  const parsed = parseAttributeQuery(text);
  if (parsed.ok) throw new Error(`"${text}" was accepted`);
  return { message: parsed.message, column: parsed.column };
}

describe('parseAttributeQuery', () => {
  it('reads one condition', () => {
    expect(parseAttributeQuery('ITEMS.CATEGORY_L1 = "tools"')).toEqual({
      ok: true,
      conditions: [{ column: 'CATEGORY_L1', value: 'tools' }],
    });
  });

  it('reads conditions on the same column joined by AND, in order', () => {
    expect(parseAttributeQuery('ITEMS.genres = "Comedy" AND ITEMS.genres = "Action"')).toEqual({
      ok: true,
      conditions: [
        { column: 'genres', value: 'Comedy' },
        { column: 'genres', value: 'Action' },
      ],
    });
  });

  it('takes the dataset in any case, no space or much of it, and space around the query', () => {
    const conditions = [
      { column: 'GENRES', value: 'Drama' },
      { column: 'YEAR', value: '1994' },
    ];
    expect(parseAttributeQuery('  Items.GENRES="Drama"AND\titems.YEAR   =  1994 \n')).toEqual({ ok: true, conditions });
  });

  it('keeps what looks like syntax inside a value', () => {
    expect(parseAttributeQuery('ITEMS.T = "a AND b (or) = < \u2028 \u{1F600}"')).toEqual({
      ok: true,
      conditions: [{ column: 'T', value: 'a AND b (or) = < \u2028 \u{1F600}' }],
    });
  });

  it('resolves escaped quotes and backslashes', () => {
    expect(parseAttributeQuery('ITEMS.T = "12\\" vinyl \\\\ box"')).toEqual({
      ok: true,
      conditions: [{ column: 'T', value: '12" vinyl \\ box' }],
    });
  });

  it.each([
    ['ITEMS.PRICE = 10', '10'],
    ['ITEMS.PRICE = -1.50', '-1.50'],
    ['ITEMS.PRICE = 1e3', '1e3'],
  ])('keeps the spelling of the number in %s', (query, value) => {
    expect(parseAttributeQuery(query)).toEqual({ ok: true, conditions: [{ column: 'PRICE', value }] });
  });

  it.each([
    ['ITEMS.A = "x" OR ITEMS.A = "y"', 'OR', 15],
    ['ITEMS.A = "x" or ITEMS.A = "y"', 'or', 15],
    ['ITEMS.A IN ("x", "y")', 'IN', 9],
    ['ITEMS.A NOT IN ("x")', 'NOT IN', 9],
    ['ITEMS.A < 3', '<', 9],
    ['ITEMS.A <= 3', '<=', 9],
    ['ITEMS.A > 3', '>', 9],
    ['ITEMS.A >= 3', '>=', 9],
    ['ITEMS.A != "x"', '!=', 9],
    ['ITEMS.A == "x"', '==', 9],
    ['ITEMS.A LIKE "x"', 'LIKE', 9],
    ['(ITEMS.A = "x")', '(', 1],
    ['ITEMS.A = "x" AND (ITEMS.B = "y")', '(', 19],
    ['ITEMS.A = "x")', ')', 14],
  ])('refuses %s and names the way out', (query, found, column) => {
    const refusal = refusalOf(query);
    expect(refusal.column).toBe(column);
    expect(refusal.message).toContain(`"${found}" is not supported here`);
    expect(refusal.message).toContain('write one query for each alternative');
  });

  it.each([
    ['', 'the query ends where a condition such as ITEMS.GENRES = "Drama" was expected', 1],
    ['   ', 'the query ends where a condition such as ITEMS.GENRES = "Drama" was expected', 1],
    ['GENRES = "Drama"', '"GENRES" stands where a condition such as ITEMS.GENRES = "Drama" was expected', 1],
    ['Users.AGE = 3', '"Users" is not ITEMS; a segment query asks for columns of the items only', 1],
    ['ITEMS.A = Drama', 'write the value in double quotes: "Drama"', 11],
    ["ITEMS.A = 'Film noir'", 'write the value in double quotes: "Film noir"', 11],
    ['ITEMS.A = "x', 'the double quote that opens this value is never closed', 11],
    ['ITEMS.A = ', 'the query ends where a value in double quotes, or a number was expected', 10],
    ['ITEMS.A', 'the query ends where "=" after ITEMS.A was expected', 8],
    ['ITEMS.A = "x" AND', 'the query ends where a condition such as ITEMS.GENRES = "Drama" was expected', 18],
    ['ITEMS.A = "x" ITEMS.B = "y"', '"ITEMS.B" stands where AND or the end of the query was expected', 15],
    [
      'ITEMS.A = "x" and ITEMS.B = "y"',
      '"and" is not supported here: write AND, in capitals, between two conditions',
      15,
    ],
    ['ITEMS.A = "x"\nAND ITEMS.B = "y"', 'a line break is not supported here: the whole query must be on one line', 14],
  ])('refuses %j with a message and a column', (query, message, column) => {
    expect(refusalOf(query)).toEqual({ message, column });
  });

  it('reads back every query that is written by its grammar', () => {
    const column = fc.stringMatching(/^[A-Za-z_][A-Za-z\d_]{0,20}$/);
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
    const conditions = fc.array(fc.record({ column, value }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(conditions, (wanted) => {
        const text = wanted
          .map((one) => `ITEMS.${one.column} = "${one.value.replaceAll(/["\\]/g, '\\$&')}"`)
          .join(' AND ');
        expect(parseAttributeQuery(text)).toEqual({ ok: true, conditions: wanted });
      }),
    );
  });

  it('answers on any text, with a column inside it or just behind it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseAttributeQuery(text);
        expect(parsed.ok || (parsed.column >= 1 && parsed.column <= text.length + 1)).toBe(true);
      }),
    );
  });
});
