/** When schedules fire, over two years of virtual time, beside an independent cron library and the one inside BullMQ. */

import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import { fireTimes, isEverDue, nextFire, slotAt } from '../../src/job/schedule';

const FROM = Date.UTC(2025, 0, 1);
const UNTIL = Date.UTC(2027, 0, 1);
const DAY = 86_400_000;
const HOUR = 3_600_000;

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Australia/Lord_Howe'];
const DAILY = ['0 2 * * *', '15 2 * * *', '45 1 * * *', '0 0 * * *'];
const OTHER = ['30 2,3 * * *', '0 2 1 * *', '10 2-4 * * sun', '0 2 13 * 5'];
const DENSE = ['0 * * * *', '*/15 * * * *', '*/30 1-3 * * *'];

function byCroner(cron: string, timezone: string, from: number, until: number): number[] {
  const job = new Cron(cron, { timezone });
  const times: number[] = [];
  for (let next = job.nextRun(new Date(from)); next !== null && next.getTime() <= until; next = job.nextRun(next))
    times.push(next.getTime());
  return times;
}

/** As BullMQ does: each time is looked for from the one before. */
function byCronParser(cron: string, tz: string, from: number, until: number): number[] {
  const times: number[] = [];
  for (let at = from; ; times.push(at)) {
    at = CronExpressionParser.parse(cron, { tz, currentDate: new Date(at) })
      .next()
      .getTime();
    if (at > until) return times;
  }
}

function localTime(timezone: string, at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'short' }).format(at);
}

/** Tells whether the clocks show this local time twice. */
function isDoubled(timezone: string, at: number): boolean {
  return [HOUR, HOUR / 2].some((delta) =>
    [at - delta, at + delta].some((other) => localTime(timezone, other) === localTime(timezone, at)),
  );
}

function differences(a: readonly number[], b: readonly number[]): number[] {
  const [inA, inB] = [new Set(a), new Set(b)];
  return [...a.filter((at) => !inB.has(at)), ...b.filter((at) => !inA.has(at))];
}

describe.each(ZONES)('two years in %s', (timezone) => {
  it.each([...DAILY, ...OTHER])('%s fires when croner does, but for local times that come twice', (cron) => {
    const ours = fireTimes({ cron, timezone }, { after: FROM, until: UNTIL });
    const theirs = byCroner(cron, timezone, FROM, UNTIL);
    expect(ours.length).toBeGreaterThan(20);
    expect(differences(ours, theirs).filter((at) => !isDoubled(timezone, at))).toEqual([]);
  });

  it.each(DAILY)('%s has a slot of its own every day', (cron) => {
    const slots = fireTimes({ cron, timezone }, { after: FROM, until: UNTIL }).map((at) =>
      slotAt({ cron, timezone }, at),
    );
    expect(new Set(slots).size).toBe(slots.length);
    if (cron.endsWith('* * *')) expect(slots.length).toBe(730);
  });
});

