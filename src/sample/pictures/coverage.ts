/** Tells how much of each pixel an area or a line covers. */

import type { Outline } from './path';

/** Taken out of Math once: looking a global up in a hot loop is slow in sandboxes, such as that of jest. */
const { abs, ceil, floor, max, min, sqrt } = Math;

/** Coverage of the pixels of a rectangle, 0 to 1, row by row; `right` and `bottom` are outside it. */
export interface Coverage {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly values: Float32Array;
}

/** Width and height of a picture in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

function boundsOf(outline: Outline, margin: number, { width, height }: Size): Omit<Coverage, 'values'> {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (const { points } of outline) {
    for (let at = 0; at + 1 < points.length; at += 2) {
      const x = points[at] ?? 0;
      const y = points[at + 1] ?? 0;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return {
    left: max(0, floor(left - margin)),
    top: max(0, floor(top - margin)),
    right: min(width, ceil(right + margin) + 1),
    bottom: min(height, ceil(bottom + margin) + 1),
  };
}

/** Covers the inside of an outline exactly: signed areas are summed along each row (as in Raph Levien's font-rs). */
export function coverArea(outline: Outline, size: Size): Coverage {
  const bounds = boundsOf(outline, 0, size);
  const columns = max(0, bounds.right - bounds.left);
  const rows = max(0, bounds.bottom - bounds.top);
  const values = new Float32Array(columns * rows + 2);
  const sheet: Sheet = { values, columns, rows, left: bounds.left, top: bounds.top };
  for (const { points } of outline) {
    const count = points.length;
    for (let at = 0; at + 1 < count; at += 2) {
      const next = at + 3 < count ? at + 2 : 0;
      addEdge(sheet, [points[at] ?? 0, points[at + 1] ?? 0, points[next] ?? 0, points[next + 1] ?? 0]);
    }
  }
  for (let row = 0; row < rows; row++) sumRow(values, row * columns, columns);
  return { ...bounds, values };
}

function sumRow(values: Float32Array, start: number, columns: number): void {
  let sum = 0;
  for (let at = start; at < start + columns; at++) {
    sum += values[at] ?? 0;
    values[at] = min(1, abs(sum));
  }
}

interface Sheet {
  readonly values: Float32Array;
  readonly columns: number;
  readonly rows: number;
  readonly left: number;
  readonly top: number;
}

function addEdge(sheet: Sheet, [fromX, fromY, toX, toY]: readonly [number, number, number, number]): void {
  if (fromY === toY) return;
  const sign = fromY < toY ? 1 : -1;
  const [upperX, upperY, lowerX, lowerY] = sign > 0 ? [fromX, fromY, toX, toY] : [toX, toY, fromX, fromY];
  const slope = (lowerX - upperX) / (lowerY - upperY);
  const firstRow = max(0, floor(upperY - sheet.top));
  const lastRow = min(sheet.rows - 1, floor(lowerY - sheet.top));
  for (let row = firstRow; row <= lastRow; row++) {
    const y0 = max(upperY - sheet.top, row);
    const y1 = min(lowerY - sheet.top, row + 1);
    if (y1 <= y0) continue;
    const x0 = upperX - sheet.left + (y0 + sheet.top - upperY) * slope;
    const x1 = x0 + (y1 - y0) * slope;
    addSpan(sheet, row, { low: min(x0, x1), high: max(x0, x1), height: sign * (y1 - y0) });
  }
}

/** Adds one row's piece of an edge: `height` of change, spread over the pixels from `low` to `high`. */
function addSpan(
  { values, columns }: Sheet,
  row: number,
  { low, high, height }: { readonly low: number; readonly high: number; readonly height: number },
): void {
  const limit = columns - 1;
  const a = min(limit, max(0, low));
  const b = min(limit, max(0, high));
  const first = floor(a);
  const last = floor(b);
  const start = row * columns;
  if (first === last) {
    const inside = height * (1 - ((a + b) / 2 - first));
    add(values, start + first, inside);
    if (first < limit) add(values, start + first + 1, height - inside);
    return;
  }
  const perPixel = height / (b - a);
  let before = 0;
  for (let column = first; column <= last; column++) {
    const x0 = max(a, column);
    const x1 = min(b, column + 1);
    const share = (x1 - x0) * perPixel;
    const inside = share * (1 - ((x0 + x1) / 2 - column));
    add(values, start + column, before + inside);
    before = share - inside;
  }
  if (last < limit) add(values, start + last + 1, before);
}

function add(values: Float32Array, at: number, amount: number): void {
  values[at] = (values[at] ?? 0) + amount;
}

/** Covers what lies within half of `width` of an outline's lines, with round ends and corners. */
export function coverLine(outline: Outline, width: number, size: Size): Coverage {
  const reach = width / 2 + 1;
  const bounds = boundsOf(outline, reach, size);
  const columns = max(0, bounds.right - bounds.left);
  const values = new Float32Array(columns * max(0, bounds.bottom - bounds.top));
  for (const { points, closed } of outline) {
    const count = points.length;
    for (let at = 0; at + (closed ? 1 : 3) < count; at += 2) {
      const next = at + 3 < count ? at + 2 : 0;
      const segment: Segment = [points[at] ?? 0, points[at + 1] ?? 0, points[next] ?? 0, points[next + 1] ?? 0];
      addSegment({ ...bounds, values }, segment, reach - 0.5);
    }
  }
  return { ...bounds, values };
}

type Segment = readonly [number, number, number, number];

/** Raises the coverage near one segment: a pixel counts as far as its centre lies within `edge` of it. */
function addSegment(coverage: Coverage, [x0, y0, x1, y1]: Segment, edge: number): void {
  const { left, top, right, bottom, values } = coverage;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy || 1;
  const lastRow = min(bottom, ceil(max(y0, y1) + edge) + 1);
  const lastColumn = min(right, ceil(max(x0, x1) + edge) + 1);
  for (let y = max(top, floor(min(y0, y1) - edge)); y < lastRow; y++) {
    for (let x = max(left, floor(min(x0, x1) - edge)); x < lastColumn; x++) {
      const along = min(1, max(0, ((x + 0.5 - x0) * dx + (y + 0.5 - y0) * dy) / square));
      const px = x + 0.5 - x0 - along * dx;
      const py = y + 0.5 - y0 - along * dy;
      const covered = min(1, edge - sqrt(px * px + py * py));
      const at = (y - top) * (right - left) + (x - left);
      if (covered > (values[at] ?? 0)) values[at] = covered;
    }
  }
}
