/** Draws areas and lines on a sheet of pixels. */

import { mixColours } from './colour';
import { type Coverage, coverArea, coverLine, type Size } from './coverage';
import { type Matrix, type Outline, outlineOf, type Shape, transformOutline } from './path';

/** Coverage is kept in so many steps, which keeps the palette small. */
const COVERAGE_STEPS = 12;

/** Draws on one sheet; colours are `0xRRGGBB`, `opacity` is 0 to 1. */
export interface Pen {
  /** Fills the inside of a shape. */
  readonly fill: (shape: Shape, colour: number, opacity?: number) => void;
  /** Draws a shape's lines with round ends; `width` in pixels. */
  readonly line: (shape: Shape, width: number, colour: number) => void;
  /** Draws only inside a shape while `draw` runs. */
  readonly inside: (shape: Shape, draw: () => void) => void;
  /** Draws through a further transformation while `draw` runs. */
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
  mask: Float32Array | undefined;
}

/** Creates a sheet of one colour; `matrix` moves all that is drawn (line widths stay as given). */
export function createSheet(size: Size, background: number, matrix: Matrix): Sheet {
  const pixels = new Uint32Array(size.width * size.height).fill(background);
  const state: State = { size, pixels, matrix, mask: undefined };
  const place = (shape: Shape): Outline => transformOutline(outlineOf(shape), state.matrix);
  const pen: Pen = {
    fill: (shape, colour, opacity = 1) => blend(state, coverArea(place(shape), size), { colour, opacity }),
    line: (shape, width, colour) => blend(state, coverLine(place(shape), width, size), { colour, opacity: 1 }),
    inside: (shape, draw) => {
      const outer = state.mask;
      state.mask = narrowMask(state, coverArea(place(shape), size));
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
  const { left, top, right, bottom, values } = coverage;
  let from = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++, from++) {
      const covered = values[from] ?? 0;
      if (covered === 0) continue;
      const at = y * size.width + x;
      const share = mask === undefined ? covered : covered * (mask[at] ?? 0);
      const step = Math.round(share * COVERAGE_STEPS) / COVERAGE_STEPS;
      if (step > 0) pixels[at] = step * opacity === 1 ? colour : mixColours(pixels[at] ?? 0, colour, step * opacity);
    }
  }
}

function narrowMask({ size, mask }: State, { left, top, right, bottom, values }: Coverage): Float32Array {
  const narrowed = new Float32Array(size.width * size.height);
  let from = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++, from++) {
      const at = y * size.width + x;
      narrowed[at] = (values[from] ?? 0) * (mask === undefined ? 1 : (mask[at] ?? 0));
    }
  }
  return narrowed;
}

function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}
