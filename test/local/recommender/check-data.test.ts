import { explainTooLittle } from '../../../src/local/recommender/check-data';
import { buildHistories } from '../../../src/local/recommender/histories';
import { logRows, type Shop } from './shop';

function explain(users: number, perUser: number, more: Shop['rows'] = []): string | undefined {
  const rows = Array.from({ length: users * perUser }, (_, at) => [`u${at % users}`, `i${at % 97}`, at] as const);
  return explainTooLittle(buildHistories(logRows([...rows, ...more])));
}

describe('explainTooLittle', () => {
  it('accepts 25 users with 40 interactions each', () => {
    expect(explain(25, 40)).toBeUndefined();
  });

  it('wants 1000 distinct interactions', () => {
    const again = Array.from({ length: 10 }, () => ['u0', 'i0', 0] as const);
    expect(explain(27, 37, again)).toBe(
      'Create failed. Dataset has fewer than 1000 interactions (999) after filtering by event type and event value threshold.',
    );
  });

  it('wants 25 users with two interactions each', () => {
    const once = Array.from({ length: 5 }, (_, at) => [`once${at}`, 'i1', 1] as const);
    expect(explain(24, 60, once)).toBe(
      'Create failed. Dataset has fewer than 25 users with at least 2 interactions each.',
    );
  });

  it('wants 1 % of the users to have two interactions', () => {
    const once = Array.from({ length: 3000 }, (_, at) => [`once${at}`, 'i1', 1] as const);
    expect(explain(29, 40, once)).toMatch('Fewer than 1% of the users');
  });
});
