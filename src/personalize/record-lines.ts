/** Prints output lines of both kinds as plain records, one JSON object a line. */
import { readLineInput } from './line-input';
import type { MemberName } from './output-members';
import { type MemberValue, OutputTokenizer } from './output-tokenizer';
import type { Chunks, OutputFinding, Shard } from './output-types';
import { ownedBytes } from './owned-bytes';

export interface RecordLinesWish {
  /** Hears of each broken line; of these nothing is printed. */
  readonly onFinding: (finding: OutputFinding) => void;
  /** A member with a longer text makes its line a finding; 512 MiB where absent. */
  readonly maxTextBytes?: number;
}

type Known = ReadonlyMap<MemberName, MemberValue>;

const MAX_TEXT_BYTES = 512 * 1024 * 1024;
const KEPT = [
  'input',
  'itemAttributes',
  'error',
  'recommendedItems',
  'scores',
  'itemsThemeRelevanceScores',
  'theme',
  'usersList',
  'recommendedUsers',
] as const satisfies readonly MemberName[];
/** Small pieces are put together up to this size. */
const PIECE_BYTES = 65_536;

/**
 * Yields UTF-8 pieces that make up a line for each whole line of the shard, such as
 * `{"input":{"userId":"a"},"items":["i1"],"scores":[7.17E-5],"error":null}`, with the members `input`, `items`,
 * `scores` (of a line with themes its relevance scores), `users`, `theme` and `error`, only those that the line has.
 * Values keep the spelling that they have in the output, so ids and scores are exact. A line is printed when it has
 * ended whole, so the bytes of its ids are held till then: of a line of 100 MB, 100 MB.
 */
export async function* recordLines(chunks: Chunks, shard: Shard, wish: RecordLinesWish): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  const { object } = shard;
  const tokenizer = new OutputTokenizer(
    { report: [], keep: KEPT, maxTextBytes: wish.maxTextBytes ?? MAX_TEXT_BYTES },
    {
      onIds: () => undefined,
      onBroken: (place, reason) => wish.onFinding({ object, ...place, reason }),
      onLine: ({ line, byteOffset, members }) => {
        const record = writeRecord(members);
        if ('reason' in record) wish.onFinding({ object, line, byteOffset, reason: record.reason });
        else pieces.push(...record.pieces);
      },
    },
  );
  for await (const { bytes, offset } of ownedBytes(chunks, shard)) {
    tokenizer.push(bytes, offset);
    yield* joinSmall(pieces);
    pieces = [];
  }
  tokenizer.end();
  yield* joinSmall(pieces);
}

function writeRecord(members: Known): { readonly pieces: readonly Buffer[] } | { readonly reason: string } {
  const input = readLineInput(members);
  if ('reason' in input) return input;
  const usersList = presentText(members, 'usersList');
  const recommendedUsers = presentText(members, 'recommendedUsers');
  if (usersList !== undefined && recommendedUsers !== undefined) return { reason: 'the line has two lists of users' };
  const parts: readonly (readonly [string, readonly Buffer[] | undefined])[] = [
    ['items', presentText(members, 'recommendedItems')],
    ['scores', presentText(members, 'scores') ?? presentText(members, 'itemsThemeRelevanceScores')],
    ['users', usersList ?? recommendedUsers],
    ['theme', presentText(members, 'theme')],
    ['error', members.get('error')?.text],
  ];
  const pieces: Buffer[] = [Buffer.from(`{"input":${input.inputText}`)];
  for (const [name, text] of parts) if (text !== undefined) pieces.push(Buffer.from(`,"${name}":`), ...text);
  pieces.push(Buffer.from('}\n'));
  return { pieces };
}

/** The text of a member that is there and not null. */
function presentText(members: Known, name: MemberName): readonly Buffer[] | undefined {
  const member = members.get(name);
  return member === undefined || member.kind === 'null' ? undefined : member.text;
}

function* joinSmall(pieces: readonly Buffer[]): Generator<Buffer> {
  let small: Buffer[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (size + piece.length > PIECE_BYTES && small.length > 0) {
      yield Buffer.concat(small);
      small = [];
      size = 0;
    }
    if (piece.length > PIECE_BYTES) yield piece;
    else {
      small.push(piece);
      size += piece.length;
    }
  }
  if (small.length > 0) yield Buffer.concat(small);
}
