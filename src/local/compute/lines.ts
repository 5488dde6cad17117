/** Reads the lines of text files as they stream in. */
import { createReadStream } from 'node:fs';

const CHUNK_BYTES = 1 << 18;

/**
 * Reads the lines of a UTF-8 file in batches, without their ends (`\n` or `\r\n`) and without a byte order mark.
 * The last line counts with or without an end; after a final end there is no further line.
 *
 * @throws the file system's error if the file can't be read
 */
export async function* readLines(file: string): AsyncGenerator<readonly string[]> {
  let rest = '';
  let isFirst = true;
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: CHUNK_BYTES })) {
    let text = rest + String(chunk);
    if (isFirst && text.startsWith('\uFEFF')) text = text.slice(1);
    isFirst = false;
    const end = text.lastIndexOf('\n');
    rest = end < 0 ? text : text.slice(end + 1);
    if (end >= 0) yield text.slice(0, end).split('\n').map(dropReturn);
  }
  if (rest !== '') yield [dropReturn(rest)];
}

function dropReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
