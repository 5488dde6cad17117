/** Puts plain words in the place of Handlebars tags, so that tools for HTML carry them along unread. */
import type { Where } from '../../errors';
import { locatePiece, type Piece } from './tags';

export interface Mask {
  /** The markup with a word in the place of each tag. */
  readonly text: string;
  /** The tags in order; the word of the n-th is `word(n)`. */
  readonly tags: readonly Piece[];
  word(index: number): string;
  /** Matches a word; its first group is the tag's index. */
  readonly words: RegExp;
  /** Says which file and line a place of `text` comes from. */
  locate(offset: number): Where | undefined;
  /** Puts the tags back, each as often as its word stands there. */
  unmask(text: string): string;
}

/** Masks pieces without partials. The words are letters and digits, and nothing else in the markup looks like them. */
export function maskTags(pieces: readonly Piece[]): Mask {
  const prefix = choosePrefix(pieces);
  const word = (index: number) => `${prefix}${index}x`;
  const tags: Piece[] = [];
  const starts: number[] = [];
  let text = '';
  for (const piece of pieces) {
    starts.push(text.length);
    if (piece.kind === 'text') text += piece.text;
    else {
      text += word(tags.length);
      tags.push(piece);
    }
  }
  const words = new RegExp(`${prefix}(\\d+)x`, 'g');
  return {
    text,
    tags,
    word,
    words,
    locate: (offset) => {
      const index = starts.findLastIndex((start) => start <= offset);
      const piece = pieces[index];
      return piece && locatePiece(piece, piece.kind === 'text' ? offset - (starts[index] ?? 0) : 0);
    },
    unmask: (masked) => masked.replaceAll(words, (whole, index: string) => tags[Number(index)]?.text ?? whole),
  };
}

function choosePrefix(pieces: readonly Piece[]): string {
  let prefix = 'njtag';
  while (pieces.some(({ kind, text }) => kind === 'text' && text.includes(prefix))) prefix += 'g';
  return prefix;
}
