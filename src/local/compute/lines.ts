/** Reads the lines of text files as they stream in. */
import { createReadStream } from 'node:fs';

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 10;

/** The longest line that is read, in bytes without its `\n`. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Bytes that are kept of a line that is too long. */
const BEGINNING_BYTES = 200;

/** A line without its end, or the beginning of one that is longer than MAX_LINE_BYTES. */
export type TextLine = string | { readonly beginning: string };

/** Collects the bytes of one line; at most MAX_LINE_BYTES and one chunk are in memory. */
export interface PendingLine {
  add(bytes: Buffer): void;
  /** Counts all bytes that were added, also those that were not kept. */
  length(): number;
  /** Gives the line, without a `\r` at its end, and starts the next one. */
  take(): TextLine;
}

/** Creates an empty line; what is added must stay as it is until the line is taken. */
export function createPendingLine(): PendingLine {
  let parts: Buffer[] = [];
  let length = 0;
  return {
    add(bytes) {
      if (length <= MAX_LINE_BYTES) parts.push(bytes);
      length += bytes.length;
    },
    length: () => length,
    take() {
      const bytes = Buffer.concat(parts);
      const line = length > MAX_LINE_BYTES ? { beginning: decodeBeginning(bytes) } : dropReturn(bytes.toString('utf8'));
      parts = [];
      length = 0;
      return line;
    },
  };
}

/** Leaves out a character that is cut in two. */
function decodeBeginning(bytes: Buffer): string {
  return new TextDecoder().decode(bytes.subarray(0, BEGINNING_BYTES), { stream: true });
}

/**
 * Reads the lines of a UTF-8 file in batches, without their ends (`\n` or `\r\n`) and without a byte order mark.
 * The last line counts with or without an end; after a final end there is no further line.
 *
 * @throws the file system's error if the file can't be read
 */
export async function* readLines(file: string): AsyncGenerator<readonly TextLine[]> {
  const pending = createPendingLine();
  let isFirst = true;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    const bytes: Buffer = chunk;
    const [first, last] = [bytes.indexOf(NEWLINE), bytes.lastIndexOf(NEWLINE)];
    pending.add(first < 0 ? bytes : bytes.subarray(0, first));
    if (first < 0) continue;
    const lines = [isFirst ? dropMark(pending.take()) : pending.take()];
    isFirst = false;
    yield last === first ? lines : lines.concat(splitLines(bytes.subarray(first + 1, last)));
    pending.add(bytes.subarray(last + 1));
  }
  if (pending.length() > 0) yield [isFirst ? dropMark(pending.take()) : pending.take()];
}

/** Splits whole lines, the last of which has no end. */
export function splitLines(bytes: Buffer): readonly string[] {
  return bytes.toString('utf8').split('\n').map(dropReturn);
}

/** Leaves out a byte order mark. */
export function dropMark(line: TextLine): TextLine {
  return typeof line === 'string' && line.startsWith('\uFEFF') ? line.slice(1) : line;
}

function dropReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
