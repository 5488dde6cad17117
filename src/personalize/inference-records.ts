/** Reads batch inference output line by line from the bytes of a shard. */
import { isUtf8 } from 'node:buffer';
import { explainBroken } from './broken-line';
import { NOT_JSON, parseInferenceLine } from './inference-parse';
import { type InferenceRecord, type LinePlace, recordOfScan } from './inference-record';
import { InferenceScan } from './inference-scan';
import { FAIL } from './json-bytes';
import { isSpace } from './json-grammar';

import type { Chunks, OutputFinding, Shard } from './output-types';
import { ownedBytes } from './owned-bytes';

/** Records and findings, each in the order of their lines; never both empty. */
export interface InferenceBatch {
  readonly records: readonly InferenceRecord[];
  readonly findings: readonly OutputFinding[];
}

export interface InferenceWish {
  /** How many items of each line to read, 0 and more; Infinity for all. */
  readonly items: number;
  /** A longer line is a finding; 16 MiB where absent, which is some thousand times a usual line. */
  readonly maxLineBytes?: number;
}

const LINE_FEED = 0x0a;
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const BATCH_LINES = 1000;

/**
 * Reads the lines that a shard owns, in batches of at most 1,000 lines, in order.
 * A broken line is a finding and its neighbours are kept; blank lines are nothing. Memory is flat in the size of the
 * object: a chunk, a batch, and a line that crosses chunks. Join records on the echoed input, never on their order:
 * Personalize changes it.
 */
export async function* readInferenceRecords(
  chunks: Chunks,
  shard: Shard,
  wish: InferenceWish,
): AsyncGenerator<InferenceBatch> {
  const reader = new InferenceReader(shard.object, wish);
  for await (const piece of ownedBytes(chunks, shard)) yield* reader.read(piece.bytes, piece.offset);
  yield* reader.end();
}

class InferenceReader {
  readonly #object: string;
  readonly #wanted: number;
  readonly #maxLineBytes: number;
  readonly #scan: InferenceScan;
  #records: InferenceRecord[] = [];
  #findings: OutputFinding[] = [];
  #line = 1;
  /** The begin of a line that goes on in the next piece; empty while an overlong line is skipped. */
  #carried: Buffer[] = [];
  #carriedBytes = 0;
  #carriedOffset = 0;

  constructor(object: string, wish: InferenceWish) {
    this.#object = object;
    this.#wanted = wish.items;
    this.#maxLineBytes = wish.maxLineBytes ?? MAX_LINE_BYTES;
    this.#scan = new InferenceScan(wish.items);
  }

  *read(bytes: Buffer, offset: number): Generator<InferenceBatch> {
    let from = 0;
    if (this.#carriedBytes > 0) {
      from = bytes.indexOf(LINE_FEED) + 1;
      this.#carry(from === 0 ? bytes : bytes.subarray(0, from), offset);
      if (from === 0) return;
      this.#readCarried();
    }
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    this.#scan.open(bytes);
    while (from < end) {
      from = this.#readLine(bytes, from, offset);
      if (this.#records.length + this.#findings.length >= BATCH_LINES) yield this.#takeBatch();
    }
    if (this.#records.length + this.#findings.length > 0) yield this.#takeBatch();
    if (from < bytes.length) this.#carry(bytes.subarray(from), offset + from);
  }

  *end(): Generator<InferenceBatch> {
    if (this.#carriedBytes === 0) return;
    this.#carry(Buffer.from([LINE_FEED]), 0);
    this.#readCarried();
    if (this.#records.length + this.#findings.length > 0) yield this.#takeBatch();
  }

  #takeBatch(): InferenceBatch {
    const batch = { records: this.#records, findings: this.#findings };
    this.#records = [];
    this.#findings = [];
    return batch;
  }

  #carry(bytes: Buffer, offset: number): void {
    if (this.#carriedBytes === 0) this.#carriedOffset = offset;
    this.#carriedBytes += bytes.length;
    if (this.#carriedBytes > this.#maxLineBytes + 1) this.#carried = [];
    else this.#carried.push(bytes);
  }

  #readCarried(): void {
    if (this.#carriedBytes > this.#maxLineBytes + 1) {
      this.#find({ line: this.#line++, byteOffset: this.#carriedOffset }, this.#tooLong());
    } else {
      const bytes = Buffer.concat(this.#carried);
      this.#scan.open(bytes);
      this.#readLine(bytes, 0, this.#carriedOffset);
    }
    this.#carried = [];
    this.#carriedBytes = 0;
  }

  /** @returns where the next line starts */
  #readLine(bytes: Buffer, from: number, offset: number): number {
    const place = { line: this.#line++, byteOffset: offset + from };
    const scanned = this.#scan.scan(bytes, from);
    if (scanned !== FAIL && scanned - from <= this.#maxLineBytes) {
      if (!this.#scan.isWide || isUtf8(bytes.subarray(from, scanned))) {
        this.#records.push(recordOfScan(bytes, this.#scan, place));
        return scanned + 1;
      }
    }
    const end = bytes.indexOf(LINE_FEED, from);
    this.#parseLine(bytes.subarray(from, end), place);
    return end + 1;
  }

  #parseLine(bytes: Buffer, place: LinePlace): void {
    if (bytes.length > this.#maxLineBytes) {
      this.#find(place, this.#tooLong());
      return;
    }
    if (isBlank(bytes)) return;
    const parsed = isUtf8(bytes) ? parseInferenceLine(bytes, this.#wanted, place) : NOT_JSON;
    if ('record' in parsed) this.#records.push(parsed.record);
    else this.#find(place, parsed.reason === '' ? explainBroken(bytes) : parsed.reason);
  }

  #find(place: LinePlace, reason: string): void {
    this.#findings.push({ object: this.#object, ...place, reason });
  }

  #tooLong(): string {
    return `the line is longer than ${this.#maxLineBytes} bytes`;
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every(isSpace);
}
