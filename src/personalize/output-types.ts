/** The shapes that the readers of batch job output share. */

/**
 * A byte range of one output object; it owns the lines whose first byte lies in it.
 * `end` is exclusive, Infinity for the rest of the object.
 */
export interface Shard {
  readonly object: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes of an object from `max(0, shard.start - 1)` on, in pieces of any size. The byte before the range tells
 * whether a line starts with it; pieces go on beyond the range's end until the readers stop pulling, since the last
 * owned line may end behind it. Pieces must not be overwritten later: records are views of them.
 */
export type Chunks = AsyncIterable<Uint8Array>;

/**
 * A line that can't be read. `line` counts from 1 at the first line that the shard owns, so it is the line number of
 * the object where the shard starts at 0; blank lines count. `byteOffset` counts from the object's start. `reason`
 * quotes nothing of the line but single bytes.
 */
export interface OutputFinding {
  readonly object: string;
  readonly line: number;
  readonly byteOffset: number;
  readonly reason: string;
}

/** What a line echoes of its input; members that are absent or of another input kind are undefined. */
export interface EchoedInput {
  readonly userId: string | undefined;
  readonly itemId: string | undefined;
  readonly itemAttributes: string | undefined;
  /** The JSON text of the input, its own key order and spaces kept. */
  readonly inputText: string;
}
