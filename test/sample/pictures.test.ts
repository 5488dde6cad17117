/** Checks the pictures of the sample shop: valid, small, equal everywhere, in the colour of their titles. */

import { createHash } from 'node:crypto';
import { CATEGORIES } from '../../src/sample/catalogue/categories';
import { colourDistance, parseColour } from '../../src/sample/pictures/colour';
import { coverArea, coverLine } from '../../src/sample/pictures/coverage';
import { box, oval, parsePath } from '../../src/sample/pictures/path';
import { drawPicture, FIGURES } from '../../src/sample/pictures/picture';
import { encodePng } from '../../src/sample/pictures/png';
import { generateShop } from '../../src/sample/shop';
import { readPng } from './read-png';

const { items } = generateShop(5);
const onePerFigure = Object.keys(FIGURES).flatMap((figure) => items.find((item) => item.look.figure === figure) ?? []);
const SIZE = { width: 40, height: 30 };
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('a picture', () => {
  it.each(onePerFigure.map((item) => [item.look.figure, item] as const))('of a %s is a small valid PNG', (_, item) => {
    const file = drawPicture(item, 5);
    const png = readPng(file);
    expect([png.width, png.height]).toEqual([400, 300]);
    expect(png.format).toEqual([8, 3, 0, 0, 0]);
    expect(png.chunkTypes).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
    expect(file.length).toBeLessThan(16_000);
    expect(png.paletteSize).toBeGreaterThan(20);
  });

  it('shows its colour on a good part of its area, or something close to it', () => {
    const scarce = onePerFigure.filter((item) => {
      const tint = parseColour(item.look.tint);
      const { pixels } = readPng(drawPicture(item, 5));
      return pixels.filter((pixel) => colourDistance(pixel, tint) < 0.06).length < 0.01 * pixels.length;
    });
    expect(scarce.map((item) => item.look.figure)).toEqual([]);
  });

  it('is the same for the same seed and another for another', () => {
    const [item] = items;
    if (item === undefined) throw new Error('no item');
    expect(drawPicture(item, 5).equals(drawPicture(item, 5))).toBe(true);
    expect(drawPicture(item, 5).equals(drawPicture(item, 6))).toBe(false);
  });

  it('has these very pixels on every machine', () => {
    const hash = createHash('sha256');
    for (const item of onePerFigure) hash.update(readPng(drawPicture(item, 5)).pixels);
    expect(hash.digest('hex')).toMatchInlineSnapshot(
      `"afda20c8356c2fe243df1d43c9b232f447a9b954acd840031892383e33502b37"`,
    );
  });

  it('differs from those of all other items', () => {
    const hashes = items
      .filter((_, index) => index % 5 === 0)
      .map((item) => createHash('sha256').update(drawPicture(item, 5)).digest('hex'));
    expect(new Set(hashes).size).toBe(120);
  });

  it('refuses a figure that is not known', () => {
    const look = { figure: 'unicorn', tint: '#ffffff' };
    expect(() => drawPicture({ itemId: 'x', look }, 1)).toThrow('there is no figure "unicorn"');
  });
});

describe('the figures', () => {
  it('are exactly those that products use', () => {
    const used = CATEGORIES.flatMap((category) => category.products.map((product) => product.figure));
    expect(Object.keys(FIGURES).sort()).toEqual([...new Set(used)].sort());
  });
});

describe('the PNG encoder', () => {
  it('gives pixels back exactly, up to 256 colours', () => {
    const pixels = Uint32Array.from({ length: 64 * 32 }, (_, at) => ((at * 7919) % 256) * 0x010001);
    const png = readPng(encodePng(pixels, { width: 64, height: 32 }));
    expect(png.pixels).toEqual(pixels);
  });

  it('takes the nearest colour for the rarest beyond 256', () => {
    const common = Array.from({ length: 512 }, (_, at) => (at % 256) << 16);
    const png = readPng(encodePng(Uint32Array.from([...common, 0x7f0101]), { width: 513, height: 1 }));
    expect(png.pixels[512]).toBe(0x7f0000);
    expect(png.paletteSize).toBe(256);
  });
});

describe('coverage', () => {
  it('of a rectangle sums up to its area, also between pixels', () => {
    expect(sum(coverArea(box(2.25, 3.5, [10.5, 6.25]), SIZE).values)).toBeCloseTo(10.5 * 6.25, 3);
  });

  it('of a disc sums up to its area, whichever way round it is run', () => {
    const disc = oval(20, 15, 10);
    const turned = disc.map(({ points, closed }) => ({
      points: points.flatMap((_, at) =>
        at % 2 === 0 ? [points[points.length - 2 - at] ?? 0, points[points.length - 1 - at] ?? 0] : [],
      ),
      closed,
    }));
    expect(sum(coverArea(disc, SIZE).values)).toBeCloseTo(314.16, -0.5);
    expect(sum(coverArea(turned, SIZE).values)).toBeCloseTo(sum(coverArea(disc, SIZE).values), 2);
  });

  it('of a line is its length times its width, with half a disc at each end', () => {
    expect(Math.abs(sum(coverLine(parsePath('M8 15 H32'), 6, SIZE).values) - (24 * 6 + 28.27))).toBeLessThan(2);
  });

  it('stays on the sheet', () => {
    const { left, top, right, bottom } = coverArea(box(-50, -50, [500, 500]), SIZE);
    expect([left, top, right, bottom]).toEqual([0, 0, 40, 30]);
  });
});
