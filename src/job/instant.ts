/** Reads dates and times as texts; knows no clock and no time zone of the machine. */

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Reads an ISO 8601 date or time; one without an offset is UTC, a date its first instant.
 *
 * @returns epoch milliseconds; undefined where the text is of another form or names no day of the calendar
 */
export function readInstant(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (match === null || !isCalendarDay(text.slice(0, 10))) return undefined;
  const zoned = text.length === 10 ? `${text}T00:00Z` : `${text.replace(' ', 'T')}${match[1] === undefined ? 'Z' : ''}`;
  const instant = Date.parse(zoned.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(instant) ? undefined : instant;
}

/** Tells whether a text is `YYYY-MM-DD` and a day of the calendar: `2026-02-30` is not. */
export function isCalendarDay(text: string): boolean {
  if (!DATE.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
