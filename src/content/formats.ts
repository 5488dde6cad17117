/** Numbers, money, dates and plurals in the language of a contact, by Intl, with its slow constructors cached. */

/** What `plural` and translated texts choose by: the CLDR category, `one`, `other`… */
export type PluralCategory = Intl.LDMLPluralRule;
export const PLURAL_CATEGORIES: readonly PluralCategory[] = ['zero', 'one', 'two', 'few', 'many', 'other'];

export const DATE_STYLES = ['full', 'long', 'medium', 'short'] as const;
export type DateStyle = (typeof DATE_STYLES)[number];

/** Tells the four styles of a date. */
export function isDateStyle(text: unknown): text is DateStyle {
  return DATE_STYLES.some((style) => style === text);
}

/** Every function takes a BCP 47 locale first, and returns an empty text where the value is none. */
export interface Formats {
  /** `currency` is ISO 4217; where it is missing or unknown the number stands with what was given. */
  money(locale: string, amount: unknown, currency: unknown): string;
  /** `decimals` 0 to 20; undefined leaves it to the locale. */
  number(locale: string, value: unknown, decimals: number | undefined): string;
  /** Takes a slot or an ISO 8601 text; a calendar day is shown as that day, an instant as the day that it is in `timeZone`. Without an offset it is UTC. */
  date(locale: string, value: unknown, wish: { readonly style: DateStyle; readonly timeZone: string }): string;
  /** The time of day of an instant in `timeZone`; empty for a calendar day. */
  time(locale: string, value: unknown, wish: { readonly style: DateStyle; readonly timeZone: string }): string;
  /** The values as a list of the language, `a, b and c`; `type` is `and` or `or`. */
  list(locale: string, values: readonly string[], type: 'and' | 'or'): string;
  plural(locale: string, count: unknown): PluralCategory;
}

const KEPT_PRICES = 20_000;
/** A contact may name any locale, and these are large. */
const KEPT_FORMATS = 500;

/** Makes the formats with a cache of their own; one set serves a whole run. */
export function createFormats(): Formats {
  /** The same things are shown to many. */
  const prices = new Map<string, string>();
  const numbers = memoise(
    (locale: string, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
  );
  const dates = memoise(
    (locale: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
  );
  const lists = memoise((locale: string, options: Intl.ListFormatOptions) => new Intl.ListFormat(locale, options));
  const plurals = memoise((locale: string, options: Intl.PluralRulesOptions) => new Intl.PluralRules(locale, options));
  return {
    money: (locale, amount, currency) => {
      const value = readNumber(amount);
      if (value === undefined) return '';
      const code = typeof currency === 'string' ? currency.toUpperCase() : '';
      const key = `${locale} ${code} ${value}`;
      const known = prices.get(key);
      if (known !== undefined) return known;
      const isCode = /^[A-Z]{3}$/.test(code);
      const written = isCode
        ? numbers(locale, { style: 'currency', currency: code }).format(value)
        : `${numbers(locale, {}).format(value)} ${code}`.trimEnd();
      if (prices.size >= KEPT_PRICES) prices.clear();
      prices.set(key, written);
      return written;
    },
    number: (locale, value, decimals) => {
      const number = readNumber(value);
      const digits = decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
      return number === undefined ? '' : numbers(locale, digits).format(number);
    },
    date: (locale, value, { style, timeZone }) => {
      const read = readTime(value);
      if (read === undefined) return '';
      return dates(locale, { dateStyle: style, timeZone: read.isInstant ? timeZone : 'UTC' }).format(read.at);
    },
    time: (locale, value, { style, timeZone }) => {
      const read = readTime(value);
      return read?.isInstant === true ? dates(locale, { timeStyle: style, timeZone }).format(read.at) : '';
    },
    list: (locale, values, type) => {
      const options = { type: type === 'or' ? ('disjunction' as const) : ('conjunction' as const) };
      return lists(locale, options).format(values);
    },
    plural: (locale, count) => plurals(locale, {}).select(readNumber(count) ?? 0),
  };
}

function memoise<Options, Format>(make: (locale: string, options: Options) => Format) {
  const made = new Map<string, Format>();
  return (locale: string, options: Options): Format => {
    const key = `${locale} ${JSON.stringify(options)}`;
    const format = made.get(key) ?? make(locale, options);
    if (made.size < KEPT_FORMATS) made.set(key, format);
    return format;
  };
}

/** Attributes are texts, so `"12.5"` counts as a number. */
function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

interface Time {
  readonly at: Date;
  /** Whether it is a point in time; a calendar day otherwise. */
  readonly isInstant: boolean;
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:T\d{4}|[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * A slot's time of day is the job's, not the contact's, so a slot counts as a day. Other texts than ISO 8601 are no times: the
 * engine would guess (`5` is May 2001), and read those without an offset in the zone of this machine.
 */
function readTime(value: unknown): Time | undefined {
  const [, day, time, zone = 'Z'] = (typeof value === 'string' ? TIME.exec(value.trim()) : null) ?? [];
  if (day === undefined) return undefined;
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return undefined;
  const at = time === undefined ? midnight : new Date(`${day}T${time}${writeOffset(zone)}`);
  return Number.isNaN(at.getTime()) ? undefined : { at, isInstant: time !== undefined };
}

/** `+0100` and `+01` are `+01:00`. */
function writeOffset(zone: string): string {
  return zone.length === 1 ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
}

const zones = new Map<string, boolean>();
const REMEMBERED_ZONES = 2000;

/** Tells whether Intl knows a time zone. */
export function isTimeZone(name: string | undefined): name is string {
  if (name === undefined || name === '') return false;
  const known = zones.get(name) ?? tryZone(name);
  if (zones.size < REMEMBERED_ZONES) zones.set(name, known);
  return known;
}

function tryZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
