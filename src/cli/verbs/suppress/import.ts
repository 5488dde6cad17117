/** The verb `suppress import`: a file of suppressions, all rows or none. */
import path from 'node:path';
import type { Command } from 'commander';
import { importFiles } from '../../../run/import/import-files';
import { formatImport } from '../../../run/import/report';
import { openFile } from '../../../run/import/rows';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { withStore } from '../runs/with-store';

/** Adds the verb. */
export function addImport(suppress: Command, context: CliContext): void {
  suppress
    .command('import')
    .argument('<file>', 'CSV, or JSON Lines where its name ends in .jsonl; gzip is unpacked')
    .description('import suppressions: all rows or, where one is wrong, none')
    .option('--dry-run', 'tell what it would do; nothing is changed')
    .addHelpText('before', 'Examples:\n  nightjar suppress import unsubscribed.csv\n')
    .addHelpText(
      'after',
      '\nColumns: one of email, user_id, domain, address_hash; topic (every job where\nempty), reason (manual), at (now), source. What is suppressed already keeps its\nreason, unless the new one is an unsubscribe or a complaint.',
    )
    .action(async (file: string, own: { dryRun?: boolean }, command: Command) => {
      const flags = command.optsWithGlobals();
      await withStore(context, flags, async ({ db, now }) => {
        const suppressions = openFile(path.resolve(context.cwd, file));
        const report = await importFiles({
          db,
          suppressions,
          replace: false,
          dryRun: own.dryRun === true,
          now: now(),
        });
        answer(flags, { text: formatImport(report), json: report });
      });
    });
}
