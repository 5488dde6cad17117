/** Normalises e-mail addresses. */
import { lowerText } from './text';

/**
 * Normalises an address: tidied, lower case, dots and tags kept; the domain stays in the form in which it is written.
 *
 * @returns undefined where it is no address: not one `@`, an empty side, a blank inside
 */
export function normaliseEmail(text: string): string | undefined {
  const address = lowerText(text);
  const at = address.indexOf('@');
  if (at < 1 || at === address.length - 1 || address.indexOf('@', at + 1) >= 0) return undefined;
  return address.includes(' ') ? undefined : address;
}

/** Normalises an address after taking out all blanks, as platforms want it whose rule is "remove spaces". */
export function normaliseSpacedEmail(text: string): string | undefined {
  return normaliseEmail(text) ?? normaliseEmail(lowerText(text).replaceAll(' ', ''));
}

/** Normalises an address as Google does: of gmail.com and googlemail.com without dots and without `+` and what follows. */
export function normaliseGoogleEmail(text: string): string | undefined {
  const address = normaliseEmail(text);
  if (address === undefined || !/@(?:gmail|googlemail)\.com$/.test(address)) return address;
  const at = address.indexOf('@');
  const local = address.slice(0, at).split('+', 1).join('').replaceAll('.', '');
  return local === '' ? undefined : local + address.slice(at);
}
