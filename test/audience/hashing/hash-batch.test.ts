import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { HashBatch } from '../../../src/audience/hashing/hash-batch';
import { openSha256Lanes } from '../../../src/audience/hashing/sha256-lanes';

type Value = string | Uint8Array;

const WAYS = { 'four at a time': openSha256Lanes, 'without vectors': () => null };
const digest = (value: Value) => createHash('sha256').update(value).digest('hex');

/** Hands a value in, a text as UTF-8, as a part of something longer. */
function add(batch: HashBatch, value: Value, to: Uint8Array, at: number): void {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  batch.addBytes(Uint8Array.of(7, ...bytes, 7), 1, 1 + bytes.length, to, at);
}

/** Hashes values one behind the other, with a byte between that must stay. */
function hashAll(batch: HashBatch, values: readonly Value[]): readonly string[] {
  const to = Buffer.alloc(65 * values.length, '.');
  for (const [n, value] of values.entries()) add(batch, value, to, 65 * n);
  batch.flush();
  return values.map((_, n) => to.toString('latin1', 65 * n, 65 * n + 65));
}
const digestAll = (values: readonly Value[]) => values.map((value) => `${digest(value)}.`);

const value = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', minLength: 50, maxLength: 58 }) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 70 }) },
);

it('this machine has vectors, so that both ways are tested', () => {
  expect(WAYS['four at a time']()).not.toBeNull();
});

describe.each(Object.entries(WAYS))('hashes %s', (_, openLanes) => {
  it('give what node:crypto gives, of every length', () => {
    const batch = new HashBatch(openLanes());
    const texts = Array.from({ length: 201 }, (_, length) =>
      String.fromCharCode(...Array.from({ length }, (_, n) => (n * 7 + length) % 128)),
    );
    const bytes = texts.map((_, length) => Uint8Array.from({ length }, (_, n) => 255 - ((n * 3 + length) % 256)));
    for (const values of [texts, bytes, texts.toReversed(), bytes.toReversed()]) {
      expect(hashAll(batch, values)).toEqual(digestAll(values));
    }
  });

  it('give the vectors of FIPS 180-4', () => {
    expect(
      hashAll(new HashBatch(openLanes()), ['abc', 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq']),
    ).toEqual([
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1.',
    ]);
  });

  it('leave nothing of a value behind for the next one in its lane', () => {
    const batch = new HashBatch(openLanes());
    const long = 'x'.repeat(55);
    const values = [long, long, long, long, '', 'a', 'ab', 'abc', long, `${'x'.repeat(40)}é`, 'a', '', 'b', 'é', 'c'];
    expect(hashAll(batch, values)).toEqual(digestAll(values));
    expect(hashAll(batch, ['é', 'a'])).toEqual(digestAll(['é', 'a']));
  });

  it('stand where they were wanted, whatever the order and the targets, at the latest after a flush', () => {
    const batch = new HashBatch(openLanes());
    const steps = fc.array(
      fc.record({
        value,
        target: fc.nat(2),
        flush: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, fc.nat(), (steps, seed) => {
        const places = steps.map((_, n) => n).toSorted((a, b) => mix(a, seed) - mix(b, seed));
        const targets = [3, 0, 8].map((offset) => Buffer.alloc(66 * steps.length + offset, '.').subarray(offset));
        const wanted = targets.map((target) => Buffer.from(target));
        for (const [n, { value, target, flush }] of steps.entries()) {
          const at = 66 * (places[n] ?? 0);
          add(batch, value, targets[target] ?? Buffer.alloc(0), at);
          wanted[target]?.write(digest(value), at, 'latin1');
          if (flush) batch.flush();
        }
        batch.flush();
        expect(targets.map(String)).toEqual(wanted.map(String));
      }),
      { numRuns: 300 },
    );
  });

  it('are those of the ranges of long texts, in turn and with jumps', () => {
    const batch = new HashBatch(openLanes());
    const text = fc
      .array(fc.string({ unit: fc.constantFrom('a', 'b', '@', '.', '7', '\0'), minLength: 200, maxLength: 900 }), {
        minLength: 1,
        maxLength: 12,
      })
      .chain((parts) => fc.constantFrom('', '', 'é', 'ł', '😀').map((between) => Buffer.from(parts.join(between))));
    const step = fc.record({
      gap: fc.oneof(
        { weight: 30, arbitrary: fc.nat(3) },
        { weight: 1, arbitrary: fc.integer({ min: -9000, max: 9000 }) },
      ),
      length: fc.oneof({ weight: 30, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.nat(80) }),
      other: fc.integer({ min: 0, max: 60 }).map((n) => n === 0),
    });
    fc.assert(
      fc.property(text, text, fc.array(step, { minLength: 1, maxLength: 400, size: 'max' }), (one, two, steps) => {
        const to = Buffer.alloc(64 * steps.length, '.');
        const values: Buffer[] = [];
        let current = one;
        let at = 0;
        for (const { gap, length, other } of steps) {
          if (other) current = current === one ? two : one;
          const start = Math.min(current.length, Math.max(0, at + gap));
          at = Math.min(current.length, start + length);
          batch.addBytes(current, start, at, to, 64 * values.length);
          values.push(current.subarray(start, at));
        }
        batch.flush();
        expect(to.toString('latin1').match(/.{64}/g)).toEqual(values.map(digest));
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('are those of the ranges of a long text from its start to its end', () => {
    const text = Buffer.from(Array.from({ length: 3000 }, (_, n) => `person.${n}@mail.example`).join(''));
    const ranges: { readonly start: number; readonly end: number }[] = [];
    for (let start = 0; start < text.length; start += ranges.length % 3) {
      const end = Math.min(text.length, start + (ranges.length % 30));
      ranges.push({ start, end });
      start = end;
    }
    const to = Buffer.alloc(64 * ranges.length);
    const batch = new HashBatch(openLanes());
    for (const [n, { start, end }] of ranges.entries()) batch.addBytes(text, start, end, to, 64 * n);
    batch.flush();
    expect(to.toString('latin1').match(/.{64}/g)).toEqual(
      ranges.map(({ start, end }) => digest(text.subarray(start, end))),
    );
  });

  it('do not mix between batches', () => {
    const batches = [new HashBatch(openLanes()), new HashBatch(openLanes()), new HashBatch(openLanes())];
    const to = Buffer.alloc(64 * 99);
    for (const [n, batch] of Array.from({ length: 99 }, (_, n) => [n, batches[n % 3]] as const))
      batch?.addBytes(Buffer.from(`value ${n}`), 0, `value ${n}`.length, to, 64 * n);
    for (const batch of batches) batch.flush();
    for (let n = 0; n < 99; n++) expect(to.toString('latin1', 64 * n, 64 * n + 64)).toBe(digest(`value ${n}`));
  });

  it('a target without room is refused at once, and the batch goes on', () => {
    const batch = new HashBatch(openLanes());
    const to = Buffer.alloc(64);
    expect(() => batch.addBytes(Buffer.from('abc'), 0, 3, to, 1)).toThrow(RangeError);
    expect(() => batch.addBytes(Buffer.from('é'.repeat(60)), 0, 120, to, 1)).toThrow(RangeError);
    expect(() => batch.addBytes(Buffer.from('abc'), 0, 3, to, -1)).toThrow(RangeError);
    expect(hashAll(batch, ['abc'])).toEqual(digestAll(['abc']));
  });
});

/** A number that puts things in no order. */
function mix(n: number, seed: number): number {
  return Math.imul(n + 1, 2 * seed + 0x9e3779b1) >>> 0;
}
