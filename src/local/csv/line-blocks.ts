/** Reads a file in blocks of whole lines, so that memory stays flat whatever its size. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { CsvProblem } from './csv-problem';

const CHUNK_BYTES = 1 << 18;

/** Longer lines are taken for a file that is no CSV; the longest that a schema allows has some megabytes. */
const MAX_LINE_BYTES = 1 << 26;

const LINE_FEED = 0x0a;

/**
 * Reads a UTF-8 file; each block ends with a line feed, but for the last, which may. A byte order mark is left out.
 *
 * @throws CsvProblem if the file is compressed, is not UTF-8, or has a line of over 64 MB; the file system's errors
 */
export async function* readLineBlocks(file: string): AsyncGenerator<string> {
  let line = 1;
  for await (const block of readByteBlocks(file)) {
    if (line === 1 && block[0] === 0x1f && block[1] === 0x8b) {
      throw new CsvProblem('The file is compressed (gzip); only plain CSV files can be read.', 1);
    }
    if (!isUtf8(block)) throw new CsvProblem('The file is not encoded in UTF-8.', line + countGoodLines(block));
    const text = block.toString('utf8');
    yield line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
    line += countLines(block);
  }
}

async function* readByteBlocks(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const read of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    const chunk: Buffer = read;
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield Buffer.concat([...rest, chunk.subarray(0, end)]);
      [rest, restBytes] = [[], 0];
    }
    rest.push(chunk.subarray(end));
    restBytes += chunk.length - end;
    if (restBytes > MAX_LINE_BYTES) throw new CsvProblem('The file has a line of over 64 MB.', 1);
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}

function countLines(block: Buffer): number {
  let count = 0;
  for (let at = block.indexOf(LINE_FEED); at >= 0; at = block.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

/** Counts the lines before the first that is not UTF-8. */
function countGoodLines(block: Buffer): number {
  let count = 0;
  for (let from = 0; from < block.length; count++) {
    const end = block.indexOf(LINE_FEED, from);
    const line = block.subarray(from, end < 0 ? block.length : end);
    if (!isUtf8(line) || end < 0) return count;
    from = end + 1;
  }
  return count;
}
