/** The choice of a proof's samples: languages and both kinds of items before more of the same, and always the same choice. */
import { chooseSamples } from '../../src/run/proof/choose-samples';

const person = (userId: string, language: string, fallback = false) => ({ userId, language, fallback });
const CANDIDATES = [
  person('a', 'en'),
  person('b', 'en', true),
  person('c', 'ja'),
  person('d', 'en'),
  person('e', 'de'),
  person('f', 'ja'),
  person('g', 'de', true),
];
const chosen = (count: number) => chooseSamples(CANDIDATES, count).map(({ userId }) => userId);

it.each([
  [1, ['a']],
  // German alone is left with popular items too, so it adds both.
  [2, ['a', 'g']],
  [3, ['a', 'g', 'c']],
  [4, ['a', 'g', 'c', 'd']],
])('of %d', (count, names) => {
  expect(chosen(count)).toEqual(names);
});

it('of fewer people than samples takes them all, and of none nobody', () => {
  expect([...chosen(20)].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  expect(chooseSamples([], 3)).toEqual([]);
});
