/** Draws areas and lines on a sheet of pixels. */

import { mixColours } from './colour';
import { type Coverage, coverArea, coverLine, type Size } from './coverage';
import { type Matrix, type Outline, outlineOf, type Shape, transformOutline } from './path';

/** Taken out of Math once: looking a global up in a hot loop is slow in sandboxes, such as that of jest. */
const { max, min, round } = Math;

/** Coverage is kept in so many steps, which keeps the palette small. */
const COVERAGE_STEPS = 12;

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** Draws on one sheet; colours are `0xRRGGBB`, `opacity` is 0 to 1. */
export interface Pen {
  /** Fills the inside of a shape. */
  readonly fill: (shape: Shape, colour: number, opacity?: number) => void;
  /** Draws a shape's lines with round ends; `width` in pixels. */
  readonly line: (shape: Shape, width: number, colour: number) => void;
  /** Draws only inside a shape while `draw` runs. */
  readonly inside: (shape: Shape, draw: () => void) => void;
  /** Draws through a further transformation while `draw` runs; line widths stay as given. */
  readonly through: (matrix: Matrix, draw: () => void) => void;
}

/** A sheet of pixels `0xRRGGBB`, row by row, and its pen. */
export interface Sheet {
  readonly pixels: Uint32Array;
  readonly pen: Pen;
}

interface State {
  readonly size: Size;
  readonly pixels: Uint32Array;
  matrix: Matrix;
  /** What may be drawn on; all of the sheet where it is undefined. */
  mask: Coverage | undefined;
}

/** Creates a sheet of one colour. */
export function createSheet(size: Size, background: number): Sheet {
  const pixels = new Uint32Array(size.width * size.height).fill(background);
  const state: State = { size, pixels, matrix: IDENTITY, mask: undefined };
  const place = (shape: Shape): Outline => transformOutline(outlineOf(shape), state.matrix);
  const pen: Pen = {
    fill: (shape, colour, opacity = 1) => blend(state, coverArea(place(shape), size), { colour, opacity }),
    line: (shape, width, colour) => blend(state, coverLine(place(shape), width, size), { colour, opacity: 1 }),
    inside: (shape, draw) => {
      const outer = state.mask;
      const inner = coverArea(place(shape), size);
      state.mask = outer === undefined ? inner : intersect(inner, outer);
      draw();
      state.mask = outer;
    },
    through: (matrix, draw) => {
      const outer = state.matrix;
      state.matrix = multiply(outer, matrix);
      draw();
      state.matrix = outer;
    },
  };
  return { pixels, pen };
}

interface Paint {
  readonly colour: number;
  readonly opacity: number;
}

function blend({ size, pixels, mask }: State, coverage: Coverage, { colour, opacity }: Paint): void {
  const { left, top, right, bottom, values } = mask === undefined ? coverage : intersect(coverage, mask);
  let from = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++, from++) {
      const step = round((values[from] ?? 0) * COVERAGE_STEPS) / COVERAGE_STEPS;
      if (step === 0) continue;
      const at = y * size.width + x;
      pixels[at] = step * opacity === 1 ? colour : mixColours(pixels[at] ?? 0, colour, step * opacity);
    }
  }
}

/** Multiplies two coverages where both reach. */
function intersect(one: Coverage, other: Coverage): Coverage {
  const left = max(one.left, other.left);
  const top = max(one.top, other.top);
  const right = max(left, min(one.right, other.right));
  const bottom = max(top, min(one.bottom, other.bottom));
  const values = new Float32Array((right - left) * (bottom - top));
  let to = 0;
  for (let y = top; y < bottom; y++) {
    let fromOne = (y - one.top) * (one.right - one.left) + left - one.left;
    let fromOther = (y - other.top) * (other.right - other.left) + left - other.left;
    for (let x = left; x < right; x++) values[to++] = (one.values[fromOne++] ?? 0) * (other.values[fromOther++] ?? 0);
  }
  return { left, top, right, bottom, values };
}

function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}
