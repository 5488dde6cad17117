/** Which slots start after a time without workers, by missed and grace. */
import type { Schedule } from '../../src/job/base-job';
import { decideSlots } from '../../src/job/due-slots';
import type { Milliseconds } from '../../src/units';

const HOUR = 3_600_000;
const schedule = (fields: Partial<Schedule> & { hours?: number } = {}): Schedule => ({
  cron: '0 2 * * *',
  timezone: 'UTC',
  missed: 'run-latest',
  grace: ((fields.hours ?? 6) * HOUR) as Milliseconds,
  ...fields,
});
const at = (text: string) => Date.parse(`2026-03-${text}:00Z`);
const decide = (wish: Schedule, decidedUntil: string, now: string) => {
  const { start, missed } = decideSlots(wish, { decidedUntil: at(decidedUntil), now: at(now) });
  return { start: start.map(({ slot }) => slot), missed: missed?.slot };
};

it('starts a slot at its time, and once', () => {
  expect(decide(schedule(), '01T12:00', '02T01:59')).toEqual({ start: [], missed: undefined });
  expect(decide(schedule(), '01T12:00', '02T02:00')).toEqual({ start: ['2026-03-02'], missed: undefined });
  expect(decide(schedule(), '02T02:00', '02T23:00')).toEqual({ start: [], missed: undefined });
});

it('starts the latest after three days, if it is not later than its grace', () => {
  expect(decide(schedule(), '01T02:00', '04T08:00')).toEqual({ start: ['2026-03-04'], missed: '2026-03-02' });
  expect(decide(schedule(), '01T02:00', '04T08:01')).toEqual({ start: [], missed: '2026-03-02' });
});

it('starts all of run-all that are within their grace, the oldest first', () => {
  const all = schedule({ missed: 'run-all', hours: 50 });
  expect(decide(all, '01T02:00', '04T03:00')).toEqual({
    start: ['2026-03-02', '2026-03-03', '2026-03-04'],
    missed: undefined,
  });
  expect(decide(all, '01T02:00', '04T05:00')).toEqual({ start: ['2026-03-03', '2026-03-04'], missed: '2026-03-02' });
});

it('starts nothing of skip but what has just come', () => {
  const skip = schedule({ missed: 'skip', hours: 1 / 12 });
  expect(decide(skip, '01T02:00', '02T02:04').start).toEqual(['2026-03-02']);
  expect(decide(skip, '01T02:00', '02T02:06')).toEqual({ start: [], missed: '2026-03-02' });
});

it('goes on where the decision before it stopped', () => {
  const minutes = schedule({ cron: '* * * * *', missed: 'run-all', hours: 24 });
  const first = decideSlots(minutes, { decidedUntil: at('01T00:00'), now: at('01T03:00') }).start;
  expect(first).toHaveLength(50);
  const second = decideSlots(minutes, { decidedUntil: first.at(-1)?.at ?? 0, now: at('01T03:00') }).start;
  expect(second[0]?.slot).toBe('2026-03-01T0051');
});

it('finds the latest of a month of minutes', () => {
  const minutes = schedule({ cron: '* * * * *', hours: 31 * 24 });
  expect(decide(minutes, '01T00:00', '31T00:00').start).toEqual(['2026-03-31T0000']);
});
