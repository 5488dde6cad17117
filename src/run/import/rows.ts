/** Reads the rows of an import file, CSV or JSON Lines by its extension, a chunk at a time. */
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { readCsvRows } from './csv-rows';
import type { FileFindings, ImportProblem } from './findings';
import { readJsonRows } from './json-rows';

/** The content of a cell; JSON Lines may hold lists. Empty cells and nulls are no cells. */
export type Cell = string | readonly string[];

/** A row with its cells by column. */
export interface FileRow {
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** Takes part in the reading of a file. */
export interface RowListener {
  readonly findings: FileFindings;
  /** Gets the header, or the names of the first JSON object, before any row; false ends the reading. */
  readonly onColumns: (columns: readonly string[]) => boolean;
}

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
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { message: 'there is no such file', fix: `ls ${path.dirname(file)}` };
    if (code === 'EACCES' || code === 'EPERM') return { message: 'it may not be read', fix: `chmod a+r ${file}` };
    throw error;
  }
}
