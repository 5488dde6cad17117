/** Reads languages, countries and time zones by what the runtime knows of them (CLDR, IANA). */
import { nearestName } from '../../config/nearest';
import type { Reader, Reading } from './values';

const MOST_REMEMBERED = 10_000;

/** The names of three letters that IANA has; the runtime knows more (JST, IST, BST), which mean another zone elsewhere. */
const SHORT_ZONES: ReadonlySet<string> = new Set('UTC GMT UCT EST MST HST CET MET EET WET PRC ROC ROK'.split(' '));

/** Reads a BCP 47 tag of a known language and writes it canonically: `de_at` becomes `de-AT`. */
export const readLocale = remember(checkLocale);

/** Reads an ISO 3166-1 alpha-2 code in capitals; a code that CLDR lists as another's alias becomes that: `uk` is `GB`. */
export const readCountry = remember(checkCountry);

/** Reads an IANA time zone; capitals are set right, links such as `Asia/Calcutta` stay as written. */
export const readTimeZone = remember(checkTimeZone);

/** Keeps answers: files have millions of rows and few places, and the runtime takes its time over each. */
function remember(read: Reader<string>): Reader<string> {
  const known = new Map<string, Reading<string>>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= MOST_REMEMBERED) known.clear();
    const reading = read(text);
    known.set(text, reading);
    return reading;
  };
}

function checkLocale(text: string): Reading<string> {
  const tag = attempt(() => new Intl.Locale(text.replaceAll('_', '-')));
  const isKnown = tag !== undefined && nameOf('language', tag.language) !== undefined;
  return isKnown
    ? { value: tag.toString() }
    : { expected: 'a language tag', fix: 'write en, de-AT or ja, or leave it empty' };
}

function checkCountry(text: string): Reading<string> {
  const isCode = /^[a-z]{2}$/i.test(text);
  const code = isCode ? attempt(() => new Intl.Locale(`und-${text}`).region) : undefined;
  const isKnown = code !== undefined && code !== 'ZZ' && nameOf('region', code) !== undefined;
  return isKnown
    ? { value: code }
    : { expected: 'a country code of two letters', fix: 'write DE, JP or US, or leave it empty' };
}

function checkTimeZone(text: string): Reading<string> {
  const isForeign = /^[+-]/.test(text) || (text.length === 3 && !SHORT_ZONES.has(text.toUpperCase()));
  const zone = isForeign
    ? undefined
    : attempt(() => new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone);
  if (zone !== undefined) return { value: zone.toLowerCase() === text.toLowerCase() ? zone : text };
  const near = nearestName(text, Intl.supportedValuesOf('timeZone')) ?? 'Europe/Berlin';
  return { expected: 'an IANA time zone', fix: `write ${near}, or leave it empty` };
}

function nameOf(type: 'language' | 'region', code: string): string | undefined {
  return attempt(() => new Intl.DisplayNames(['en'], { type, fallback: 'none' }).of(code));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
