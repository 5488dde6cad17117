/** Deadlines of slots, by local times and durations, also where clocks jump. */
import fc from 'fast-check';
import { passedDeadlines } from '../../src/job/late';
import type { LateRule } from '../../src/job/notify';
import { fireTimes } from '../../src/job/schedule';
import type { Milliseconds } from '../../src/units';

const HOUR = 3_600_000;
const at = (iso: string) => Date.parse(iso);
const within = (ms: number): LateRule => ({ within: ms as Milliseconds });

function deadlines(cron: string, timezone: string, by: string, from: string, until: string) {
  const range = { after: at(from), until: at(until) };
  return passedDeadlines({ cron, timezone }, { by }, range).map(
    ({ slot, deadline }) => `${slot} ${new Date(deadline).toISOString().slice(0, 16)}`,
  );
}

it.each([
  // A slot has until the first such time after its own.
  ['0 2 * * *', 'Asia/Tokyo', '06:00', ['2026-03-03 2026-03-02T21:00', '2026-03-04 2026-03-03T21:00']],
  ['0 22 * * *', 'UTC', '06:00', ['2026-03-02 2026-03-03T06:00', '2026-03-03 2026-03-04T06:00']],
  ['0 6 * * *', 'UTC', '06:00', ['2026-03-02 2026-03-03T06:00', '2026-03-03 2026-03-04T06:00']],
  // Several slots may share a deadline.
  [
    '0 1,5 * * *',
    'UTC',
    '06:00',
    [
      '2026-03-03T0100 2026-03-03T06:00',
      '2026-03-03T0500 2026-03-03T06:00',
      '2026-03-04T0100 2026-03-04T06:00',
      '2026-03-04T0500 2026-03-04T06:00',
    ],
  ],
])('%s in %s is due by %s', (cron, timezone, by, expected) => {
  expect(deadlines(cron, timezone, by, '2026-03-02T12:00Z', '2026-03-04T12:00Z')).toEqual(expected);
});

it('a deadline that clocks leave out comes as much later, and one that comes twice counts once', () => {
  const forward = deadlines('0 1 * * *', 'Europe/Berlin', '02:30', '2026-03-28T12:00Z', '2026-03-30T12:00Z');
  expect(forward).toEqual(['2026-03-29 2026-03-29T01:30', '2026-03-30 2026-03-30T00:30']);
  const back = deadlines('0 1 * * *', 'Europe/Berlin', '02:30', '2026-10-24T12:00Z', '2026-10-26T12:00Z');
  expect(back).toEqual(['2026-10-25 2026-10-25T00:30', '2026-10-26 2026-10-26T01:30']);
});

it('a duration counts from the time of the slot', () => {
  const schedule = { cron: '0 2 * * *', timezone: 'UTC' };
  const range = { after: at('2026-03-02T05:59Z'), until: at('2026-03-03T06:00Z') };
  const passed = passedDeadlines(schedule, within(4 * HOUR), range);
  expect(passed.map(({ slot }) => slot)).toEqual(['2026-03-02', '2026-03-03']);
});

const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo');
const cron = fc.constantFrom('0 2 * * *', '30 2 * * 1', '15 */6 * * *', '0 22 1 * *');
const rule = fc.oneof(
  fc.constantFrom('00:00', '02:30', '06:00', '23:59').map((by): LateRule => ({ by })),
  fc.integer({ min: 1, max: 100 }).map((hours) => within(hours * HOUR)),
);
const day = fc.integer({ min: at('2026-01-01T00:00Z') / HOUR, max: at('2026-12-31T00:00Z') / HOUR });

it('every slot has one deadline after its time, however the looks are cut', () => {
  fc.assert(
    fc.property(
      zone,
      cron,
      rule,
      day,
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
      (timezone, expression, late, start, steps) => {
        const schedule = { cron: expression, timezone };
        let from = start * HOUR;
        const first = from;
        const cut = steps.flatMap((hours) => {
          const until = from + hours * HOUR;
          const passed = passedDeadlines(schedule, late, { after: from, until });
          from = until;
          return passed;
        });
        expect(cut).toEqual(passedDeadlines(schedule, late, { after: first, until: from }));
        expect(new Set(cut.map(({ slot }) => slot)).size).toBe(cut.length);
        for (const { at: time, deadline } of cut) expect(deadline).toBeGreaterThan(time);
        // No slot of the stretch is forgotten: each that began a day and its rule before the end has had its deadline.
        const longest = 'within' in late ? late.within : 26 * HOUR;
        const sure = fireTimes(schedule, { after: first, until: from - longest });
        expect(cut.map(({ at: time }) => time)).toEqual(expect.arrayContaining([...sure]));
      },
    ),
    { numRuns: 40 },
  );
});
