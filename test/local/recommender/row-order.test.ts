import fc from 'fast-check';
import type { InferenceRecipe, ItemTable } from '../../../src/local/recommender/recipe';
import { recipe as popularityCount } from '../../../src/local/recommender/recipes/popularity-count';
import { recipe as userPersonalization } from '../../../src/local/recommender/recipes/user-personalization';
import { recipe as userPersonalizationV2 } from '../../../src/local/recommender/recipes/user-personalization-v2';
import { createData, createTable, logEvents, type ShopEvent, shuffled } from './shop';

const EVENT: fc.Arbitrary<ShopEvent> = fc.record({
  user: fc.integer({ min: 0, max: 15 }).map((user) => `u${user}`),
  item: fc.integer({ min: 0, max: 20 }).map((item) => `i${item}`),
  time: fc.integer({ min: 0, max: 30 }),
  facts: fc.record({
    type: fc.constantFrom('click', 'purchase', 'view'),
    impression: fc.array(
      fc.integer({ min: 0, max: 24 }).map((item) => `i${item}`),
      { maxLength: 4 },
    ),
  }),
});
const WEIGHTS = new Map([
  ['click', 0.1],
  ['purchase', 0.3],
  ['view', 0.7],
]);
const OBJECTIVE = { itemAttribute: 'PRICE', sensitivity: 'MEDIUM' } as const;

function weigh(event: ShopEvent): ShopEvent {
  return { ...event, facts: { ...event.facts, weight: WEIGHTS.get(event.facts?.type ?? '') ?? 1 } };
}

function createItems(order: number): ItemTable {
  const items = Array.from({ length: 24 }, (_, item) => {
    return {
      id: `i${item}`,
      group: item % 3 === 0 ? 'a|b' : `g${item % 5}`,
      price: `${(item * 7) % 11}`,
      created: item,
    };
  });
  return createTable(shuffled(items, order));
}

function answer(recipe: InferenceRecipe, events: readonly ShopEvent[], order: number) {
  const training = recipe.train(createData(logEvents(events), createItems(order), { objective: OBJECTIVE }));
  const recommender = recipe.open(training.parts, createTable([{ id: 'late', group: 'g1' }]));
  const exploration = { weight: 0.5, ageCutOffDays: 30, seed: 3 };
  const lists = ['u1', 'u2', 'nobody'].map((userId) => recommender.recommend({ userId }, { count: 8, exploration }));
  return { training, lists };
}

describe('the order of rows', () => {
  it.each([userPersonalization, userPersonalizationV2, popularityCount])('does not matter to $name', (recipe) => {
    fc.assert(
      fc.property(fc.array(EVENT, { minLength: 20, maxLength: 80 }), fc.integer(), (rows, seed) => {
        const events = rows.map(weigh);
        expect(answer(recipe, shuffled(events, seed), seed)).toEqual(answer(recipe, events, 0));
      }),
      { numRuns: 40 },
    );
  });
});
