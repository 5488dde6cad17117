/** Cuts a template text into Handlebars tags and what stands between them. */

import type { Where } from '../../errors';
import { locate, type Source } from '../parse';

/** `layout` is `{{#> name}}`, `else` also `{{^}}` and `{{else if}}`, `value` anything that prints. */
export type TagKind = 'value' | 'open' | 'else' | 'close' | 'partial' | 'layout';

/** A stretch of a source: text, or one whole tag. */
export interface Piece {
  readonly kind: 'text' | TagKind;
  readonly text: string;
  readonly source: Source;
  /** Where it begins in `source.text`. */
  readonly offset: number;
  /** What stands in the tag, without braces, mark and `~`; empty for text. */
  readonly inner: string;
  /** Whether `~` takes the blanks before and behind it. */
  readonly trims: { readonly before: boolean; readonly behind: boolean };
}

const NO_TRIMS = { before: false, behind: false };

/** Cuts a text that `parseSource` has passed. Comments are left out, and with them the blanks that their `~` take. */
export function cutTags(source: Source): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (let start = nextTag(source.text, 0); start !== -1; start = nextTag(source.text, at)) {
    if (start > at) pieces.push(textPiece(source, at, start));
    const end = endOfTag(source.text, start);
    const piece = readTag(source, start, end);
    if (piece !== undefined) pieces.push(piece);
    at = end;
  }
  if (at < source.text.length) pieces.push(textPiece(source, at, source.text.length));
  return pieces;
}

/** Makes a piece of text out of a stretch of a source. */
export function textPiece(source: Source, start: number, end: number): Piece {
  return { kind: 'text', text: source.text.slice(start, end), source, offset: start, inner: '', trims: NO_TRIMS };
}

/** A tag after one backslash is text. */
function nextTag(text: string, from: number): number {
  let at = text.indexOf('{{', from);
  while (at > 0 && text[at - 1] === '\\' && text[at - 2] !== '\\') at = text.indexOf('{{', at + 2);
  return at;
}

function endOfTag(text: string, start: number): number {
  const comment = /^\{\{~?!--/.exec(text.slice(start, start + 6));
  if (comment !== null) {
    const close = /--~?\}\}/g;
    close.lastIndex = start + comment[0].length;
    return close.exec(text) === null ? text.length : close.lastIndex;
  }
  const token = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\[[^\]]*\]|\}\}\}?/gs;
  if (/^\{\{~?!/.test(text.slice(start, start + 4))) token.lastIndex = text.indexOf('}}', start);
  else token.lastIndex = start + 2;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0].startsWith('}}')) return found.index + (text.startsWith('{{{', start) ? found[0].length : 2);
  }
  return text.length;
}

function readTag(source: Source, offset: number, end: number): Piece | undefined {
  const text = source.text.slice(offset, end);
  const [, before = '', mark = '', inner = '', behind = ''] =
    /^\{\{\{?(~?)(#>|[#/^>!&]?)([\s\S]*?)(~?)\}\}\}?$/.exec(text) ?? [];
  if (mark === '!') return undefined;
  const kind = kindOf(mark, inner.trim());
  return { kind, text, source, offset, inner: inner.trim(), trims: { before: before !== '', behind: behind !== '' } };
}

function kindOf(mark: string, inner: string): TagKind {
  if (mark === '#>') return 'layout';
  if (mark === '>') return 'partial';
  if (mark === '/') return 'close';
  if (mark === '^') return inner === '' ? 'else' : 'open';
  if (mark === '#') return 'open';
  return /^else\b/.test(inner) ? 'else' : 'value';
}

/** Says where in its source a piece begins, or a character of it. */
export function locatePiece(piece: Piece, within = 0): Where {
  const before = piece.source.text.slice(0, piece.offset + within).split('\n');
  return locate(piece.source, { line: before.length, column: (before.at(-1) ?? '').length + 1 });
}