/** Two days around each jump. */
const JUMPS = [
  ['Europe/Berlin', '2025-03-30'],
  ['Europe/Berlin', '2025-10-26'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2025-10-05'],
  ['Australia/Lord_Howe', '2025-04-06'],
] as const;

describe.each(JUMPS)('around the jump in %s on %s', (timezone, day) => {
  const [from, until] = [Date.parse(day) - 2 * DAY, Date.parse(day) + 2 * DAY];

  it.each([...DENSE, ...OTHER])('%s fires when croner does, but for local times that come twice', (cron) => {
    const ours = fireTimes({ cron, timezone }, { after: from, until });
    const theirs = byCroner(cron, timezone, from, until);
    expect(differences(ours, theirs).filter((at) => !isDoubled(timezone, at))).toEqual([]);
    const names = ours.map((at) => slotAt({ cron, timezone }, at));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(['30 2 * * *', '*/30 1-3 * * *', '0 1,2,3 * * *'])(
    '%s: what is found does not depend on where the search begins',
    (cron) => {
      const all = fireTimes({ cron, timezone }, { after: from, until });
      for (let at = from; at < until; at += 97 * 60_000 + 1)
        expect(nextFire({ cron, timezone }, at)).toBe(
          all.find((time) => time > at) ?? nextFire({ cron, timezone }, until),
        );
    },
  );
});

describe('beside cron-parser alone', () => {
  it.each(JUMPS.filter(([timezone]) => timezone !== 'Australia/Lord_Howe'))(
    'a schedule of fixed hours rings when it fires, in %s on %s',
    (timezone, day) => {
      const [from, until] = [Date.parse(day) - 2 * DAY, Date.parse(day) + 2 * DAY];
      for (const cron of [...DAILY, ...OTHER])
        expect(
          differences(fireTimes({ cron, timezone }, { after: from, until }), byCronParser(cron, timezone, from, until)),
        ).toEqual([]);
    },
  );

  it('an hourly one rings an hour more when clocks are put back, and the local time has fired', () => {
    const [timezone, cron] = ['Europe/Berlin', '0 * * * *'];
    const range = [Date.parse('2025-10-25T12:00Z'), Date.parse('2025-10-26T12:00Z')] as const;
    const ours = fireTimes({ cron, timezone }, { after: range[0], until: range[1] });
    const rings = byCronParser(cron, timezone, ...range);
    expect(differences(ours, rings).map((at) => new Date(at).toISOString())).toEqual(['2025-10-26T01:00:00.000Z']);
    expect(ours.length).toBe(23);
  });

  it('jumps of half an hour, where cron-parser loses days or gives up, lose nothing', () => {
    const schedule = { cron: '0 2 * * *', timezone: 'Australia/Lord_Howe' };
    const around = (day: string) =>
      fireTimes(schedule, { after: Date.parse(day) - 2 * DAY, until: Date.parse(day) + DAY }).map((at) =>
        localTime(schedule.timezone, at),
      );
    expect(around('2025-10-05')).toEqual(['2025-10-04 02:00', '2025-10-05 02:30', '2025-10-06 02:00']);
    expect(around('2025-04-06')).toEqual(['2025-04-05 02:00', '2025-04-06 02:00', '2025-04-07 02:00']);
    expect(() =>
      byCronParser(schedule.cron, schedule.timezone, Date.parse('2025-04-05'), Date.parse('2025-04-08')),
    ).toThrow();
  });
});

describe('slots', () => {
  it('are dates, or dates and times where the expression names several of a day', () => {
    const at = Date.parse('2026-03-01T17:00Z');
    expect(slotAt({ cron: '0 2 * * *', timezone: 'Asia/Tokyo' }, at)).toBe('2026-03-02');
    expect(slotAt({ cron: '0 2,14 * * *', timezone: 'Asia/Tokyo' }, at)).toBe('2026-03-02T0200');
  });

  it('keep their names where the clocks leave them out, also over midnight', () => {
    const schedule = { cron: '30 23 * * *', timezone: 'America/Nuuk' };
    const times = fireTimes(schedule, {
      after: Date.parse('2025-03-28T12:00Z'),
      until: Date.parse('2025-03-31T12:00Z'),
    });
    expect(times.map((at) => `${slotAt(schedule, at)} at ${localTime(schedule.timezone, at)}`)).toEqual([
      '2025-03-28 at 2025-03-28 23:30',
      '2025-03-29 at 2025-03-30 00:30',
      '2025-03-30 at 2025-03-30 23:30',
    ]);
    const two = { cron: '0,30 2 * * *', timezone: 'Europe/Berlin' };
    const night = fireTimes(two, { after: Date.parse('2025-03-30T00:30Z'), until: Date.parse('2025-03-30T12:00Z') });
    expect(night.map((at) => `${slotAt(two, at)} at ${localTime(two.timezone, at)}`)).toEqual([
      '2025-03-30T0200 at 2025-03-30 03:00',
      '2025-03-30T0230 at 2025-03-30 03:30',
    ]);
  });
});

it('all forms that a job file takes are understood', () => {
  for (const cron of ['*/15 8-18 1,15 jan-mar mon-fri', '0-59/5 0 31 12 7', '5/10 * * * SUN', '0 0 29 2 *'])
    expect(nextFire({ cron, timezone: 'UTC' }, FROM)).toBeGreaterThan(FROM);
  expect(isEverDue('0 0 30 2 *')).toBe(false);
  expect(isEverDue('0 0 31 4,6 *')).toBe(false);
});
