/** The verb `suppress export`: all suppressions as CSV or JSON Lines, which an import takes back. */
import path from 'node:path';
import type { Command } from 'commander';
import { quoteCell } from '../../../audience/formats/csv-file';
import type { Suppression } from '../../../content/suppression';
import type { Database } from '../../../database/connecting/connection';
import { streamSuppressions } from '../../../database/people/suppressions';
import { NightjarError } from '../../../errors';
import { countOf } from '../../../report/figures';
import { protectCell } from '../../../run/import/formula-cell';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { writeToFile, writeToStdout } from '../../write-out';
import { withStore } from '../runs/with-store';
import { describeJson } from './describe';

/** Adds the verb. */
export function addExport(suppress: Command, context: CliContext): void {
  suppress
    .command('export')
    .description('write all suppressions as CSV, or JSON Lines where --out ends in .jsonl; import takes them back')
    .option('--out <file>', 'write this file, which is there when all of it is; stdout where left out')
    .addHelpText(
      'before',
      'Examples:\n  nightjar suppress export --out suppressions.csv\n  nightjar suppress export | grep unsubscribe\n',
    )
    .addHelpText('after', '\nAddresses are written as their SHA-256: nightjar keeps no other form of them.')
    .action(async (own: { out?: string }, command: Command) => {
      const flags = command.optsWithGlobals();
      if (flags.json === true && own.out === undefined) {
        throw new NightjarError('E_USAGE', '--json is one document, and an export is many lines', {
          fix: 'nightjar suppress export --out suppressions.jsonl --json',
        });
      }
      await withStore(context, flags, async ({ db }) => {
        const counted = { rows: 0 };
        const write = own.out?.toLowerCase().endsWith('.jsonl') === true ? writeJson : writeCsv;
        if (own.out === undefined) return writeToStdout(write(db, counted));
        const file = path.resolve(context.cwd, own.out);
        await writeToFile(file, write(db, counted));
        const text = `${countOf(counted.rows, 'suppression', 'suppressions')} written to ${own.out}`;
        answer(flags, { text, json: { rows: counted.rows, file } });
      });
    });
}

const COLUMNS = ['address_hash', 'user_id', 'domain', 'topic', 'reason', 'source', 'at'];

async function* writeCsv(db: Database, counted: { rows: number }): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  yield* writeRows(db, counted, (row) => {
    const cells = describeJson(row);
    return `${COLUMNS.map((name) => quoteCell(protectCell(cells[name] ?? ''))).join(',')}\r\n`;
  });
}

async function* writeJson(db: Database, counted: { rows: number }): AsyncGenerator<string> {
  yield* writeRows(db, counted, (row) => `${JSON.stringify(describeJson(row))}\n`);
}

async function* writeRows(
  db: Database,
  counted: { rows: number },
  write: (row: Suppression) => string,
): AsyncGenerator<string> {
  for await (const rows of streamSuppressions(db)) {
    counted.rows += rows.length;
    yield rows.map(write).join('');
  }
}
