/** What is told of a run in words. */
import { detailsOf } from '../../src/run/told/texts';

const told = (counts: Record<string, number>, kind: 'audience' | 'email' = 'audience') =>
  detailsOf({
    ...{ version: 1, type: 'run.finished', id: 'evt_1', at: '2026-03-01T02:00:00.000Z', instance: 'shop' },
    ...{ kind, state: 'finished', counts, commands: [] },
  })[0];

it.each([
  [{ audiences: 1, members: 1234 }, '1,234 audience members'],
  // Whoever is in both is counted twice, so these are no people.
  [{ audiences: 2, members: 1234 }, '1,234 memberships in 2 audiences'],
])('tells %j as %s', (counts, text) => {
  expect(told(counts)).toEqual(['in files', text]);
});

it('tells e-mails by state', () => {
  expect(told({ accepted: 1021, refused: 3 }, 'email')).toEqual(['e-mails', '1,021 accepted, 3 refused']);
});
