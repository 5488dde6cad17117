/** Forms that many figures share: shaded bodies with patterns, leaves, pots, labels, steam. */

import { darken, lighten } from './colour';
import { box, type Matrix, type Outline, outlineOf, oval, type Shape, transformOutline } from './path';
import type { Pen } from './pen';

/** How the body of a thing is decorated. */
export type Pattern = 'plain' | 'dip' | 'stripes' | 'dots' | 'speckle' | 'band';

/** The colours of one picture, `0xRRGGBB`, and what varies in it. */
export interface Ink {
  /** The colour that the title names, and what goes with it. */
  readonly tint: number;
  readonly deep: number;
  readonly light: number;
  /** A second colour that suits the tint. */
  readonly accent: number;
  readonly pattern: Pattern;
  /** 0 to 3: which of its small extras a figure shows. */
  readonly extra: number;
}

/** Colours that are the same in every picture. */
export const CREAM = 0xfbf4e6;
export const WOOD = 0xc99a66;
export const DARK_WOOD = 0x8a5f3f;
export const METAL = 0xb9bcc2;
export const DARK = 0x3d3942;
export const BRASS = 0xcfa552;
export const LEAF = 0x5d8a5a;
export const DARK_LEAF = 0x3f6b4c;
export const LIGHT_LEAF = 0x8db37a;
export const COFFEE = 0x5a3a29;
export const GLOW = 0xffe7a8;
/** The colour of shadows, laid over others. */
export const SHADOW = 0x2a1f2d;
const STEAM = 0xdcd1c4;
export const BERRY = 0xb23a54;

/** How strongly the side away from the light is darkened. */
const SHADE = 0.16;

