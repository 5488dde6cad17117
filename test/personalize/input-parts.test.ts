import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { createCutter, createPartHasher } from '../../src/personalize/input-parts';
import { inputLimits } from '../../src/personalize/limits';

const sizeOf = (lines: readonly string[]) => lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);

function cut(lines: readonly string[], limits: { lines: number; bytes: number }): string[][] {
  const beginsPart = createCutter(limits);
  const parts: string[][] = [];
  for (const line of lines) {
    if (beginsPart(line)) parts.push([]);
    parts.at(-1)?.push(line);
  }
  return parts;
}

const inputs = fc.record({
  lines: fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 60 }),
  limits: fc.record({ lines: fc.integer({ min: 1, max: 20 }), bytes: fc.integer({ min: 1, max: 100 }) }),
});

describe('cutting an input', () => {
  it('loses no line, keeps their order, passes no limit unless one line alone does, and fills each part', () => {
    fc.assert(
      fc.property(inputs, ({ lines, limits }) => {
        const parts = cut(lines, limits);
        expect(parts.flat()).toEqual(lines);
        parts.forEach((part, index) => {
          expect(part.length).toBeLessThanOrEqual(limits.lines);
          expect(part.length === 1 || sizeOf(part) <= limits.bytes).toBe(true);
          const next = parts[index + 1]?.[0];
          if (next === undefined) return;
          expect(part.length === limits.lines || sizeOf(part) + Buffer.byteLength(next) > limits.bytes).toBe(true);
        });
      }),
    );
  });

  it('by hash alone gives the hashes of the parts as they would be written', () => {
    fc.assert(
      fc.property(inputs, ({ lines, limits }) => {
        const hasher = createPartHasher(limits);
        for (const line of lines) hasher.add(line);
        expect(hasher.finish()).toEqual(
          cut(lines, limits).map((part) => ({
            sha256: createHash('sha256').update(part.join('')).digest('hex'),
            lines: part.length,
          })),
        );
      }),
    );
  });
});

it.each([
  ['aws-user-personalization', 50_000_000],
  ['aws-popularity-count', 50_000_000],
  ['aws-item-affinity', 500],
  ['aws-item-attribute-affinity', 10],
])('a job of %s takes %i lines and 1 GB', (recipe, lines) => {
  expect(inputLimits(recipe)).toEqual({ lines, bytes: 1_000_000_000 });
});
