/** Durations as texts. */
import fc from 'fast-check';
import { parseDuration, writeDuration } from '../src/units';

it.each(['30s', '90m', '6h', '7d', '250ms'])('%s is written as it was read', (text) => {
  const read = parseDuration(text);
  expect(read === undefined ? undefined : writeDuration(read)).toBe(text);
});

it('every duration of whole milliseconds is read back as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000_000_000 }), (milliseconds) => {
      const read = parseDuration(`${milliseconds}ms`);
      return read !== undefined && parseDuration(writeDuration(read)) === read;
    }),
  );
});
