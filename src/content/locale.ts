/** Chooses among languages: from the most to the least exact form of a locale. */

/** The language used where a contact names none, or one that is no BCP 47 tag. */
export const DEFAULT_LOCALE = 'en';

const KEPT_ANSWERS = 1000;

/** Keeps the answers of slow questions that every mail asks: the languages of a shop are few, though a contact may name any. */
function remember<Answer>(ask: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, { readonly answer: Answer }>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found.answer;
    if (known.size >= KEPT_ANSWERS) known.clear();
    const answer = ask(text);
    known.set(text, { answer });
    return answer;
  };
}

const canonical = remember((text) => {
  try {
    return Intl.getCanonicalLocales(text.trim().replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
});

/** Returns the canonical form of a BCP 47 tag (`de_at` gives `de-AT`); undefined where the text is none. */
export function readLocale(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : canonical(text);
}

/** The language of a tag without script and region, in lower case: `fil` of `fil-PH`; empty where there is no tag. */
export function languageOf(locale: string | undefined): string {
  return locale?.split(/[-_]/)[0]?.toLowerCase() ?? '';
}

/** Lists a locale and its shorter forms, the most exact first: `zh-Hant-TW` gives `zh-Hant-TW`, `zh-Hant`, `zh`. */
export function listFallbacks(locale: string): readonly string[] {
  const parts = locale.split('-');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('-'));
}

/**
 * Lists what a text for a locale may be marked with, the most exact first: its shorter forms, those with the script that its
 * region implies, and last those of another script. `zh-TW` gives `zh-TW`, `zh-Hant-TW`, `zh-Hant`, `zh`.
 */
export function listForms(locale: string): readonly string[] {
  const forms = [...listFallbacks(locale), ...listFallbacks(new Intl.Locale(locale).maximize().toString())];
  const script = scriptOf(locale);
  const isReadable = (form: string) => scriptOf(form) === script;
  return [...new Set([...forms.filter(isReadable), ...forms.filter((form) => !isReadable(form))])];
}

/** Languages that readers of one another take as their own. */
const KIN: Readonly<Record<string, readonly string[]>> = {
  no: ['nb', 'nn'],
  nb: ['no', 'nn'],
  nn: ['no', 'nb'],
};

/** Shorter forms of a tag with extensions (`en-u`) are none. */
const scriptOf = remember((tag) => (canonical(tag) === undefined ? undefined : new Intl.Locale(tag).maximize().script));

/**
 * Finds the nearest of the languages that there are: the tag itself, then its shorter forms with the script that its region
 * implies (RFC 4647 look-up; `zh-TW` meets `zh-Hant` and not `zh`), then the same language of another region or script, then
 * its next of kin.
 *
 * @param locale  a canonical BCP 47 tag, `readLocale`
 * @param available  canonical tags; an earlier one wins among equals
 * @returns undefined where none is near
 */
export function matchLocale(locale: string, available: readonly string[]): string | undefined {
  const [own = locale] = locale.split('-');
  for (const wanted of [locale, ...(KIN[own] ?? [])]) {
    const { language } = new Intl.Locale(wanted);
    const same = available.filter((tag) => new Intl.Locale(tag).language === language);
    const readable = same.filter((tag) => scriptOf(tag) === scriptOf(wanted));
    const forms = [...listFallbacks(wanted), ...listFallbacks(new Intl.Locale(wanted).maximize().toString())];
    const nearest = forms.find((form) => readable.includes(form)) ?? readable[0] ?? same[0];
    if (nearest !== undefined) return nearest;
  }
  return undefined;
}

/** Scripts that run from right to left (ISO 15924). */
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg', 'Mand']);

const isRightToLeft = remember((locale) => RIGHT_TO_LEFT.has(new Intl.Locale(locale).maximize().script ?? ''));

/** Tells which way a language is written, for the attribute `dir` of HTML. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  return isRightToLeft(locale) ? 'rtl' : 'ltr';
}

/** The endings that a localised attribute may have, the most exact first. */
const endingsOf = remember((locale): readonly string[] =>
  listForms(locale).flatMap((tag) => [tag, tag.toLowerCase(), tag.toLowerCase().replaceAll('-', '_')]),
);

/**
 * Picks the attribute that holds a text in the contact's language: `title_de-AT`, then `title_de_at`, then `title_de`.
 * Undefined where there is none, or where it is empty.
 */
export function pickLocalised(
  attributes: Readonly<Record<string, string>>,
  name: string,
  locale: string,
): string | undefined {
  for (const ending of endingsOf(locale)) {
    const key = `${name}_${ending}`;
    const text = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}
