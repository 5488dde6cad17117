/** Cuts and shortens texts as a reader would, by letters, words and sentences of the language. */

/** Intl is slow to make them, and every item of every mail asks. */
const letters = new Intl.Segmenter();
const sentences = new Map<string, Intl.Segmenter>();
const REMEMBERED = 200;

function sentencesOf(locale: string): Intl.Segmenter {
  const known = sentences.get(locale) ?? new Intl.Segmenter(locale, { granularity: 'sentence' });
  if (sentences.size < REMEMBERED) sentences.set(locale, known);
  return known;
}

/** Prints a value as a template does: what is missing as nothing. */
export function printValue(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

/** Reads a whole number from 0 on, at most `max`; undefined for anything else. */
export function readCount(value: unknown, max: number): number | undefined {
  const count = Number(value);
  return value !== undefined && Number.isInteger(count) && count >= 0 ? Math.min(count, max) : undefined;
}

/** Counts graphemes, so that a family emoji is never cut within, and ends at a blank where one is near. */
export function truncateText(text: string, max: number): string {
  if (text.length <= max) return text;
  const all = [...letters.segment(text)].map(({ segment }) => segment);
  if (all.length <= max) return text;
  const cut = all.slice(0, Math.max(0, max - 1)).join('');
  const blank = cut.lastIndexOf(' ');
  const end = blank > cut.length * 0.7 ? blank : cut.length;
  return `${cut.slice(0, end).replace(/[\s,;:]+$/u, '')}…`;
}

/** Sentences end as the language ends them: 。 as well as a full stop. */
export function firstSentence(text: string, locale: string): string {
  for (const { segment } of sentencesOf(locale).segment(text)) return segment.trim();
  return '';
}

/** Writes the first letter large, where the language knows large ones. */
export function capitalise(text: string, locale: string): string {
  const [first] = letters.segment(text.trim());
  const letter = first?.segment ?? '';
  return `${letter.toLocaleUpperCase(locale)}${text.trim().slice(letter.length)}`;
}

/** The key of a theme's translation: `Cosy Mystery Novels` gives `theme.cosy-mystery-novels`. */
export function themeKey(theme: string): string {
  const words =
    theme
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return `theme.${words.join('-')}`;
}

/** Puts a size into the address of a picture where it has a place for it: `{width}`, `{height}`; other addresses stay. */
export function sizedUrl(
  url: string,
  size: { readonly width: number | undefined; readonly height: number | undefined },
) {
  const { width, height } = size;
  return url.replaceAll(/\{(width|height)\}/g, (whole, name: string) => {
    const value = name === 'width' ? width : height;
    return value === undefined ? whole : String(value);
  });
}

/** Items that share a value, in the order in which the values first occur; empty where an item has none. */
export interface ItemGroup {
  readonly name: string;
  readonly items: readonly unknown[];
}

/** Groups items by their first category (`category`), or by one of their attributes. */
export function groupItems(list: unknown, by: string): readonly ItemGroup[] {
  const groups = new Map<string, unknown[]>();
  for (const item of Array.isArray(list) ? list : []) {
    const name = printValue(readGroup(item, by));
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups].map(([name, items]) => ({ name, items }));
}

function readGroup(item: unknown, by: string): unknown {
  if (!isRecord(item)) return undefined;
  if (by === 'category') return Array.isArray(item.categories) ? item.categories[0] : undefined;
  return isRecord(item.attributes) && Object.hasOwn(item.attributes, by) ? item.attributes[by] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Cuts a list into lists of `size`, the last one shorter. */
export function cutChunks(list: unknown, size: number): readonly (readonly unknown[])[] {
  if (!Array.isArray(list)) return [];
  const step = Math.max(1, size);
  return Array.from({ length: Math.ceil(list.length / step) }, (_, index) =>
    list.slice(index * step, (index + 1) * step),
  );
}
