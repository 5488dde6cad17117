/** The verb `import`: brings contacts, items and interactions into the database. */
import path from 'node:path';
import type { Command } from 'commander';
import { NightjarError } from '../../errors';
import { importFiles } from '../../run/import/import-files';
import { formatImport } from '../../run/import/report';
import { answer } from '../answer';
import { type CliContext, openOptions } from '../context';
import { openStore } from '../open-store';

interface ImportFlags {
  readonly contacts?: string;
  readonly items?: string;
  readonly interactions?: string;
  readonly suppressions?: string;
  readonly replace?: boolean;
}

const KINDS = ['contacts', 'items', 'interactions', 'suppressions'] as const;

/** Adds the verb. */
export function addImport(program: Command, context: CliContext): void {
  program
    .command('import')
    .description('import CSV or JSON Lines files; all of them or, where a row is wrong, none')
    .option(
      '--contacts <file>',
      'user_id*, email, first_name, last_name, locale, country, time_zone, phone, consent, …',
    )
    .option('--items <file>', 'item_id*, title*, url, image, price, currency, categories, stock, created_at, …')
    .option('--interactions <file>', 'user_id*, item_id*, timestamp*, event_type, event_value')
    .option('--suppressions <file>', 'email*, reason, at')
    .option('--replace', 'also remove contacts and items that the file no longer has')
    .addHelpText(
      'before',
      'Examples:\n  nightjar import --contacts contacts.csv --interactions visits.jsonl\n  nightjar import --items items.csv --replace\n',
    )
    .action(async (own: ImportFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      const files = KINDS.flatMap((kind) =>
        own[kind] === undefined ? [] : [[kind, path.resolve(context.cwd, own[kind])] as const],
      );
      if (files.length === 0)
        throw new NightjarError('E_USAGE', 'no file to import is named', {
          fix: 'nightjar import --contacts contacts.csv',
        });
      const store = await openStore(openOptions(context, flags));
      try {
        const report = await importFiles({
          db: store.db,
          ...Object.fromEntries(files),
          replace: own.replace === true,
          now: Date.now(),
        });
        answer(flags, { text: formatImport(report), json: report });
      } finally {
        await store.releases.run();
      }
    });
}
