import type { ModelParts } from '../../../src/local/recommender/recipe';
import { recipe } from '../../../src/local/recommender/recipes/item-attribute-affinity';
import { createData, createTable, rowsOf } from './related-tables';

const items = createTable([
  { id: 'plain', category: '1', price: '20' },
  { id: 'zeros', category: '1.0', price: '20.0' },
  { id: 'padded', category: '01', price: '2e1' },
]);
const rows = rowsOf([
  ['plain', 'a'],
  ['zeros', 'b'],
  ['padded', 'c'],
]);
const { parts } = recipe.train(createData(rows, items));

/** Finds who took an item with the value: of the users of a segment, those before all who took none. */
function findTaker(column: string, value: string, model: ModelParts = parts): readonly string[] {
  const segment = recipe.open(model).segment({ conditions: [{ column, value }] }, 3);
  return 'error' in segment ? [segment.error] : segment.users;
}

describe('an attribute query', () => {
  it('compares the values of categories as texts', () => {
    expect(findTaker('CATEGORY', '1')[0]).toBe('u0');
    expect(findTaker('CATEGORY', '1.0')[0]).toBe('u1');
    expect(findTaker('CATEGORY', '01')[0]).toBe('u2');
    expect(findTaker('CATEGORY', '1.00')).toEqual(['User error: No item has the attributes of the query']);
  });

  it('compares the values of numbers by what they are worth', () => {
    const all = findTaker('PRICE', '20');
    expect([findTaker('PRICE', '20.0'), findTaker('PRICE', '2e1')]).toEqual([all, all]);
    expect(findTaker('PRICE', '200')).toEqual(['User error: No item has the attributes of the query']);
  });

  it('compares all values as numbers where a model does not say of which kind its columns are', () => {
    const { columnKinds, ...texts } = parts.texts;
    expect(columnKinds).toEqual(['categorical', 'number']);
    expect(findTaker('CATEGORY', '1.00', { ...parts, texts })).toHaveLength(3);
  });
});
