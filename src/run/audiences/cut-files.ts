/** Cuts rows into files that are within a format's limits. */
import type { AudienceFormat, Cells } from '../../audience/formats/format';

type Limits = Pick<AudienceFormat['file'], 'maxRows' | 'maxBytes'> & {
  /** Bytes that every file has beside its rows. */
  readonly headBytes: number;
  readonly rowBytes: ((cells: Cells) => number) | undefined;
};

/**
 * Yields the rows of one file after the other; each must be read to its end before the next is asked for.
 * Of no rows there is no file.
 */
export async function* cutFiles(
  rows: AsyncIterable<readonly Cells[]>,
  limits: Limits,
): AsyncGenerator<AsyncIterable<readonly Cells[]>> {
  const source = new RowSource(rows[Symbol.asyncIterator]());
  try {
    while (await source.hasMore()) yield readFile(source, limits);
  } finally {
    await source.close();
  }
}

async function* readFile(source: RowSource, limits: Limits): AsyncGenerator<readonly Cells[]> {
  const room = { rows: limits.maxRows ?? Number.POSITIVE_INFINITY, bytes: bytesFor(limits) };
  let isFirst = true;
  while (await source.hasMore()) {
    const taken = source.take((cells) => {
      const bytes = limits.rowBytes === undefined || limits.maxBytes === undefined ? 0 : limits.rowBytes(cells);
      // A row that is larger than a file may be would else never be written.
      const fits = isFirst || (room.rows >= 1 && bytes <= room.bytes);
      isFirst = false;
      room.rows -= 1;
      room.bytes -= bytes;
      return fits;
    });
    if (taken.length > 0) yield taken;
    if (source.isCutShort()) return;
  }
}

function bytesFor({ maxBytes, headBytes }: Limits): number {
  return maxBytes === undefined ? Number.POSITIVE_INFINITY : maxBytes - headBytes;
}

/** Rows that are taken as far as they fit. */
class RowSource {
  private batch: readonly Cells[] = [];
  private index = 0;
  private isShort = false;

  constructor(private readonly iterator: AsyncIterator<readonly Cells[]>) {}

  async hasMore(): Promise<boolean> {
    while (this.index >= this.batch.length) {
      const next = await this.iterator.next();
      if (next.done === true) return false;
      this.batch = next.value;
      this.index = 0;
    }
    return true;
  }

  /** Takes rows of the batch up to the first that does not fit. */
  take(fits: (cells: Cells) => boolean): readonly Cells[] {
    const from = this.index;
    this.isShort = false;
    while (this.index < this.batch.length) {
      const cells = this.batch[this.index];
      if (cells === undefined || !fits(cells)) {
        this.isShort = true;
        break;
      }
      this.index += 1;
    }
    return from === 0 && this.index === this.batch.length ? this.batch : this.batch.slice(from, this.index);
  }

  /** Tells whether the last rows did not fit. */
  isCutShort(): boolean {
    return this.isShort;
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}
