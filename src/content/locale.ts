/** Chooses among languages: from the most to the least exact form of a locale. */

/** The language used where a contact names none, or one that is no BCP 47 tag. */
export const DEFAULT_LOCALE = 'en';

/** Returns the canonical form of a BCP 47 tag (`de_at` gives `de-AT`); undefined where the text is none. */
export function readLocale(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return Intl.getCanonicalLocales(text.trim().replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

/** Lists a locale and its shorter forms, the most exact first: `zh-Hant-TW` gives `zh-Hant-TW`, `zh-Hant`, `zh`. */
export function listFallbacks(locale: string): readonly string[] {
  const parts = locale.split('-');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('-'));
}

/**
 * Picks the attribute that holds a text in the contact's language: `title_de-AT`, then `title_de_at`, then `title_de`.
 * Undefined where there is none, or where it is empty.
 */
export function pickLocalised(
  attributes: Readonly<Record<string, string>>,
  name: string,
  locale: string,
): string | undefined {
  for (const tag of listFallbacks(locale)) {
    for (const form of [tag, tag.toLowerCase(), tag.toLowerCase().replaceAll('-', '_')]) {
      const key = `${name}_${form}`;
      const text = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
      if (text !== undefined && text !== '') return text;
    }
  }
  return undefined;
}
