import fc from 'fast-check';
import { parseQueueJobId, parseRunId, queueJobId, runId, slotOf } from '../../src/job/keys';

const job = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,39}$/);
const slot = fc
  .tuple(
    fc.date({ min: new Date('1990-01-01T00:00Z'), max: new Date('2090-01-01T00:00Z'), noInvalidDate: true }),
    fc.boolean(),
  )
  .map(([date, timed]) =>
    date
      .toISOString()
      .slice(0, timed ? 16 : 10)
      .replace(':', ''),
  );
const runKey = fc.record({ job, slot, number: fc.integer({ min: 1, max: 999 }) });

describe('slotOf', () => {
  it.each(['2026-03-01', '2024-02-29', '2026-03-01T0630', '2026-12-31T2359'])('takes %s', (text) => {
    expect(slotOf(text)).toBe(text);
  });

  it.each([
    '2026-02-29',
    '2026-2-1',
    '2026-03-01T2400',
    '2026-03-01T06:30',
    '2026-03-01T0630T',
    'today',
    '',
    '2026-03-01T',
  ])('refuses %j', (text) => {
    expect(() => slotOf(text)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
  });
});

describe('run ids', () => {
  it('are the job and the slot, with a number from the second run on', () => {
    expect(runId({ job: 'picks', slot: '2026-03-01', number: 1 })).toBe('picks.2026-03-01');
    expect(runId({ job: 'picks', slot: '2026-03-01T0630', number: 2 })).toBe('picks.2026-03-01T0630.2');
  });

  it('are read back as what they were made of', () => {
    fc.assert(fc.property(runKey, (key) => expect(parseRunId(runId(key))).toEqual(key)));
  });

  it.each([
    'picks',
    'picks.2026-02-30',
    'picks.2026-03-01.1',
    'picks.2026-03-01.0',
    'Picks.2026-03-01',
    'picks.2026-03-01.2.3',
  ])('are not %s', (text) => {
    expect(parseRunId(text)).toBeUndefined();
  });
});

describe('queue job ids', () => {
  it('hold neither a colon nor a whole number, and are read back', () => {
    fc.assert(
      fc.property(runKey, fc.nat(), (key, shard) => {
        const parts = { run: runId(key), stage: 'collect', shard: String(shard) };
        const id = queueJobId(parts);
        expect(id).not.toMatch(/:|^\d+$/);
        expect(parseQueueJobId(id)).toEqual(parts);
      }),
    );
  });

  it('are not made of parts that would break them', () => {
    expect(() => queueJobId({ run: 'picks.2026-03-01', stage: 'a~b', shard: '0' })).toThrow(
      expect.objectContaining({ code: 'E_BUG' }),
    );
    expect(parseQueueJobId('picks.2026-03-01~collect')).toBeUndefined();
  });
});
