/** The record of one batch inference line, and how it is made of a scanned line. */
import type { InferenceScan, Span } from './inference-scan';

/** What a line echoes of its input. */
export interface InferenceInput {
  readonly userId: string | undefined;
  readonly itemId: string | undefined;
  /** The JSON text of the input, its own key order and spaces kept. */
  readonly inputText: string;
}

/**
 * One line of batch inference output. It is a view of the bytes that it was read from: take from it what is needed
 * and let it go, or it keeps a whole chunk alive. `line` and `byteOffset` as in OutputFinding.
 */
export interface InferenceRecord {
  readonly line: number;
  readonly byteOffset: number;
  readonly input: InferenceInput;
  /** Best first, at most as many as were wanted; empty where the line has none. */
  readonly items: readonly string[];
  /** Personalize's text for a record that failed; null where it did not. A line may have both error and items. */
  readonly error: string | null;
  /** Of batch jobs with themes. */
  readonly theme: string | undefined;
  /**
   * Parses the scores of all the line's items, or the theme relevance scores of a line that has only these.
   * There may be fewer than items, and null among them; empty where the line has none. Doubles, exactly as written.
   */
  scores(): readonly (number | null)[];
}

/** Where a line stands. */
export interface LinePlace {
  readonly line: number;
  readonly byteOffset: number;
}

const NO_ITEMS: readonly string[] = [];

/** Makes the record of the line that `scan` has just read in `bytes`; its UTF-8 must have been checked. */
export function recordOfScan(bytes: Buffer, scan: InferenceScan, place: LinePlace): InferenceRecord {
  return new ScannedRecord(bytes, scan, place);
}

class ScannedRecord implements InferenceRecord {
  readonly line: number;
  readonly byteOffset: number;
  readonly input: InferenceInput;
  readonly items: readonly string[];
  readonly error: string | null;
  readonly theme: string | undefined;
  readonly #bytes: Buffer;
  readonly #scoresStart: number;
  readonly #scoresEnd: number;

  constructor(bytes: Buffer, scan: InferenceScan, place: LinePlace) {
    this.line = place.line;
    this.byteOffset = place.byteOffset;
    this.input = new ScannedInput(bytes, scan);
    this.items = readItems(bytes, scan);
    this.error = readText(bytes, scan.error, scan.isWide) ?? null;
    this.theme = readText(bytes, scan.theme, scan.isWide);
    const scores = scan.scores.isAbsent ? scan.themeScores : scan.scores;
    this.#bytes = bytes;
    this.#scoresStart = scores.start;
    this.#scoresEnd = scores.isAbsent ? scores.start : scores.end;
  }

  scores(): readonly (number | null)[] {
    if (this.#scoresStart === this.#scoresEnd) return [];
    return JSON.parse(this.#bytes.toString('latin1', this.#scoresStart, this.#scoresEnd));
  }
}

class ScannedInput implements InferenceInput {
  readonly userId: string | undefined;
  readonly itemId: string | undefined;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  constructor(bytes: Buffer, scan: InferenceScan) {
    this.userId = readText(bytes, scan.userId, scan.isWide);
    this.itemId = readText(bytes, scan.itemId, scan.isWide);
    this.#bytes = bytes;
    this.#start = scan.input.start;
    this.#end = scan.input.end;
  }

  get inputText(): string {
    return this.#bytes.toString('utf8', this.#start, this.#end);
  }
}

function readText(bytes: Buffer, span: Span, isWide: boolean): string | undefined {
  if (span.isAbsent) return undefined;
  if (span.escaped) return JSON.parse(bytes.toString('utf8', span.start, span.end));
  return bytes.toString(isWide ? 'utf8' : 'latin1', span.start + 1, span.end - 1);
}

function readItems(bytes: Buffer, scan: InferenceScan): readonly string[] {
  const { items, itemCount, itemEnds } = scan;
  if (itemCount === 0) return NO_ITEMS;
  if (scan.isWide || !scan.itemsArePlain) return JSON.parse(`[${bytes.toString('utf8', items.start, items.end)}]`);
  const text = bytes.toString('latin1', items.start, items.end);
  const ids: string[] = [];
  let from = 1;
  for (let index = 0; index < itemCount; index++) {
    const end = (itemEnds[index] ?? 0) - items.start;
    ids.push(text.substring(from, end - 1));
    from = end + 2;
  }
  return ids;
}
