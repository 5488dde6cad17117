/** Reads a text as an import file would be read, in chunks of a size of choice. */
import { createFindings } from '../../../src/run/import/findings';
import type { FileRow, RowListener } from '../../../src/run/import/row';

type RowReader = (chunks: AsyncIterable<Uint8Array>, listener: RowListener) => AsyncGenerator<readonly FileRow[]>;

export interface ReadText {
  readonly columns: readonly string[];
  /** Line and cells of each row. */
  readonly rows: readonly (readonly [number, Readonly<Record<string, unknown>>])[];
  /** Line and message of each problem. */
  readonly problems: readonly (readonly [number | undefined, string])[];
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function readText(
  reader: RowReader,
  content: string | Uint8Array,
  chunkBytes = 65_536,
): Promise<ReadText> {
  const found = createFindings();
  let columns: readonly string[] = [];
  const onColumns = (names: readonly string[]) => {
    columns = names;
    return true;
  };
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const rows: (readonly [number, Record<string, unknown>])[] = [];
  for await (const batch of reader(cut(bytes, chunkBytes), { findings: found.forFile('rows'), onColumns })) {
    for (const { line, cells } of batch) rows.push([line, Object.fromEntries(cells)]);
  }
  const error = found.error();
  const errors = error === undefined ? [] : [error, ...error.others];
  return { columns, rows, problems: errors.map(({ where, message }) => [where?.line, message]) };
}
