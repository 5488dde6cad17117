/** Guards values where escaping HTML is not enough: addresses that could be scripts, and styles that could hold more than a value. */
import { NightjarError } from '../../errors';
import { HELPERS } from '../helpers';
import { printValue } from '../text-forms';
import { type Mask, maskTags } from './mask';
import { cutTags, type Piece } from './tags';

/** Helpers that stand around values of the finished HTML; templates can't name them. */
export const GUARD_HELPERS: Readonly<Record<string, (value: unknown) => string>> = {
  'nj-url': guardUrl,
  'nj-css': guardStyle,
  'nj-css-url': guardStyleUrl,
};

const ADDRESS = /^(?:href|src|action|formaction|background|poster|cite|data|xlink:href)$/;
const STYLE_VALUE = /^[\w#%.,+ -]*$/;
/** What nightjar and the strings files say needs no guard. */
const OWN = /^(?:@root\.(?:dir|locale|publicUrl|unsubscribeUrl)|t\s+(?:"[^"]*"|'[^']*'))$/;

/** An address that begins with the value leads to the web, a mailbox, a phone or a picture; anything else becomes nothing. */
function guardUrl(value: unknown): string {
  const text = printValue(value);
  if (/^https?:\/\//.test(text)) return text;
  // Readers skip control characters and blanks within a scheme.
  const start = text.replaceAll(/[\p{Cc}\s]/gu, '');
  const isOther = /^[a-z][a-z\d+.-]*:/i.test(start) && !/^(?:(?:https?|mailto|tel|sms|cid):|data:image\/)/i.test(start);
  return isOther ? '' : text;
}

/** One value of CSS: a word, number or colour; what could end it or load something becomes nothing. */
function guardStyle(value: unknown): string {
  const text = printValue(value);
  return STYLE_VALUE.test(text) ? text : '';
}

/** What could end `url(…)` is percent-encoded. */
function guardStyleUrl(value: unknown): string {
  return guardUrl(value).replaceAll(
    /[\p{Cc}\s"'()\\<>]/gu,
    (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/**
 * Puts guards around values in finished markup.
 * @param html  Handlebars text without partials
 */
export function guardValues(html: string): string {
  const pieces = cutTags({ path: '', text: html });
  const { text: masked, words } = maskTags(pieces);
  const places = [...masked.matchAll(words)].map((found) => findPlace(masked, found.index));
  let nth = 0;
  return pieces
    .map((piece) => {
      if (piece.kind === 'text') return piece.text;
      const guard = guardOf(places[nth++], words);
      return piece.kind !== 'value' || guard === undefined || OWN.test(piece.inner) ? piece.text : wrap(piece, guard);
    })
    .join('');
}

function guardOf(place: Place | undefined, words: RegExp): string | undefined {
  if (place === undefined) return undefined;
  if (place.name === 'style') return /url\([^)]*$/i.test(place.before) ? 'nj-css-url' : 'nj-css';
  const isStart = place.before.replaceAll(words, '').trim() === '';
  return ADDRESS.test(place.name) && isStart ? 'nj-url' : undefined;
}

function wrap({ inner, trims }: Piece, guard: string): string {
  const isCall = /\s/.test(inner) && HELPERS.has(inner.split(/\s/)[0] ?? '');
  return `{{${trims.before ? '~' : ''}${guard} ${isCall ? `(${inner})` : inner}${trims.behind ? '~' : ''}}}`;
}

/** Refuses values in attributes without quotes, where a blank would end them, with their places. */
export function findUnquoted(pieces: readonly Piece[]): readonly NightjarError[] {
  const mask: Mask = maskTags(pieces);
  return [...mask.text.matchAll(mask.words)].flatMap((found) => {
    const tag = mask.tags[Number(found[1])];
    if (tag?.kind !== 'value' || findPlace(mask.text, found.index)?.isQuoted !== false) return [];
    const where = mask.locate(found.index);
    const message = `${tag.text} is in an attribute without quotes, so a blank in it would end the value`;
    const details = { ...(where === undefined ? {} : { where }), fix: `write ="…${tag.text}…"` };
    return [new NightjarError('E_TEMPLATE_FIELD', message, details)];
  });
}

/** The attribute that a place of the markup is in, or the element `style`. */
interface Place {
  /** In lower case. */
  readonly name: string;
  /** What stands between the start of the value and the place. */
  readonly before: string;
  readonly isQuoted: boolean;
}

/** Comments are markup here: Outlook reads some. */
function findPlace(text: string, at: number): Place | undefined {
  let start = text.lastIndexOf('<', at);
  while (start >= 0 && !/[a-z]/i.test(text[start + 1] ?? ''))
    start = start === 0 ? -1 : text.lastIndexOf('<', start - 1);
  if (start < 0) return undefined;
  const tag = text.slice(start, at);
  const closed = tag.replaceAll(/"[^"]*"|'[^']*'/g, '_');
  if (/^[^"']*>/.test(closed)) {
    return /^<style[\s>]/i.test(tag) && !/<\/style/i.test(tag)
      ? { name: 'style', before: tag, isQuoted: true }
      : undefined;
  }
  const found = /([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)|'([^']*)|([^\s"'>]*))$/.exec(closed);
  const [, name = '', double, single, bare = ''] = found ?? [];
  const before = double ?? single;
  return found === null
    ? undefined
    : { name: name.toLowerCase(), before: before ?? bare, isQuoted: before !== undefined };
}
