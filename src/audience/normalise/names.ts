/** Normalises first and last names; each platform has its own idea of what belongs to one. */
import { lowerText, tidyText } from './text';

const PUNCTUATION = /[\p{P}$+<=>^`|~]/gu;

/** Lower case without punctuation; accents, other scripts and one blank between words stay. */
export function normaliseBareName(text: string): string | undefined {
  const name = lowerText(text);
  const bare = /^[a-z ]*$/.test(name) ? name : tidyText(name.replace(PUNCTUATION, ''));
  return bare === '' ? undefined : bare;
}

/** Lower case, without titles that Google takes off: `Mr.`, `Mrs.`, `Ms.`, `Dr.`, each with its dot. */
export function normaliseUntitledName(text: string): string | undefined {
  const name = lowerText(text).replace(/^(?:mr|mrs|ms|dr)\. ?/, '');
  return name === '' ? undefined : name;
}

const SUFFIX = /[, ] ?(?:jr\.?|sr\.?|2nd|3rd|ii|iii|iv|v|vi|cpa|dc|dds|vm|jd|md|phd)$/;

/** Lower case, without the suffixes that Google takes off, as often as there is one: `Smith, Jr., MD` is `smith`. */
export function normaliseUnsuffixedName(text: string): string | undefined {
  let name = lowerText(text);
  for (let next = name.replace(SUFFIX, ''); next !== name; next = name.replace(SUFFIX, '')) {
    name = next.replace(/[, ]+$/, '');
  }
  return name === '' ? undefined : name;
}
