/** Writes a template out with its partials and layouts in place, so that markup can be compiled as a whole. */
import type { Source } from '../parse';
import { cutTags, type Piece } from './tags';

/** The block helper that gives a partial its own values; `render.ts` has it, and templates can't name it. */
export const SCOPE_HELPER = 'nj-scope';

interface Place {
  readonly partials: ReadonlyMap<string, Source>;
  /** What `{{> @partial-block}}` stands for here, and the place where that was written. */
  readonly block: { readonly pieces: readonly Piece[]; readonly place: Place } | undefined;
}

/**
 * Puts every partial where it is called. A call with values becomes a block of `SCOPE_HELPER` around the partial, which
 * means the same as Handlebars' own call.
 *
 * @param source  has passed `checkSource`: all partials exist, and none includes itself
 * @returns text and tags without partials, each with its place in its own file
 */
export function flatten(source: Source, partials: ReadonlyMap<string, Source>): readonly Piece[] {
  return expand(trimAround(cutTags(source)), { partials, block: undefined });
}

function expand(pieces: readonly Piece[], place: Place): readonly Piece[] {
  const flat: Piece[] = [];
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at];
    if (piece === undefined) continue;
    if (piece.kind === 'partial') flat.push(...call(piece, [], place));
    else if (piece.kind === 'layout') {
      const end = findClose(pieces, at);
      flat.push(...call(piece, pieces.slice(at + 1, end), place));
      at = end;
    } else flat.push(piece);
  }
  return flat;
}

function call(piece: Piece, content: readonly Piece[], place: Place): readonly Piece[] {
  const [, name = '', values = ''] = /^(\S+)\s*([\s\S]*)$/.exec(piece.inner) ?? [];
  const inside = expandPartial(name, content, place);
  if (values === '') return inside;
  const given = /^[^\s="'(]+=/.test(values) ? `this ${values}` : values;
  const open: Piece = { ...piece, kind: 'open', text: `{{#${SCOPE_HELPER} ${given}}}`, inner: given };
  return [open, ...inside, { ...piece, kind: 'close', text: `{{/${SCOPE_HELPER}}}`, inner: SCOPE_HELPER }];
}

function expandPartial(name: string, content: readonly Piece[], place: Place): readonly Piece[] {
  const { partials, block } = place;
  if (name === '@partial-block') return block === undefined ? [] : expand(block.pieces, block.place);
  const source = partials.get(name);
  if (source === undefined) return [];
  return expand(trimAround(cutTags(source)), { partials, block: { pieces: content, place } });
}

function findClose(pieces: readonly Piece[], start: number): number {
  let depth = 0;
  for (let at = start; at < pieces.length; at++) {
    const kind = pieces[at]?.kind;
    if (kind === 'open' || kind === 'layout') depth += 1;
    if (kind === 'close') depth -= 1;
    if (depth === 0) return at;
  }
  return pieces.length;
}

/** Calls of partials vanish, so what their `~` takes is taken here. */
function trimAround(pieces: readonly Piece[]): readonly Piece[] {
  const vanishes = (piece: Piece | undefined) => piece?.kind === 'partial' || piece?.kind === 'layout';
  return pieces.map((piece, at) => {
    const [last, next] = [pieces[at - 1], pieces[at + 1]];
    if (piece.kind !== 'text') return piece;
    let { text, offset } = piece;
    if (vanishes(last) && last?.trims.behind === true) {
      offset += text.length - text.trimStart().length;
      text = text.trimStart();
    }
    return { ...piece, offset, text: vanishes(next) && next?.trims.before === true ? text.trimEnd() : text };
  });
}
