/** Reads import files row by row: CSV with a header, or JSON Lines with the same names. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { nearestName } from '../../config/nearest';
import { NightjarError } from '../../errors';

/** One row: column name → text; absent and empty columns are left out. */
export interface FileRow {
  /** Where the row begins, from 1. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

export interface FileShape {
  readonly file: string;
  /** Columns that every row needs. */
  readonly required: readonly string[];
  /** Columns that nightjar knows; others are attributes where the kind of file takes them. */
  readonly known: readonly string[];
}

/**
 * Streams the rows of a file.
 * @throws E_IMPORT_FILE where it is missing, not of its format, or lacks a required column
 */
export async function* readRows(shape: FileShape): AsyncGenerator<FileRow> {
  try {
    yield* /\.(jsonl|ndjson|json)$/i.test(shape.file) ? readJsonLines(shape) : readCsv(shape);
  } catch (error) {
    throw explainFailure(error, shape.file);
  }
}

const recordSchema = z.object({ record: z.array(z.string()), raw: z.string(), info: z.object({ lines: z.number() }) });

async function* readCsv(shape: FileShape): AsyncGenerator<FileRow> {
  const parser = parse({ bom: true, info: true, raw: true, relax_column_count: false, skip_empty_lines: true });
  const source = createReadStream(shape.file);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let header: readonly string[] | undefined;
  for await (const entry of parser) {
    const { record, raw, info } = recordSchema.parse(entry);
    if (header === undefined) {
      header = record.map((name) => name.trim());
      checkHeader(header, shape);
      continue;
    }
    const breaks = raw.replace(/[\r\n]+$/, '').split('\n').length - 1;
    const cells = Object.fromEntries(
      header.map((name, index) => [name, record[index] ?? '']).filter(([, text]) => text !== ''),
    );
    yield { line: Math.max(1, info.lines - breaks), cells };
  }
  if (header === undefined) checkHeader([], shape);
}

function checkHeader(header: readonly string[], { file, required, known }: FileShape): void {
  const missing = required.filter((name) => !header.includes(name));
  const [first] = missing;
  if (first === undefined) return;
  const near = nearestName(
    first,
    header.filter((name) => !known.includes(name)),
  );
  const hint = near === undefined ? '' : `; the column "${near}" may be meant`;
  throw new NightjarError('E_IMPORT_FILE', `the header lacks ${missing.join(', ')}${hint}`, {
    where: { file, line: 1 },
    fix: near === undefined ? `add the column ${first}` : `rename the column "${near}" to ${first}`,
  });
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const lineSchema = z.record(z.string(), z.union([scalar, z.array(scalar), z.null()]));

async function* readJsonLines({ file }: FileShape): AsyncGenerator<FileRow> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    const trimmed = line === 1 ? text.replace(/^\uFEFF/, '').trim() : text.trim();
    if (trimmed === '') continue;
    const read = lineSchema.safeParse(parseJson(trimmed));
    if (!read.success) {
      throw new NightjarError(
        'E_IMPORT_FILE',
        'the line is not a JSON object of texts, numbers, booleans or lists of them',
        {
          where: { file, line },
          fix: 'write one object a line, such as {"user_id":"u1","email":"a@example.org"}',
        },
      );
    }
    const cells = Object.entries(read.data).map(([name, value]) => [
      name,
      value === null ? '' : [value].flat().join('|'),
    ]);
    yield { line, cells: Object.fromEntries(cells.filter(([, cell]) => cell !== '')) };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function explainFailure(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'EACCES') {
    return new NightjarError('E_IMPORT_FILE', `the file can't be read (${error.code})`, {
      where: { file },
      fix: 'check the path',
      cause: error,
    });
  }
  if (typeof error.code !== 'string' || !error.code.startsWith('CSV_')) return error;
  const line = 'lines' in error && typeof error.lines === 'number' ? { line: error.lines } : {};
  return new NightjarError('E_IMPORT_FILE', `the file is not CSV as RFC 4180 has it: ${error.message.toLowerCase()}`, {
    where: { file, ...line },
    fix: 'quote cells that hold commas, quotes or line breaks, and give every row as many cells as the header',
    cause: error,
  });
}
