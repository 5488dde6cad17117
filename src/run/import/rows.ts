/** Reads the rows of an import file, CSV or JSON Lines by its extension, a chunk at a time. */
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { readCsvRows } from './csv-rows';
import type { ImportProblem } from './findings';
import { readJsonRows } from './json-rows';
import type { FileRow, RowListener } from './row';

const JSON_EXTENSIONS: readonly string[] = ['.jsonl', '.ndjson', '.json'];
const CHUNK_BYTES = 256 * 1024;

/** Streams the rows of a file in their order; broken ones are reported to the listener and left out. */
export function readRows(listener: RowListener): AsyncGenerator<readonly FileRow[]> {
  const { file } = listener.findings;
  const chunks: AsyncIterable<Uint8Array> = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const isJson = JSON_EXTENSIONS.includes(path.extname(file).toLowerCase());
  return isJson ? readJsonRows(chunks, listener) : readCsvRows(chunks, listener);
}

/** Tells why a file can't be read, before anything is done; undefined where it can. */
export async function findUnreadable(file: string): Promise<ImportProblem | undefined> {
  try {
    await access(file, constants.R_OK);
    if (!(await stat(file)).isDirectory()) return undefined;
    return { message: 'it is a folder; expected a file', fix: 'name a CSV or JSON Lines file' };
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { message: 'there is no such file', fix: `ls ${path.dirname(file)}` };
    if (code === 'EACCES' || code === 'EPERM') return { message: 'it may not be read', fix: `chmod a+r ${file}` };
    throw error;
  }
}
