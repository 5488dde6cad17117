/** Reads rows from text: CSV, JSON Lines or one JSON list by the name's ending, plain or gzip and of any encoding by the bytes. */
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { readCsvRows } from './csv-rows';
import type { ImportProblem } from './findings';
import { isBrokenGzip, unzip } from './gzip';
import { splitJsonList } from './json-list';
import { readJsonRows } from './json-rows';
import type { FileRow, RowListener, RowSource } from './row';
import { toUtf8 } from './text-encoding';

const JSON_EXTENSIONS: readonly string[] = ['.jsonl', '.ndjson', '.json'];
const CHUNK_BYTES = 256 * 1024;

/** Makes a file a source of rows. */
export function openFile(file: string): RowSource {
  return { name: file, findUnreadable: () => findUnreadable(file), readRows };
}

/** Streams the rows of the file that the findings name. */
export function readRows(listener: RowListener): AsyncGenerator<readonly FileRow[]> {
  return readTextRows(createReadStream(listener.findings.file, { highWaterMark: CHUNK_BYTES }), listener);
}

/** Streams the rows of a text given in chunks; the name of the findings says its format. */
export async function* readTextRows(
  chunks: AsyncIterable<Uint8Array>,
  listener: RowListener,
): AsyncGenerator<readonly FileRow[]> {
  const { findings, encoding } = listener;
  const extension = path.extname(findings.file.toLowerCase().replace(/\.gz$/, ''));
  const onEncoding = (found: string) => findings.noteFormat({ encoding: found });
  const text = toUtf8(unzip(chunks), { encoding, onEncoding });
  try {
    if (JSON_EXTENSIONS.includes(extension)) yield* readJsonRows(splitJsonList(text), listener);
    else yield* readCsvRows(text, listener);
  } catch (error) {
    if (!isBrokenGzip(error)) throw error;
    findings.addProblem({ message: 'it is gzip, and broken or cut', fix: `gzip -t ${findings.file}` });
  }
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
