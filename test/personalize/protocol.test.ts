import fc from 'fast-check';
import { attributesInputLine, itemInputLine, userInputLine } from '../../src/personalize/input-lines';
import { costOf, sumMoney } from '../../src/personalize/prices';
import { readStatus } from '../../src/personalize/status';

describe('input lines', () => {
  it('writes ids as strings, one object and a line feed', () => {
    expect(userInputLine('4638')).toBe('{"userId":"4638"}\n');
    expect(itemInputLine('105')).toBe('{"itemId":"105"}\n');
  });

  it('escapes the quotes of an attribute query and drops space around it', () => {
    expect(attributesInputLine(' ITEMS.CATEGORY_L1 = "tools"\n')).toBe(
      '{"itemAttributes":"ITEMS.CATEGORY_L1 = \\"tools\\""}\n',
    );
  });

  it('stays one line that JSON.parse reads back, whatever the id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        const line = userInputLine(id);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(JSON.parse(line)).toEqual({ userId: id });
      }),
    );
  });
});

describe('prices', () => {
  it('bills inference by the line', () => {
    expect(costOf({ kind: 'inference', lines: 1_000_000, price: 0.067, currency: 'USD' })).toEqual({
      amount: 67,
      currency: 'USD',
    });
  });

  it('bills segments by the user', () => {
    expect(costOf({ kind: 'segment', users: 500, price: 2, currency: 'USD' }).amount).toBe(1);
  });

  it('leaves the amount unknown where no price is known, even of nothing', () => {
    expect(costOf({ kind: 'segment', users: 0, price: null, currency: 'USD' })).toEqual({
      amount: undefined,
      currency: 'USD',
    });
  });

  it('adds amounts, and nothing to 0', () => {
    const usd = (amount: number | undefined) => ({ amount, currency: 'USD' });
    expect(sumMoney([usd(1.5), usd(2)], 'USD')).toEqual(usd(3.5));
    expect(sumMoney([], 'USD')).toEqual(usd(0));
  });

  it('does not know a sum with an unknown amount or another currency in it', () => {
    const usd = { amount: 1, currency: 'USD' };
    expect(sumMoney([usd, { amount: undefined, currency: 'USD' }], 'USD').amount).toBeUndefined();
    expect(sumMoney([usd, { amount: 1, currency: 'EUR' }], 'USD').amount).toBeUndefined();
  });
});

describe('readStatus', () => {
  it.each([
    ['PENDING', 'pending'],
    ['CREATE PENDING', 'pending'],
    ['IN PROGRESS', 'in-progress'],
    ['IN_PROGRESS', 'in-progress'],
    ['CREATE IN_PROGRESS', 'in-progress'],
    ['create in progress', 'in-progress'],
    ['ACTIVE', 'active'],
    ['CREATE FAILED', 'failed'],
    ['FAILED', 'failed'],
    ['INACTIVE', 'other'],
    ['CREATE STOPPED', 'other'],
    ['DELETE PENDING', 'other'],
    ['', 'other'],
  ])('reads "%s" as %s', (text, status) => {
    expect(readStatus(text)).toBe(status);
  });
});
