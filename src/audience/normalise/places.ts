/** Normalises countries, states, cities and postal codes. */
import { lowerText, tidyText } from './text';
import { US_STATES } from './us-states';

/** Codes that the runtime has a name for and that are no countries of ISO 3166-1. */
const NO_COUNTRIES: ReadonlySet<string> = new Set('AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ'.split(' '));

/** Codes by name in English, lower case; made at first use. */
let byName: ReadonlyMap<string, string> | undefined;

/**
 * Reads a country by its code or its English name, as CLDR has it, and answers its ISO 3166-1 alpha-2 code in capitals;
 * `uk` is `GB`.
 */
export function readCountry(text: string): string | undefined {
  const isCode = text.length === 2 && /^[A-Za-z]{2}$/.test(text);
  const code = isCode ? new Intl.Locale(`und-${text}`).region : listCountries().get(lowerText(text));
  return code === undefined || nameCountry(code) === undefined ? undefined : code;
}

function listCountries(): ReadonlyMap<string, string> {
  byName ??= nameCountries();
  return byName;
}

function nameCountries(): ReadonlyMap<string, string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  return new Map(
    codes.flatMap((code) => {
      const name = new Intl.Locale(`und-${code}`).region === code ? nameCountry(code) : undefined;
      return name === undefined ? [] : [[name.toLowerCase(), code]];
    }),
  );
}

const NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

function nameCountry(code: string): string | undefined {
  return NO_COUNTRIES.has(code) ? undefined : NAMES.of(code);
}

/** Lower case, only letters: no blanks, punctuation or digits. `New York` is `newyork`. */
export function normaliseCity(text: string): string | undefined {
  return keepText(lowerText(text).replace(/[\p{P}\p{S}\p{Nd} ]/gu, ''));
}

/** Of the USA its two letters, in lower case, also for a name in full; elsewhere lower case without blanks and punctuation. */
export function normaliseState(text: string, country?: string): string | undefined {
  const state = lowerText(text);
  if (country !== 'US') return keepText(state.replace(/[\p{P}\p{S} ]/gu, ''));
  const code = state.replaceAll('.', '');
  return US_STATES.get(code) ?? ([...US_STATES.values()].includes(code) ? code : undefined);
}

/** Lower case without blanks and dashes; of the USA the first five digits. */
export function normalisePostalCode(text: string, country?: string): string | undefined {
  const code = lowerText(text).replace(/[\p{Pd} ]/gu, '');
  if (country !== 'US') return keepText(code);
  return /^\d{5}(?:\d{4})?$/.test(code) ? code.slice(0, 5) : undefined;
}

/** The postal code as it is written, tidied. */
export function tidyPostalCode(text: string): string | undefined {
  return keepText(tidyText(text));
}

function keepText(text: string): string | undefined {
  return text === '' ? undefined : text;
}
