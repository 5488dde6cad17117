/** Outlines as polylines, written in the path language of SVG (absolute M, L, H, V, C, Q, Z). */

/** One line of points `x0, y0, x1, y1, …`; filled areas close by themselves, strokes only if `closed`. */
export interface Polyline {
  readonly points: readonly number[];
  readonly closed: boolean;
}

/** An outline of one or more lines; a line inside another, run the other way round, is a hole. */
export type Outline = readonly Polyline[];

/** What a pen takes: an outline, or a text in the path language. */
export type Shape = Outline | string;

/** How many straight pieces a curve becomes. */
const CURVE_PIECES = 14;
/** How far the handles of a quarter circle reach, as a share of its radius. */
const ROUND = 0.5523;

interface Draft {
  points: number[];
  closed: boolean;
}

const ARGUMENT_COUNTS: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, C: 6, Q: 4, Z: 0 };

/** Reads a path; throws a RangeError for a command that is not known. */
export function parsePath(text: string): Outline {
  const lines: Draft[] = [];
  for (const [, command = '', numbers = ''] of text.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const values = (numbers.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);
    const step = ARGUMENT_COUNTS[command];
    if (step === undefined) throw new RangeError(`the path command "${command}" is not known`);
    if (step === 0) closeLast(lines);
    for (let at = 0; step > 0 && at + step <= values.length; at += step) {
      applyCommand(at > 0 && command === 'M' ? 'L' : command, values.slice(at, at + step), lines);
    }
  }
  return lines;
}

function closeLast(lines: Draft[]): void {
  const last = lines.at(-1);
  if (last !== undefined) last.closed = true;
}

function applyCommand(command: string, values: readonly number[], lines: Draft[]): void {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values;
  if (command === 'M') {
    lines.push({ points: [a, b], closed: false });
    return;
  }
  const points = lines.at(-1)?.points ?? [];
  const x = points.at(-2) ?? 0;
  const y = points.at(-1) ?? 0;
  if (command === 'L') points.push(a, b);
  else if (command === 'H') points.push(a, y);
  else if (command === 'V') points.push(x, a);
  else if (command === 'C') pushCurve(points, [x, y, a, b, c, d, e, f]);
  else
    pushCurve(points, [
      x,
      y,
      x + ((a - x) * 2) / 3,
      y + ((b - y) * 2) / 3,
      c + ((a - c) * 2) / 3,
      d + ((b - d) * 2) / 3,
      c,
      d,
    ]);
}

type Cubic = readonly [number, number, number, number, number, number, number, number];

function pushCurve(points: number[], [x0, y0, x1, y1, x2, y2, x3, y3]: Cubic): void {
  for (let piece = 1; piece <= CURVE_PIECES; piece++) {
    const t = piece / CURVE_PIECES;
    const s = 1 - t;
    const [w0, w1, w2, w3] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
    points.push(w0 * x0 + w1 * x1 + w2 * x2 + w3 * x3, w0 * y0 + w1 * y1 + w2 * y2 + w3 * y3);
  }
}

/** Makes an ellipse, run clockwise on the screen; a circle where `ry` is left out. */
export function oval(cx: number, cy: number, rx: number, ry = rx): Outline {
  return roundedBox({ left: cx - rx, top: cy - ry, right: cx + rx, bottom: cy + ry, rx, ry });
}

/** Makes a rectangle by its left upper corner and size, with round corners where `radius` is given. */
export function box(left: number, top: number, [width, height]: readonly [number, number], radius = 0): Outline {
  return roundedBox({ left, top, right: left + width, bottom: top + height, rx: radius, ry: radius });
}

interface RoundedBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly rx: number;
  readonly ry: number;
}

function roundedBox({ left, top, right, bottom, rx, ry }: RoundedBox): Outline {
  if (rx === 0 || ry === 0) return [{ points: [left, top, right, top, right, bottom, left, bottom], closed: true }];
  const kx = rx * (1 - ROUND);
  const ky = ry * (1 - ROUND);
  const points = [left + rx, top, right - rx, top];
  pushCurve(points, [right - rx, top, right - kx, top, right, top + ky, right, top + ry]);
  points.push(right, bottom - ry);
  pushCurve(points, [right, bottom - ry, right, bottom - ky, right - kx, bottom, right - rx, bottom]);
  points.push(left + rx, bottom);
  pushCurve(points, [left + rx, bottom, left + kx, bottom, left, bottom - ky, left, bottom - ry]);
  points.push(left, top + ry);
  pushCurve(points, [left, top + ry, left, top + ky, left + kx, top, left + rx, top]);
  return [{ points, closed: true }];
}

/** Turns a shape into an outline. */
export function outlineOf(shape: Shape): Outline {
  return typeof shape === 'string' ? parsePath(shape) : shape;
}

/** Moves an outline through `x → x·a + y·c + e`, `y → x·b + y·d + f`. */
export function transformOutline(outline: Outline, [a, b, c, d, e, f]: Matrix): Outline {
  return outline.map(({ points, closed }) => {
    const moved = new Array<number>(points.length);
    for (let at = 0; at + 1 < points.length; at += 2) {
      const x = points[at] ?? 0;
      const y = points[at + 1] ?? 0;
      moved[at] = x * a + y * c + e;
      moved[at + 1] = x * b + y * d + f;
    }
    return { points: moved, closed };
  });
}

/** The six numbers of a plane transformation, in SVG's order. */
export type Matrix = readonly [number, number, number, number, number, number];

/** Makes the rotation by an angle whose tangent is `rise / run`, about a point; with no run it is a quarter turn. */
export function rotationAbout(cx: number, cy: number, [run, rise]: readonly [number, number]): Matrix {
  const length = Math.sqrt(run * run + rise * rise);
  const cos = run / length;
  const sin = rise / length;
  return [cos, sin, -sin, cos, cx - cx * cos + cy * sin, cy - cx * sin - cy * cos];
}
