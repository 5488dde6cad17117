/** CSV from the lines of row files is what it is from cells. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { LineBlock } from '../../../src/audience/block-buffer';
import { writeCsvFile } from '../../../src/audience/formats/csv-file';
import { writeCsvLines } from '../../../src/audience/formats/csv-lines';
import type { Cells, Column } from '../../../src/audience/formats/format';
import { createRowLayout } from '../../../src/audience/rows';
import { batches, collect } from '../streams';

const unit = fc.constantFrom(...'ab;,|"\\ \t\n\r=é東', '😀', '\u0001');
const plain = fc.oneof(fc.constant(''), fc.string({ unit, maxLength: 5 }), fc.constant('Robin Müller'));
const hash = fc.oneof(
  fc.constant(''),
  fc.integer().map((n) => createHash('sha256').update(String(n)).digest('hex')),
);
const forms = fc.array(fc.constantFrom<Column['form']>('plain', 'hashed'), { minLength: 1, maxLength: 5 });
const table = forms.chain((all) =>
  fc.record({
    columns: fc.constant(all.map((form, nth): Column => ({ header: `c,${nth}`, form, rule: '' }))),
    rows: fc.array(fc.tuple(...all.map((form) => (form === 'hashed' ? hash : plain))), { maxLength: 20 }),
  }),
);

async function* blocksOf(lines: readonly string[], size: number): AsyncGenerator<LineBlock> {
  for (let from = 0; from < lines.length; from += size) {
    const some = lines.slice(from, from + size);
    yield { bytes: Buffer.from(some.map((line) => `${line}\n`).join('')), lines: some.length };
  }
}

/** What is yielded holds only until the next is asked for. */
async function gatherText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts).toString('utf8');
}

it('lines become the bytes that their cells become', async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 4 }), async ({ columns, rows }, size) => {
      const layout = createRowLayout(columns);
      const cells: readonly Cells[] = rows;
      const lines = cells.map((row) => layout.write(row));
      const found = await gatherText(writeCsvLines(columns, blocksOf(lines, size)));
      const wanted = Buffer.concat(await collect(writeCsvFile(columns, batches(cells, 3))));
      expect(found).toBe(wanted.toString('utf8'));
    }),
    { numRuns: 500 },
  );
});
