/** Draws the picture of an item: its figure in its colour, in front of a wall that suits it. */

import { createRandom, entryAt, type Random } from '../random';
import type { SampleItem } from '../rows';
import { colourDistance, darken, lighten, lightnessOf, mixColours, parseColour } from './colour';
import type { Figures, SceneKind } from './figure';
import { BAGS_FIGURES } from './figures/bags';
import { BATH_FIGURES } from './figures/bath';
import { CERAMICS_FIGURES } from './figures/ceramics';
import { COFFEE_FIGURES } from './figures/coffee';
import { FURNITURE_FIGURES } from './figures/furniture';
import { KITCHEN_FIGURES } from './figures/kitchen';
import { LIGHTING_FIGURES } from './figures/lighting';
import { PANTRY_FIGURES } from './figures/pantry';
import { PLANTS_FIGURES } from './figures/plants';
import { STATIONERY_FIGURES } from './figures/stationery';
import { TEA_FIGURES } from './figures/tea';
import { WOOL_FIGURES } from './figures/wool';
import { type Ink, type Pattern, SHADOW } from './forms';
import { box, type Matrix, oval } from './path';
import { createSheet, type Pen } from './pen';
import { encodePng } from './png';

/** Pictures are of this size, in pixels. */
export const PICTURE_SIZE = { width: 400, height: 300 } as const;

/** All figures, by the name that products use. */
export const FIGURES: Figures = {
  ...CERAMICS_FIGURES,
  ...COFFEE_FIGURES,
  ...TEA_FIGURES,
  ...KITCHEN_FIGURES,
  ...LIGHTING_FIGURES,
  ...FURNITURE_FIGURES,
  ...PLANTS_FIGURES,
  ...STATIONERY_FIGURES,
  ...WOOL_FIGURES,
  ...PANTRY_FIGURES,
  ...BATH_FIGURES,
  ...BAGS_FIGURES,
};

const WALLS = [
  0xf4e8d6, 0xe2ebe3, 0xdde7f0, 0xf5dbcf, 0xe9e1f1, 0xf8ebc4, 0xd3e2d8, 0xcbdce7, 0xf0d2b6, 0xf3cfd0, 0x3c4f5c,
  0x46594d, 0x5f4654,
];
const ACCENTS = [0xe0a23f, 0xc9573f, 0x3f7f86, 0xd98c95, 0x6f8f5a, 0x4b5f8a, 0xb5668a, 0xf2c879];
const PATTERNS: readonly Pattern[] = ['plain', 'plain', 'dip', 'stripes', 'dots', 'speckle', 'band'];
/** How often a wall may be dark. */
const DARK_WALL_SHARE = 0.4;
/** A wall must differ from the tint by at least this much, an accent from both. */
const LEAST_DISTANCE = { wall: 0.19, accent: 0.16 } as const;

/**
 * Draws an item as a PNG of 400 × 300, most of them below 10 kB.
 * The same item and seed give the same pixels everywhere.
 *
 * @throws RangeError for a figure that is not known
 */
export function drawPicture(item: Pick<SampleItem, 'itemId' | 'look'>, seed: number): Buffer {
  const figure = FIGURES[item.look.figure];
  if (figure === undefined) throw new RangeError(`there is no figure "${item.look.figure}"`);
  const random = createRandom(seed, `picture/${item.itemId}`);
  const tint = parseColour(item.look.tint);
  const wall = chooseWall(tint, random);
  const ink = mixInk(tint, wall, random);
  const { pixels, pen } = createSheet(PICTURE_SIZE, wall);
  drawScene(pen, { kind: figure.scene ?? 'stand', wall, random });
  pen.through(chooseStance(figure.scene ?? 'stand', random), () => figure.draw(pen, ink));
  return encodePng(pixels, PICTURE_SIZE);
}

