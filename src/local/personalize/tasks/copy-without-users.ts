/** Copies a CSV file without the rows of some users. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readCsvFile } from '../../csv/read-csv';

/**
 * Copies a file that has a column USER_ID; the lines that stay are as they were, each with a line feed. Makes
 * the target's folder.
 *
 * @returns the number of rows that were left out
 */
export async function copyWithoutUsers(source: string, target: string, users: ReadonlySet<string>): Promise<number> {
  await mkdir(dirname(target), { recursive: true });
  const output = await open(target, 'w');
  let kept: string[] = [];
  let count = 0;
  try {
    await readCsvFile(source, {
      start(header, headerText) {
        kept.push(headerText);
        const at = header.indexOf('USER_ID');
        return (cells, _line, text) => {
          if (users.has(cells[at] ?? '')) count++;
          else kept.push(text);
        };
      },
      async flush() {
        const text = kept.map((line) => `${line}\n`).join('');
        kept = [];
        await output.writeFile(text);
      },
    });
    await output.sync();
  } finally {
    await output.close();
  }
  return count;
}
