import { cellOf, tallyAttributes } from '../../../src/run/own-data/fields';
import type { SchemaField } from '../../../src/run/own-data/former-fields';

const CATEGORY: readonly string[] = ['null', 'string'];
const NUMBER: readonly string[] = ['null', 'float'];

function choose(rows: readonly Record<string, string>[], former: readonly SchemaField[] = [], most = 20) {
  const tally = tallyAttributes();
  for (const row of rows) tally.add(row);
  return tally.fields({ reserved: new Set(['LOCALE']), most, former });
}

describe('the fields of a dataset', () => {
  it('are the attributes that numbers or few texts fill, by name', () => {
    const rows = [
      { tier: 'gold', 'orders made': '3', locale: 'x' },
      { tier: 'blue', 'orders made': '4.5', locale: 'x' },
    ];
    expect(choose(rows)).toEqual([
      { field: 'ORDERS_MADE', attribute: 'orders made', type: 'number' },
      { field: 'TIER', attribute: 'tier', type: 'categorical' },
    ]);
    expect(choose(rows, [], 1).map(({ field }) => field)).toEqual(['ORDERS_MADE']);
  });

  it('keep what the dataset had before, first and under its type, whatever the data hold now', () => {
    const former = [
      { name: 'USER_ID', type: 'string' },
      { name: 'LOCALE', type: CATEGORY, categorical: true },
      { name: 'VISITS', type: NUMBER },
      { name: 'OLD_CLUB', type: CATEGORY, categorical: true },
      { name: 'TIER', type: CATEGORY, categorical: true },
      { name: 'AGE', type: NUMBER },
    ];
    const chosen = choose([{ tier: '1', visits: 'often', shoe: '40' }], former.slice(1), 5);
    expect(chosen).toEqual([
      { field: 'VISITS', attribute: 'visits', type: 'number', kept: 'texts' },
      { field: 'OLD_CLUB', attribute: 'old_club', type: 'categorical', kept: 'gone' },
      { field: 'TIER', attribute: 'tier', type: 'categorical' },
      { field: 'AGE', attribute: 'age', type: 'number', kept: 'gone' },
      { field: 'SHOE', attribute: 'shoe', type: 'number' },
    ]);
    // The kept ones count as well.
    expect(choose([{ shoe: '40' }], former.slice(1), 4).map(({ field }) => field)).not.toContain('SHOE');
    const cells = chosen.map((field) => cellOf(field, { tier: '1', visits: 'often', shoe: '40' }));
    expect(cells).toEqual(['', '', '1', '', '40']);
  });

  it('leave a value empty that is too long for Personalize', () => {
    const field = { field: 'TIER', attribute: 'tier', type: 'categorical' } as const;
    expect(cellOf(field, { tier: 'x'.repeat(1000) })).toHaveLength(1000);
    expect(cellOf(field, { tier: 'x'.repeat(1001) })).toBe('');
  });
});
