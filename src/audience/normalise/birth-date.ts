/** Normalises dates of birth. */
import { tidyText } from './text';

/** A day that the calendar has. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** `1997-02-16`, `1997/2/16` or `19970216`, with or without a time. */
const YEAR_FIRST = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[T ].*)?$/;
/** `2/16/1997`, as in the USA, or `16.2.1997`. */
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/;

/** Writes a date of birth as `YYYYMMDD`; the year must have four digits. */
export function normaliseBirthDate(text: string): string | undefined {
  const read = readDay(tidyText(text));
  if (read === undefined) return undefined;
  return [String(read.year), ...[read.month, read.day].map((part) => String(part).padStart(2, '0'))].join('');
}

/** Takes the year of a date of birth, or a year that stands alone. */
export function normaliseBirthYear(text: string): string | undefined {
  const tidy = tidyText(text);
  return (/^(?:19|20)\d\d$/.test(tidy) ? tidy : normaliseBirthDate(tidy))?.slice(0, 4);
}

function readDay(text: string): Day | undefined {
  const first = YEAR_FIRST.exec(text);
  if (first !== null)
    return first[2] !== '' || first[0].length >= 8 ? checkDay(first[1], first[3], first[4]) : undefined;
  const last = YEAR_LAST.exec(text);
  if (last === null) return undefined;
  const [, one, dash, other, year] = last;
  return dash === '.' || Number(one) > 12 ? checkDay(year, other, one) : checkDay(year, one, other);
}

function checkDay(...texts: readonly (string | undefined)[]): Day | undefined {
  const [year = 0, month = 0, day = 0] = texts.map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && year >= 1900 ? { year, month, day } : undefined;
}
