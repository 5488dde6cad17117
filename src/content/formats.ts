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
  /** Takes a slot or an ISO 8601 text; a calendar day is shown as that day, whatever the time zone. */
  date(locale: string, value: unknown, style: DateStyle): string;
  plural(locale: string, count: unknown): PluralCategory;
}

/** Makes the formats with a cache of their own; one set serves a whole run. */
export function createFormats(): Formats {
  const numbers = memoise(
    (locale: string, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
  );
  const dates = memoise(
    (locale: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
  );
  const plurals = memoise((locale: string, options: Intl.PluralRulesOptions) => new Intl.PluralRules(locale, options));
  return {
    money: (locale, amount, currency) => {
      const value = readNumber(amount);
      if (value === undefined) return '';
      const code = typeof currency === 'string' ? currency.toUpperCase() : '';
      if (/^[A-Z]{3}$/.test(code)) return numbers(locale, { style: 'currency', currency: code }).format(value);
      return `${numbers(locale, {}).format(value)} ${code}`.trimEnd();
    },
    number: (locale, value, decimals) => {
      const number = readNumber(value);
      const digits = decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
      return number === undefined ? '' : numbers(locale, digits).format(number);
    },
    date: (locale, value, style) => {
      const day = readDay(value);
      return day === undefined ? '' : dates(locale, { dateStyle: style, timeZone: 'UTC' }).format(day);
    },
    plural: (locale, count) => plurals(locale, {}).select(readNumber(count) ?? 0),
  };
}

function memoise<Options, Format>(make: (locale: string, options: Options) => Format) {
  const made = new Map<string, Format>();
  return (locale: string, options: Options): Format => {
    const key = `${locale} ${JSON.stringify(options)}`;
    const format = made.get(key) ?? make(locale, options);
    made.set(key, format);
    return format;
  };
}

/** Attributes are texts, so `"12.5"` counts as a number. */
function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function readDay(value: unknown): Date | undefined {
  if (typeof value !== 'string') return undefined;
  const day = new Date(/^\d{4}-\d{2}-\d{2}T\d{4}$/.test(value) ? value.slice(0, 10) : value);
  return Number.isNaN(day.getTime()) ? undefined : day;
}
