/** Normalises telephone numbers to E.164, from which each platform's form is derived. */
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isPlainlyPossible, isPlainlyPossibleAt } from './phone-plans';
import type { NormaliseBytes } from './plain-bytes';
import { tidyText } from './text';

/** The least and the most digits that a platform takes. */
const E164 = /^\+\d{7,15}$/;

/**
 * Normalises a number to E.164: `(650) 555-1212` of US to `+16505551212`.
 * With a country code (`+` or `00`) its length must be one that the country has; without, it must be a number that the
 * contact's country assigns, for a wrong country would make it somebody else's.
 *
 * @param country  ISO 3166-1 alpha-2; without it only numbers with a country code are taken
 */
export function normalisePhone(text: string, country?: string): string | undefined {
  return isPlainlyPossible(text) ? text : parsePhone(text, country);
}

/** Does what `normalisePhone` does, for every number by libphonenumber itself, which takes its time. */
export function parsePhone(text: string, country?: string): string | undefined {
  const written = tidyText(text).replace(/^00/, '+');
  const isInternational = /^[^\d]*[+＋]/.test(written);
  const region = country?.toUpperCase();
  const known = region !== undefined && isSupportedCountry(region) ? { defaultCountry: region } : {};
  const number = parsePhoneNumberFromString(written, { ...known, extract: false });
  if (number === undefined || !(isInternational ? number.isPossible() : number.isValid())) return undefined;
  return E164.test(number.number) ? number.number : undefined;
}

/** Takes the plus away: country code and digits, which never begin with a zero. */
export function withoutPlus(e164: string): string {
  return e164.slice(1);
}

/** Does what `normalisePhone` does. */
export const phoneBytes: NormaliseBytes = (bytes, start, end, to, at) => {
  if (!isPlainlyPossibleAt(bytes, start, end)) return -1;
  for (let from = start; from < end; from++) to[at + from - start] = bytes[from] ?? 0;
  return end - start;
};

/** Does what `normalisePhone` and `withoutPlus` do. */
export const phoneDigitBytes: NormaliseBytes = (bytes, start, end, to, at) => {
  if (!isPlainlyPossibleAt(bytes, start, end)) return -1;
  for (let from = start + 1; from < end; from++) to[at + from - start - 1] = bytes[from] ?? 0;
  return end - start - 1;
};
