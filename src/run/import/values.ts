/** Reads the values of cells: ids, numbers, times, texts. Each reader gets a trimmed text that is not empty. */
import { readInstant } from '../../job/instant';

/** A value, or what was expected in its place. */
export type Reading<T> = { readonly value: T } | { readonly expected: string; readonly fix: string };
export type Reader<T> = (text: string) => Reading<T>;

const LONGEST_ID = 256;
/** 0001-01-01 and 9999-12-31: what PostgreSQL and ISO 8601 both write with four digits. */
const FIRST_INSTANT = -62_135_596_800_000;
const LAST_INSTANT = 253_402_300_799_999;

/** Reads the id of a user or an item: up to 256 characters, none of them a control character. */
export function readId(text: string): Reading<string> {
  if (text.length > LONGEST_ID) return { expected: `at most ${LONGEST_ID} characters`, fix: 'use a shorter id' };
  return readLine(text);
}

/** Reads a text of one line. */
export function readLine(text: string): Reading<string> {
  if (/[\p{Cc}\p{Cs}\ufffd]/u.test(text)) return refuseCharacters(text, 'one line without control characters');
  return { value: text };
}

/** Reads a text that may hold line breaks and tabs. */
export function readText(text: string): Reading<string> {
  if (/[^\P{Cc}\t\n\r]|[\p{Cs}\ufffd]/u.test(text)) return refuseCharacters(text, 'text without control characters');
  return { value: text };
}

/** U+FFFD stands where bytes were not UTF-8; half a surrogate pair and control characters can't be stored or sent. */
function refuseCharacters(text: string, expected: string): Reading<string> {
  return text.includes('\ufffd')
    ? {
        expected: 'UTF-8',
        fix: 'save the file as UTF-8, or name its encoding in config/import.yaml: encoding: macintosh',
      }
    : { expected, fix: 'remove them' };
}

/** Reads a number; a decimal point, no thousands separators. */
export function readNumber(text: string): Reading<number> {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return { value };
  const point = /^\d+,\d{1,2}$/.test(text) ? text.replace(',', '.') : '12.50';
  return { expected: 'a number such as 12.50', fix: `write ${point}` };
}

/** Reads a price: a number, 0 or more. */
export function readPrice(text: string): Reading<number> {
  const read = readNumber(text);
  return 'value' in read && read.value < 0 ? { expected: 'a price of 0 or more', fix: 'write 12.50' } : read;
}

/** Reads a whole number, 0 or more; `12.0`, as data frames write it, is 12. */
export function readCount(text: string): Reading<number> {
  const value = /^\d+(?:\.0+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value)
    ? { value }
    : { expected: 'a whole number, 0 or more', fix: 'write 12, or leave it empty' };
}

/** Reads an ISO 4217 code; lower case is raised. */
export function readCurrency(text: string): Reading<string> {
  return /^[a-z]{3}$/i.test(text)
    ? { value: text.toUpperCase() }
    : { expected: 'a currency code of three letters', fix: 'write EUR' };
}

/** `31.01.2026 08:00`: wherever dots stand in a date, the day comes first. */
const DOTTED = /^(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.(\d{4})(?: (\d?\d:\d\d(?::\d\d)?))?$/;

/** Writes a date with dots as ISO 8601 has it; another text stays. */
function undot(text: string): string {
  const [, day = '', month = '', year = '', time] = DOTTED.exec(text) ?? [];
  if (year === '') return text;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return time === undefined ? date : `${date}T${time.padStart(time.length > 5 ? 8 : 5, '0')}`;
}

/**
 * Reads epoch seconds, ISO 8601 or a date with dots (without an offset: UTC; a date: its first instant).
 * Eight digits that spell a day, and milliseconds, are refused rather than taken for seconds.
 *
 * @returns epoch milliseconds
 */
export function readTime(text: string): Reading<number> {
  const expected = 'epoch seconds or an ISO 8601 time';
  const isDigits = /^\d+(?:\.\d+)?$/.test(text);
  const day = /^((?:19|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])$/.exec(text);
  if (day !== null) return { expected, fix: `write ${day[1]}-${day[2]}-${day[3]}` };
  const instant = isDigits ? Math.round(Number(text) * 1000) : readInstant(undot(text));
  if (instant !== undefined && instant >= FIRST_INSTANT && instant <= LAST_INSTANT) return { value: instant };
  return { expected, fix: isDigits ? 'divide milliseconds by 1000' : 'write 2026-01-31T08:00:00Z' };
}

/** Reads a time as `readTime` does and gives it in ISO 8601, UTC. */
export function readIsoTime(text: string): Reading<string> {
  const read = readTime(text);
  return 'value' in read ? { value: new Date(read.value).toISOString() } : read;
}

/** Reads whether a row is deleted: true, false, or the time since when it is. */
export function readDeleted(text: string): Reading<boolean> {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return { value: word === 'true' };
  if (!/^\d+$/.test(text) && 'value' in readTime(text)) return { value: true };
  return { expected: 'true, false, or the time of the deletion', fix: 'write true, or leave it empty' };
}

/** Makes a reader of one of some words. */
export function readWord<Word extends string>(words: readonly Word[]): Reader<Word> {
  return (text) => {
    const value = words.find((word) => word === text);
    return value === undefined ? { expected: words.join(', '), fix: `write ${words[0]}` } : { value };
  };
}
