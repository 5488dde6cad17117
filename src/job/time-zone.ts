/** Knows how far a time zone is from UTC, and when its clocks jump. */

const HOUR_MS = 3_600_000;
/** Two jumps lie further apart: the shortest known stretch is a Ramadan of 29 days. */
const SCAN_MS = 14 * 24 * HOUR_MS;
const PRECISION_MS = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** A change of a zone's clocks. */
export interface Jump {
  /** Epoch ms: the first instant of the new offset. */
  readonly at: number;
  /** Offsets from UTC in ms, east positive. */
  readonly before: number;
  readonly after: number;
}

/** Tells how far the zone's clocks are ahead of UTC at an instant, in ms. */
export function offsetAt(timezone: string, at: number): number {
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** Finds the first jump after `from` and not after `until`, to the minute. */
export function findJump(timezone: string, from: number, until: number): Jump | undefined {
  const before = offsetAt(timezone, from);
  for (let low = from; low < until; low += SCAN_MS) {
    const high = Math.min(low + SCAN_MS, until);
    if (offsetAt(timezone, high) !== before) return narrow(timezone, { low, high, before });
  }
  return undefined;
}

function narrow(timezone: string, range: { low: number; high: number; before: number }): Jump {
  const { before } = range;
  let low = Math.floor(range.low / PRECISION_MS);
  let high = Math.ceil(range.high / PRECISION_MS);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(timezone, middle * PRECISION_MS) === before) low = middle;
    else high = middle;
  }
  const at = high * PRECISION_MS;
  return { at, before, after: offsetAt(timezone, at) };
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timezone, made);
  return made;
}
