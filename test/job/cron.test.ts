import { explainCron } from '../../src/job/cron';
import { readInstant } from '../../src/job/instant';

describe('explainCron', () => {
  it.each(['0 2 * * *', '*/15 8-18 1,15 jan-mar mon-fri', '0-59/5 0 31 12 7', '5/10 * * * SUN', '  0  2 * * * '])(
    'takes %s',
    (text) => {
      expect(explainCron(text)).toBeUndefined();
    },
  );

  it.each([
    ['60 2 * * *', '0 to 59, ranges, steps or * for the minute'],
    ['0 24 * * *', '0 to 23, ranges, steps or * for the hour'],
    ['0 2 0 * *', '1 to 31, ranges, steps or * for the day of the month'],
    ['0 2 * mon *', '1 to 12, ranges, steps or * for the month'],
    ['0 2 * * 5-1', '0 to 7, ranges, steps or * for the day of the week'],
    ['*/0 2 * * *', '0 to 59, ranges, steps or * for the minute'],
    ['0 2,, * * *', '0 to 23, ranges, steps or * for the hour'],
    ['@daily', 'five fields: minute, hour, day of the month, month, day of the week'],
    ['0 0 2 * * *', 'five fields: minute, hour, day of the month, month, day of the week'],
  ])('explains %s', (text, expected) => {
    expect(explainCron(text)).toBe(expected);
  });
});

describe('readInstant', () => {
  it.each([
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T06:30', '2026-03-01T06:30:00.000Z'],
    ['2026-03-01 06:30:15', '2026-03-01T06:30:15.000Z'],
    ['2026-03-01T06:30:15.25+0200', '2026-03-01T04:30:15.250Z'],
  ])('reads %s, in UTC where no offset is given', (text, iso) => {
    expect(new Date(readInstant(text) ?? 0).toISOString()).toBe(iso);
  });

  it.each(['2026-02-30', '2026-02-30T10:00Z', '1.3.2026', '2026-03-01T25:00', '2026-03', ''])('refuses %j', (text) => {
    expect(readInstant(text)).toBeUndefined();
  });
});
