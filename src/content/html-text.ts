/** Reads the words of an HTML text as a person sees them. */
import { listMarks } from './markup/elements';

/** Elements whose content is no HTML. */
export const VISIBLE_OPAQUE: ReadonlySet<string> = new Set(['style', 'script', 'title']);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Decodes the entities that nightjar and its templates write: named ones of HTML's core, and numbers. */
export function decodeEntities(text: string): string {
  return text.replaceAll(/&(#x[\da-f]+|#\d+|[a-z]+);/gi, (whole, code: string) => {
    if (!code.startsWith('#')) return ENTITIES[code.toLowerCase()] ?? whole;
    const number = /^#x/i.test(code) ? Number.parseInt(code.slice(2), 16) : Number(code.slice(1));
    return number > 0 && number <= 0x10ffff ? String.fromCodePoint(number) : whole;
  });
}

/** The text of the body without styles, comments and what fills a preheader. */
export function visibleText(html: string): string {
  const parts: string[] = [];
  let opaque = false;
  for (const mark of listMarks(html, VISIBLE_OPAQUE)) {
    if (mark.kind === 'text' && !opaque) parts.push(mark.text);
    opaque = mark.kind === 'start' && VISIBLE_OPAQUE.has(mark.name);
  }
  return decodeEntities(parts.join(' '))
    .replaceAll(/\u00ad|\u034f|[\u200b-\u200f]|\u2007|\ufeff/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
