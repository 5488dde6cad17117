/** Items of a segment as a job file writes them, and how the newest are chosen. */
import fc from 'fast-check';
import { isNightjarError } from '../../src/errors';
import type { ItemChoice } from '../../src/job/audience-job';
import { chooseItems, describeQuery } from '../../src/job/choose-items';
import { parseJob } from '../../src/job/parse';
import type { Item } from '../../src/job/people';

const parse = (items: string) => {
  const text = `about: Fans\nkind: audience\nsegment: { solution: s, users: 5, items: ${items} }\n`;
  const job = parseJob({ file: 'jobs/fans.yaml', text });
  return job.kind === 'audience' ? job.segment.queries : [];
};

it('reads lists and choices by name', () => {
  const queries = parse(
    '{ favourites: [a, b], new-tea: { newest: 3, category: tea, where: { roast: [dark, 7], vegan: true }, inStock: false } }',
  );
  expect(queries).toEqual([
    { name: 'favourites', by: 'items', itemIds: ['a', 'b'] },
    {
      name: 'new-tea',
      by: 'catalogue',
      choice: { newest: 3, inStock: false, category: ['tea'], where: { roast: ['dark', 7], vegan: [true] } },
    },
  ]);
  expect(queries.map(describeQuery)).toEqual(['a, b', 'the newest 3 items, category tea, roast dark or 7, vegan true']);
});

it.each([
  ['{ new: { newest: 501 } }', 'segment.items.new.newest is 501; expected a whole number, 1 to 500'],
  ['{ new: { category: tea } }', 'segment.items.new.newest is missing; expected a whole number, 1 to 500'],
  ['{ new: { newest: 2, categry: tea } }', 'segment.items.new.categry is not a key'],
  ['{ new: [a, a] }', 'segment.items.new[1] is "a"; expected each item id once'],
  ['{ New: [a] }', 'segment.items'],
])('refuses %s', (items, message) => {
  const thrown = (() => {
    try {
      return parse(items);
    } catch (error) {
      return error;
    }
  })();
  if (!isNightjarError(thrown)) throw thrown;
  expect(thrown.message).toContain(message);
});

const item = fc.record({
  itemId: fc.integer({ min: 0, max: 99 }).map((n) => `i${n}`),
  title: fc.constant('Thing'),
  categories: fc.subarray(['tea', 'coffee', 'plants']),
  stock: fc.constantFrom(0, 3),
  createdAt: fc.integer({ min: 1, max: 9 }).map((day) => `2026-01-0${day}T00:00:00Z`),
  attributes: fc.constantFrom({ roast: 'dark' }, { roast: 'dark|light' }, {}),
});

it('chooses the newest that fit, in an order that does not depend on that of the catalogue', () => {
  const choice: ItemChoice = { newest: 4, inStock: true, category: ['tea', 'coffee'], where: { roast: ['dark'] } };
  const fits = ({ categories, stock, attributes }: Item) =>
    (stock ?? 1) > 0 && categories.some((name) => name !== 'plants') && attributes.roast !== undefined;
  fc.assert(
    fc.property(fc.uniqueArray(item, { selector: ({ itemId }) => itemId, maxLength: 30 }), (all) => {
      const items: readonly Item[] = all.map(({ attributes, ...rest }) => ({ ...rest, attributes: { ...attributes } }));
      const chosen = chooseItems(choice, items);
      expect(chooseItems(choice, items.toReversed())).toEqual(chosen);
      const fitting = items.filter(fits);
      expect(chosen).toHaveLength(Math.min(4, fitting.length));
      const times = chosen.map((id) => fitting.find(({ itemId }) => itemId === id)?.createdAt ?? '');
      expect(times).toEqual(times.toSorted().toReversed());
      const left = fitting.filter(({ itemId }) => !chosen.includes(itemId));
      expect(left.every(({ createdAt = '' }) => createdAt <= (times.at(-1) ?? ''))).toBe(true);
    }),
  );
});
