import fc from 'fast-check';
import { double, integer, list, map, structure, TIMESTAMP, text } from '../../../src/local/model/shape';
import { writeJson } from '../../../src/local/model/write';

describe('writing answers', () => {
  it('keeps the point of whole doubles, at any depth, and of nothing else', () => {
    const shape = structure({
      count: integer(),
      at: TIMESTAMP,
      share: double(),
      name: text(),
      metrics: map(text(), double()),
      ranges: list(structure({ maxValue: double() })),
    });
    const value = {
      count: 1,
      at: 2,
      share: -0.5,
      name: '3',
      metrics: { a: 0, b: 0.25 },
      ranges: [{ maxValue: 1 }, {}],
      unknown: { share: 1, none: null, missing: undefined },
    };

    expect(writeJson(shape, value)).toBe(
      '{"count":1,"at":2,"share":-0.5,"name":"3","metrics":{"a":0.0,"b":0.25},"ranges":[{"maxValue":1.0},{}],"unknown":{"share":1,"none":null}}',
    );
  });

  it('reads as what JSON.stringify writes, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true })), (numbers) => {
        expect(JSON.parse(writeJson(map(text(), double()), numbers))).toEqual(JSON.parse(JSON.stringify(numbers)));
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(writeJson(undefined, value)).toBe(JSON.stringify(value));
      }),
    );
  });
});
