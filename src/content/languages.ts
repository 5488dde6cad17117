/** Chooses the language of a mail's content for a contact, among those that there are. */
import { misspeltName } from '../config/nearest';
import { NightjarError } from '../errors';
import { DEFAULT_LOCALE, matchLocale, readLocale } from './locale';

export interface Languages {
  /** Locales of the strings files, sorted. */
  readonly written: readonly string[];
  /** Those that a job names, the first one for everybody else. */
  readonly named?: readonly string[] | undefined;
}

/**
 * Makes the chooser of a template. The contact's own tag is kept where its content is in that language and script, so
 * that numbers and dates are of the region (`de-AT` with texts in `de`); else the language of the texts is taken. A
 * template without strings files is in the language of everybody.
 */
export function createLanguageChooser({ written, named }: Languages): (locale: string | undefined) => string {
  const available = named ?? written;
  const [first = DEFAULT_LOCALE] = available;
  const otherwise = named === undefined && written.includes(DEFAULT_LOCALE) ? DEFAULT_LOCALE : first;
  const chosen = new Map<string, string>();
  const choose = (locale: string): string => {
    if (available.length === 0) return locale;
    const near = matchLocale(locale, available);
    if (near === undefined) return otherwise;
    return isSameScript(locale, near) ? locale : near;
  };
  return (text) => {
    const known = chosen.get(text ?? '');
    if (known !== undefined) return known;
    const locale = readLocale(text);
    const choice = locale === undefined ? otherwise : choose(locale);
    if (chosen.size < REMEMBERED) chosen.set(text ?? '', choice);
    return choice;
  };
}

const REMEMBERED = 1000;

function isSameScript(one: string, other: string): boolean {
  const [left, right] = [new Intl.Locale(one).maximize(), new Intl.Locale(other).maximize()];
  return left.language === right.language && left.script === right.script;
}

/** Checks the languages that a job names: each must have a strings file. */
export function checkNamed(
  { written, named = [] }: Languages,
  { template, jobFile }: { readonly template: string; readonly jobFile?: string | undefined },
): readonly NightjarError[] {
  const where = { ...(jobFile === undefined ? {} : { file: jobFile }), step: 'content.locales' };
  return named.flatMap((locale) => {
    if (matchLocale(locale, written) === locale) return [];
    const message = `"${locale}" is a language without texts; template "${template}" has ${written.join(', ') || 'none'}`;
    const add = `add templates/${template}/strings.${locale}.yaml`;
    const near = misspeltName(locale, written);
    return [
      new NightjarError('E_TEMPLATE_MISSING', message, {
        where,
        fix: near === undefined ? add : `write "${near}" instead of "${locale}", or ${add}`,
      }),
    ];
  });
}