/** The rectangle around a shape: left, top, width, height. */
function frameOf(outline: Outline): readonly [number, number, number, number] {
  const xs = outline.flatMap(({ points }) => points.filter((_, at) => at % 2 === 0));
  const ys = outline.flatMap(({ points }) => points.filter((_, at) => at % 2 === 1));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

const shift = (x: number, y: number): Matrix => [1, 0, 0, 1, x, y];

function reversed(outline: Outline): Outline {
  return outline.map(({ points, closed }) => {
    const turned: number[] = [];
    for (let at = points.length - 2; at >= 0; at -= 2) turned.push(points[at] ?? 0, points[at + 1] ?? 0);
    return { points: turned, closed };
  });
}

/** Darkens the right edge of a shape along its own contour, and lightens a strip on the left. */
function shadeSides(pen: Pen, outline: Outline): void {
  const [left, top, width, height] = frameOf(outline);
  const depth = Math.min(26, width * 0.16);
  pen.inside(outline, () => {
    pen.fill([...outline, ...reversed(transformOutline(outline, shift(-depth, 0)))], SHADOW, SHADE);
    if (width > 50) pen.fill(box(left + width * 0.13, top, [Math.max(5, width * 0.055), height]), 0xffffff, 0.16);
  });
}

/** Fills a shape and gives it roundness. */
export function drawSolid(pen: Pen, shape: Shape, colour: number): void {
  const outline = outlineOf(shape);
  pen.fill(outline, colour);
  shadeSides(pen, outline);
}

/** Fills a shape in the tint with the picture's pattern, and gives it roundness. */
export function drawBody(pen: Pen, ink: Ink, shape: Shape): void {
  const outline = outlineOf(shape);
  pen.fill(outline, ink.tint);
  pen.inside(outline, () => drawPattern(pen, ink, frameOf(outline)));
  shadeSides(pen, outline);
}

function drawPattern(pen: Pen, ink: Ink, [left, top, width, height]: readonly [number, number, number, number]): void {
  const paint = ink.light;
  if (ink.pattern === 'dip') {
    const y = top + height * 0.6;
    pen.fill(
      `M${left} ${y} Q${left + width * 0.25} ${y - 9} ${left + width / 2} ${y} Q${left + width * 0.75} ${y + 9} ${left + width} ${y} V${top + height} H${left} Z`,
      paint,
    );
  } else if (ink.pattern === 'band') {
    pen.fill(box(left, top + height * 0.3, [width, height * 0.07]), paint);
    pen.fill(box(left, top + height * 0.42, [width, height * 0.2]), paint);
  } else if (ink.pattern === 'stripes') {
    for (let x = left + 9; x < left + width; x += 20) pen.fill(box(x, top, [7, height]), paint);
  } else if (ink.pattern === 'dots') {
    for (let row = 0; row * 20 < height; row++) {
      for (let x = left + 6 + (row % 2) * 11; x < left + width; x += 22)
        pen.fill(oval(x, top + 12 + row * 20, 4), paint);
    }
  } else if (ink.pattern === 'speckle') {
    for (let dot = 0; dot < 34; dot++) {
      const x = left + ((dot * 61) % 97) * (width / 97);
      pen.fill(oval(x, top + ((dot * 37) % 89) * (height / 89), dot % 3 === 0 ? 2.2 : 1.4), ink.deep);
    }
  }
}

/** Draws a leaf from its base to its tip; `width` is that of one half. */
export function drawLeaf(
  pen: Pen,
  [x, y, tipX, tipY]: readonly [number, number, number, number],
  { width, colour, vein }: { readonly width: number; readonly colour: number; readonly vein?: number },
): void {
  const length = Math.sqrt((tipX - x) * (tipX - x) + (tipY - y) * (tipY - y)) || 1;
  const [px, py] = [(-(tipY - y) / length) * width * 2, ((tipX - x) / length) * width * 2];
  const [mx, my] = [x + (tipX - x) * 0.45, y + (tipY - y) * 0.45];
  pen.fill(`M${x} ${y} Q${mx + px} ${my + py} ${tipX} ${tipY} Q${mx - px} ${my - py} ${x} ${y} Z`, colour);
  if (vein !== undefined) pen.line(`M${x} ${y} L${x + (tipX - x) * 0.85} ${y + (tipY - y) * 0.85}`, 1.6, vein);
}

/** Draws a flower pot with a rim, standing on 248, with earth at its top. */
export function drawPot(pen: Pen, ink: Ink, { top, width }: { readonly top: number; readonly width: number }): void {
  const half = width / 2;
  const foot = half * 0.72;
  drawBody(
    pen,
    ink,
    `M${200 - half} ${top} H${200 + half} L${200 + foot} 240 Q${200 + foot - 2} 248 ${200 + foot - 10} 248 H${210 - foot} Q${202 - foot} 248 ${200 - foot} 240 Z`,
  );
  drawSolid(pen, box(194 - half, top - 8, [width + 12, 20], 5), darken(ink.tint, 0.1));
}

/** Draws a paper label with two lines of writing. */
export function drawLabel(
  pen: Pen,
  [left, top, width, height]: readonly [number, number, number, number],
  colour: number,
): void {
  pen.fill(box(left, top, [width, height], 4), CREAM);
  const middle = left + width / 2;
  const low = top + height * 0.78;
  pen.line(`M${middle - width * 0.3} ${low} H${middle + width * 0.3}`, 3, colour);
  pen.line(`M${middle - width * 0.18} ${low + 7} H${middle + width * 0.18}`, 2, lighten(colour, 0.35));
}

/** Draws two or three curls of steam above a point. */
export function drawSteam(pen: Pen, x: number, y: number): void {
  for (const [dx, dy] of [
    [-22, 4],
    [0, 0],
    [22, 6],
  ] as const) {
    const [a, b] = [x + dx, y + dy];
    pen.line(`M${a} ${b} C${a - 10} ${b - 12} ${a + 10} ${b - 22} ${a} ${b - 36}`, 4, STEAM);
  }
}

/** Draws a coffee bean of half width `size`. */
export function drawBean(pen: Pen, [x, y]: readonly [number, number], size: number): void {
  pen.fill(oval(x, y, size, size * 0.7), COFFEE);
  pen.line(
    `M${x - size * 0.8} ${y + 1} C${x - size * 0.2} ${y - size * 0.5} ${x + size * 0.2} ${y + size * 0.5} ${x + size * 0.8} ${y - 1}`,
    1.5,
    0x8a6247,
  );
}
