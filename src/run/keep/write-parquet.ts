/** Writes deliveries to a Parquet file, one row group a page: memory is flat in their number. */
import { type FileHandle, open } from 'node:fs/promises';
import type { LedgerRow } from '../../database/keeping/keeping';
import { SCHEMA, toColumns } from './columns';
import { createTally, type LedgerTally } from './tally';

/** Writes the pages as row groups. */
export async function writeParquet(
  file: string,
  pages: AsyncIterable<readonly LedgerRow[]>,
  facts: Readonly<Record<string, string>>,
): Promise<LedgerTally> {
  const handle = await open(file, 'w', 0o600);
  try {
    const writer = await openWriter(handle, facts);
    const tally = createTally();
    for await (const rows of pages) {
      tally.add(rows);
      await writer.write(rows);
    }
    await writer.finish();
    await handle.sync();
    return tally.close();
  } finally {
    await handle.close();
  }
}

async function openWriter(handle: FileHandle, facts: Readonly<Record<string, string>>) {
  // An ES module, loaded where it is used: nothing else pays for it.
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const bytes = new ByteWriter(1 << 20);
  const flush = async () => {
    await handle.writeFile(bytes.getBytes());
    bytes.index = 0;
  };
  const writer = new ParquetWriter({
    writer: bytes,
    schema: SCHEMA,
    kvMetadata: Object.entries(facts).map(([key, value]) => ({ key, value })),
    createdBy: 'nightjar',
  });
  return {
    async write(rows: readonly LedgerRow[]): Promise<void> {
      await writer.write({ columnData: toColumns(rows), rowGroupSize: rows.length });
      await flush();
    },
    async finish(): Promise<void> {
      await writer.finish();
      await flush();
    },
  };
}
