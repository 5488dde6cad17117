/** Writes the rules of `<style>` into the `style` attributes of the elements that they are for: some readers drop `<style>`. */
import { listMarks, type StartTag } from './elements';
import { maskTags } from './mask';
import type { Piece } from './tags';

const OPAQUE: ReadonlySet<string> = new Set(['style', 'script', 'title', 'textarea']);
const MARK = 'data-nightjar';
/** Marks a `<style>` that stays as it is. */
const EMBED = 'data-embed';

interface Element {
  readonly tag: StartTag;
  /** Whether a tag of Handlebars stands in its `style` attribute, which can't be read as CSS then. */
  readonly isDynamic: boolean;
}

/**
 * Inlines CSS by juice. Only `style` attributes and `<style>` elements change; every other character, and every tag of
 * Handlebars, stays as it was. Media queries, `:hover`, `@font-face` and rules that match nothing stay in `<style>`, and so
 * does a whole `<style data-embed>`, one with Handlebars in it, and one in a comment for Outlook.
 *
 * @param pieces  text and tags without partials, `flatten`
 */
export async function inlineStyles(pieces: readonly Piece[]): Promise<string> {
  const mask = maskTags(pieces);
  const marks = listMarks(mask.text, OPAQUE);
  const isDynamic = (text: string) => text.search(mask.words) !== -1;
  const elements = marks.flatMap((mark): readonly Element[] => {
    if (mark.kind !== 'start') return [];
    return [{ tag: mark, isDynamic: isDynamic(find(mark, 'style') ?? '') }];
  });
  const sheets = elements.filter(({ tag }) => tag.name === 'style');
  const kept = new Set(sheets.filter(({ tag }) => stays(mask.text, tag) || isDynamic(contentOf(mask.text, tag))));
  if (kept.size === sheets.length) return mask.unmask(edit(mask.text, dropEmbed(elements)));
  const probe = edit(
    mask.text,
    elements.flatMap((element, index) => probeEdits(element, { index, isKept: kept.has(element) })),
  );
  // A rule that is for a class which is only known later must stay for those.
  const namesLater = elements.some(({ tag }) => isDynamic(`${find(tag, 'class') ?? ''} ${find(tag, 'id') ?? ''}`));
  const { default: juice } = await import('juice');
  const options = { applyWidthAttributes: false, applyHeightAttributes: false, applyAttributesTableElements: false };
  const inlined = juice(probe, { ...options, removeStyleTags: false, removeInlinedSelectors: !namesLater });
  const edits = compareElements(inlined, { text: mask.text, elements, kept });
  return mask.unmask(edit(mask.text, [...edits, ...dropEmbed(elements)]));
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function edit(text: string, edits: readonly Edit[]): string {
  let done = '';
  let at = 0;
  for (const { start, end, text: put } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    done += text.slice(at, start) + put;
    at = end;
  }
  return done + text.slice(at);
}

function find(tag: StartTag, name: string): string | undefined {
  return tag.attributes.find((attribute) => attribute.name === name)?.value;
}

function contentOf(text: string, tag: StartTag): string {
  const end = text.toLowerCase().indexOf(`</${tag.name}`, tag.end);
  return text.slice(tag.end, end === -1 ? text.length : end);
}

function stays(text: string, tag: StartTag): boolean {
  const media = find(tag, 'media');
  const isEmbedded = tag.stray.some((stray) => stray.text === EMBED) || find(tag, EMBED) !== undefined;
  return (
    isEmbedded || (media !== undefined && !/^(all|screen)$/i.test(media.trim())) || contentOf(text, tag).trim() === ''
  );
}

/** Numbers each element for juice, and hides the attributes that it could not read. */
function probeEdits(
  { tag, isDynamic }: Element,
  { index, isKept }: { readonly index: number; readonly isKept: boolean },
): readonly Edit[] {
  const number = { start: tag.nameEnd, end: tag.nameEnd, text: ` ${MARK}="${index}"${isKept ? ` ${EMBED}=""` : ''}` };
  const style = tag.attributes.find(({ name }) => name === 'style');
  return isDynamic && style !== undefined ? [number, { start: style.start, end: style.end, text: '' }] : [number];
}

interface Before {
  readonly text: string;
  readonly elements: readonly Element[];
  readonly kept: ReadonlySet<Element>;
}

function compareElements(inlined: string, { text, elements, kept }: Before): readonly Edit[] {
  const after = new Map<number, StartTag>();
  for (const mark of listMarks(inlined, OPAQUE)) {
    const number = mark.kind === 'start' ? find(mark, MARK) : undefined;
    if (mark.kind === 'start' && number !== undefined) after.set(Number(number), mark);
  }
  return elements.flatMap((element, index) => {
    const tag = after.get(index);
    if (element.tag.name === 'style')
      return kept.has(element) ? [] : [replaceSheet(element.tag, { text, tag, inlined })];
    const style = tag === undefined ? undefined : find(tag, 'style');
    return style === undefined ? [] : writeStyle(element, style);
  });
}

function replaceSheet(
  sheet: StartTag,
  { text, tag, inlined }: { readonly text: string; readonly tag: StartTag | undefined; readonly inlined: string },
): Edit {
  const content = contentOf(text, sheet);
  const end = sheet.end + content.length;
  if (tag !== undefined) return { start: sheet.end, end, text: contentOf(inlined, tag) };
  return { start: sheet.start, end: text.indexOf('>', end) + 1, text: '' };
}

/** What the element says itself comes last, so that it wins. */
function writeStyle({ tag, isDynamic }: Element, style: string): readonly Edit[] {
  const own = tag.attributes.find(({ name }) => name === 'style');
  const value = isDynamic ? `${style} ${(own?.value ?? '').replaceAll('"', '&quot;')}` : style;
  if (own === undefined) return [{ start: tag.nameEnd, end: tag.nameEnd, text: ` style="${value}"` }];
  return own.value === value ? [] : [{ start: own.start, end: own.end, text: `style="${value}"` }];
}

function dropEmbed(elements: readonly Element[]): readonly Edit[] {
  return elements.flatMap(({ tag }) => {
    if (tag.name !== 'style') return [];
    const bare = tag.stray.find((stray) => stray.text === EMBED);
    const valued = tag.attributes.find(({ name }) => name === EMBED);
    if (bare !== undefined) return [{ start: bare.offset - 1, end: bare.offset + bare.text.length, text: '' }];
    return valued === undefined ? [] : [{ start: valued.start - 1, end: valued.end, text: '' }];
  });
}
