/** Reads batch segment output as it streams: lines of millions of users, none of them held whole. */
import { readError } from './json-value';
import { parseMember, readLineInput } from './line-input';
import { OutputTokenizer, type TokenizedLine } from './output-tokenizer';
import type { Chunks, OutputFinding, Shard } from './output-types';
import { ownedBytes } from './owned-bytes';

/** What a segment line echoes of its query. */
export interface SegmentInput {
  readonly itemId: string | undefined;
  /** Also where the line has it at its top, as the documents show it, and not in an input. */
  readonly itemAttributes: string | undefined;
  /** The JSON text of the input, its own key order and spaces kept. */
  readonly inputText: string;
}

/**
 * `users`: some users of the line being read, in the order of their rank, at most 1,024; they may come before the line
 * has said which query it answers. `line`: the end of a line, with the number of all its users. `finding`: a broken
 * line in the place of its `line`; the users reported since the last line belong to it and must be thrown away.
 */
export type SegmentEvent =
  | { readonly type: 'users'; readonly ids: readonly string[] }
  | {
      readonly type: 'line';
      readonly line: number;
      readonly byteOffset: number;
      readonly input: SegmentInput;
      readonly users: number;
      readonly error: string | null;
    }
  | { readonly type: 'finding'; readonly finding: OutputFinding };

const KEPT = ['input', 'itemAttributes', 'error'] as const;
const USER_LISTS = ['usersList', 'recommendedUsers'] as const;
/** Of the input or an error: far more than Personalize takes in a query. */
const MAX_TEXT_BYTES = 1024 * 1024;
/** Bounds the events that wait at a time, whatever the size of the chunks. */
const STEP_BYTES = 256 * 1024;

/**
 * Reads the lines that a shard owns, in order. Memory does not depend on the length of a line.
 * Takes `usersList` and `recommendedUsers`; a line with two lists of users is a finding.
 */
export async function* readSegmentEvents(chunks: Chunks, shard: Shard): AsyncGenerator<SegmentEvent> {
  let events: SegmentEvent[] = [];
  const tokenizer = createTokenizer(shard.object, (event) => events.push(event));
  for await (const { bytes, offset } of ownedBytes(chunks, shard)) {
    for (let at = 0; at < bytes.length; at += STEP_BYTES) {
      tokenizer.push(bytes.subarray(at, at + STEP_BYTES), offset + at);
      yield* events;
      events = [];
    }
  }
  tokenizer.end();
  yield* events;
}

function createTokenizer(object: string, emit: (event: SegmentEvent) => void): OutputTokenizer {
  return new OutputTokenizer(
    { report: USER_LISTS, keep: KEPT, maxTextBytes: MAX_TEXT_BYTES },
    {
      onIds: (_member, ids) => emit({ type: 'users', ids }),
      onLine: (line) => emit(readLine(object, line)),
      onBroken: (place, reason) => emit({ type: 'finding', finding: { object, ...place, reason } }),
    },
  );
}

function readLine(object: string, tokenized: TokenizedLine): SegmentEvent {
  const { line, byteOffset, members } = tokenized;
  const finding = (reason: string): SegmentEvent => ({
    type: 'finding',
    finding: { object, line, byteOffset, reason },
  });
  if (tokenized.reportedLists > 1) return finding('the line has two lists of users');
  const input = readLineInput(members);
  if ('reason' in input) return finding(input.reason);
  const { itemId, itemAttributes, inputText } = input;
  return {
    type: 'line',
    line,
    byteOffset,
    input: { itemId, itemAttributes, inputText },
    users: USER_LISTS.reduce((sum, name) => sum + (members.get(name)?.count ?? 0), 0),
    error: readError(parseMember(members.get('error'))),
  };
}