/** Chooses a wall that the tint stands out from; where every such wall is dark, it is a dark one. */
function chooseWall(tint: number, random: Random): number {
  const suited = WALLS.filter((colour) => colourDistance(colour, tint) >= LEAST_DISTANCE.wall);
  const light = suited.filter((colour) => lightnessOf(colour) >= 0.5);
  return random.pick(random.chance(DARK_WALL_SHARE) || light.length === 0 ? suited : light);
}

function mixInk(tint: number, wall: number, random: Random): Ink {
  const accents = ACCENTS.filter(
    (colour) =>
      colourDistance(colour, tint) >= LEAST_DISTANCE.accent && colourDistance(colour, wall) >= LEAST_DISTANCE.accent,
  );
  const dark = lightnessOf(tint) < 0.4;
  return {
    tint,
    deep: darken(tint, dark ? 0.35 : 0.24),
    light: lighten(tint, dark ? 0.55 : lightnessOf(tint) > 0.85 ? -0.1 : 0.5),
    accent: random.pick(accents),
    pattern: random.pick(PATTERNS),
    extra: random.integer(0, 3),
  };
}

/** Makes a thing a little larger or smaller, standing where it stood, and some of them mirrored. */
function chooseStance(kind: SceneKind, random: Random): Matrix {
  const scale = 0.98 + random.integer(0, 8) / 100;
  const floor = kind === 'stand' ? 248 : kind === 'hang' ? 0 : 150;
  const side = random.chance(0.35) && kind !== 'flat' ? -scale : scale;
  return [side, 0, 0, scale, 200 - 200 * side, floor - floor * scale];
}

interface Scene {
  readonly kind: SceneKind;
  readonly wall: number;
  readonly random: Random;
}

function drawScene(pen: Pen, { kind, wall, random }: Scene): void {
  const dark = lightnessOf(wall) < 0.5;
  const glow = dark ? lighten(wall, 0.13) : mixColours(wall, 0xffffff, 0.45);
  if (kind === 'flat') {
    drawCloth(pen, { glow, random });
    return;
  }
  entryAt(BACKDROPS, random.integer(0, BACKDROPS.length - 1))(pen, glow);
  if (kind === 'hang') return;
  const table = dark ? darken(wall, 0.3) : darken(mixColours(wall, 0xc98f62, 0.3), 0.06);
  pen.fill(box(0, 236, [400, 64]), table);
  pen.fill(box(0, 236, [400, 4]), lighten(table, 0.25));
  pen.fill(oval(204, 250, 118, 11), SHADOW, 0.18);
}

/** What is seen behind a thing: the moon, an arch, a window, hills, a round rug on the wall. */
const BACKDROPS: readonly ((pen: Pen, colour: number) => void)[] = [
  (pen, colour) => pen.fill(oval(200, 150, 126), colour),
  (pen, colour) => pen.fill('M84 300 V148 C84 78 136 30 200 30 C264 30 316 78 316 148 V300 Z', colour),
  (pen, colour) => {
    for (const [x, y] of [
      [76, 26],
      [204, 26],
      [76, 134],
      [204, 134],
    ] as const)
      pen.fill(box(x, y, [120, 100], 6), colour);
  },
  (pen, colour) => {
    pen.fill(oval(300, 74, 42), colour);
    pen.fill('M0 300 V190 C60 130 130 150 190 190 C250 150 330 120 400 170 V300 Z', colour);
  },
  (pen, colour) => {
    for (const radius of [150, 110, 70]) pen.line(oval(200, 150, radius), 14, colour);
  },
];

/** A cloth below a thing that is seen from above: stripes, a round mat, or nothing. */
function drawCloth(pen: Pen, { glow, random }: { readonly glow: number; readonly random: Random }): void {
  const kind = random.integer(0, 3);
  if (kind === 0)
    for (let x = -300; x < 400; x += 56) pen.fill(`M${x} 300 L${x + 300} 0 H${x + 326} L${x + 26} 300 Z`, glow);
  if (kind === 1) pen.fill(oval(200, 150, 140), glow);
  if (kind === 2) for (let y = 18; y < 300; y += 44) for (let x = 18; x < 400; x += 44) pen.fill(oval(x, y, 5), glow);
}
