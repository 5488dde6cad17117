/** Looks at one finished mail as a careful reader would, and says what is likely wrong with it. */
import type { RenderedMail } from './context';
import { findUnreadable } from './dark-mode';
import { decodeEntities, VISIBLE_OPAQUE, visibleText } from './html-text';
import { listMarks, type StartTag } from './markup/elements';

/** Gmail cuts the HTML of a mail at about 102 kB (not documented): https://github.com/hteumeuleu/email-bugs/issues/41 */
const HTML_MAX_BYTES = 90_000;
const MAX_IMAGES = 20;
/** Phones show about 40 letters of a subject, desktops about 70. */
const MAX_SUBJECT = 70;
const MIN_WORDS = 20;
/** What a template leaves where data was not as it was meant to be. */
const LEFT_OVER = /\{\{|\}\}|\{\w+\}|%%\w*%%|\[object \w+\]|\bNaN\b|\bundefined\b|\blorem ipsum\b/i;
const WHOLE_URL = /^(https?:\/\/|mailto:|tel:|sms:|cid:|data:image\/|#)/i;

export interface InspectedMail {
  readonly rendered: RenderedMail;
  readonly unsubscribeUrl: string;
  readonly postalAddress: string;
}

/** Lists what is likely wrong, one sentence each, in the order subject, HTML, text; empty for a good mail. */
export function inspectMail({ rendered, unsubscribeUrl, postalAddress }: InspectedMail): readonly string[] {
  const { subject, html, text } = rendered;
  const tags = listMarks(html, VISIBLE_OPAQUE).flatMap((mark) => (mark.kind === 'start' ? [mark] : []));
  const words = visibleText(html);
  return [
    ...inspectSubject(subject),
    ...inspectSize(html),
    ...inspectImages(tags, words),
    ...inspectLinks(tags),
    ...findUnreadable(html),
    ...findLeftOver('the HTML', words),
    ...findLeftOver('a link or picture of the HTML', tags.flatMap(addressesOf).join('\n')),
    ...inspectDuties('the HTML', decodeEntities(html), { unsubscribeUrl, postalAddress, shown: words }),
    ...inspectText(text, words),
    ...findLeftOver('the text', text),
    ...inspectDuties('the text', text, { unsubscribeUrl, postalAddress, shown: text }),
  ];
}

function inspectSubject(subject: string): readonly string[] {
  if (subject.trim() === '') return ['the subject is empty'];
  const letters = [...new Intl.Segmenter().segment(subject)].length;
  const long =
    letters > MAX_SUBJECT ? [`the subject has ${letters} letters; most readers show ${MAX_SUBJECT} at most`] : [];
  return [...long, ...findLeftOver('the subject', subject)];
}

function inspectSize(html: string): readonly string[] {
  const bytes = Buffer.byteLength(html);
  if (bytes <= HTML_MAX_BYTES) return [];
  return [`the HTML has ${Math.ceil(bytes / 1000)} kB; Gmail cuts what is beyond about 102 kB, so stay below 90`];
}

function inspectImages(tags: readonly StartTag[], words: string): readonly string[] {
  const images = tags.filter(({ name }) => name === 'img');
  const silent = images.filter((image) => attributeOf(image, 'alt') === undefined);
  const loose = images.filter((image) => attributeOf(image, 'width') === undefined);
  const wordCount = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(words)].filter(
    ({ isWordLike }) => isWordLike,
  ).length;
  return [
    ...(silent.length === 0 ? [] : [`${count(silent.length, 'picture')} without alt: ${shown(silent.map(sourceOf))}`]),
    ...(loose.length === 0 ? [] : [`${count(loose.length, 'picture')} without width: ${shown(loose.map(sourceOf))}`]),
    ...(images.length > MAX_IMAGES ? [`${images.length} pictures are many; expected at most ${MAX_IMAGES}`] : []),
    ...(images.length > 0 && wordCount < MIN_WORDS
      ? [`${count(images.length, 'picture')} and only ${count(wordCount, 'word')}: who sees no pictures sees nothing`]
      : []),
  ];
}

function inspectLinks(tags: readonly StartTag[]): readonly string[] {
  const relative = tags.flatMap(addressesOf).filter((url) => !WHOLE_URL.test(url.trim()));
  if (relative.length === 0) return [];
  return [`${count(relative.length, 'link')} that lead nowhere from a mail: ${shown(relative)}`];
}

function inspectText(text: string, words: string): readonly string[] {
  if (text.trim() === '') return ['the text body is empty'];
  const isShort = text.length * 5 < words.length;
  return isShort ? ['the text body says much less than the HTML'] : [];
}

interface Duties {
  readonly unsubscribeUrl: string;
  readonly postalAddress: string;
  /** The body as it is read. */
  readonly shown: string;
}

function inspectDuties(what: string, body: string, { unsubscribeUrl, postalAddress, shown: read }: Duties) {
  const flat = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  return [
    ...(body.includes(unsubscribeUrl) ? [] : [`${what} holds no unsubscribe link`]),
    ...(postalAddress.trim() === '' || !flat(read).includes(flat(postalAddress))
      ? [`${what} holds no postal address`]
      : []),
  ];
}

function findLeftOver(what: string, text: string): readonly string[] {
  const found = LEFT_OVER.exec(text)?.[0];
  return found === undefined ? [] : [`${what} shows "${found}", which a template left over`];
}

function addressesOf(tag: StartTag): readonly string[] {
  return ['href', 'src', 'background'].flatMap((name) => {
    const value = attributeOf(tag, name);
    return value === undefined || (name === 'background' && value === '') ? [] : [decodeEntities(value)];
  });
}

function attributeOf(tag: StartTag, name: string): string | undefined {
  const isBare = tag.stray.some(({ text }) => text.toLowerCase() === name);
  return tag.attributes.find((attribute) => attribute.name === name)?.value ?? (isBare ? '' : undefined);
}

function sourceOf(image: StartTag): string {
  return attributeOf(image, 'src') ?? '';
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

const SHOWN = 3;

function shown(texts: readonly string[]): string {
  const short = texts.slice(0, SHOWN).map((text) => (text.length > 80 ? `${text.slice(0, 79)}…` : text || '(empty)'));
  return `${short.join(', ')}${texts.length > SHOWN ? ', …' : ''}`;
}
