/** The verb `import`: brings contacts, items and interactions into the database. */
import type { Command } from 'commander';
import { NightjarError } from '../../errors';
import { IMPORT_KINDS } from '../../run/import/column-mapping';
import { importFiles } from '../../run/import/import-files';
import { formatImport } from '../../run/import/report';
import { answer } from '../answer';
import { type CliContext, openOptions } from '../context';
import { openS3, openSources, readMappingsOf, type SourceFlags } from '../import-sources';
import { openStore } from '../open-store';

interface ImportFlags extends SourceFlags {
  readonly columns?: string;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
}

const EXAMPLES = `Examples:
  nightjar import --contacts contacts.csv --interactions visits.jsonl.gz
  nightjar import --items s3://shop/export/items.csv --replace --dry-run
  nightjar import --contacts-sql "SELECT id AS user_id, email FROM customer"
`;

/** Adds the verb. */
export function addImport(program: Command, context: CliContext): void {
  program
    .command('import')
    .description('import files or queries: all rows or, where one is wrong, none')
    .option(
      '--contacts <file>',
      'user_id*, email, first_name, last_name, locale, country, time_zone, phone, consent, deleted, …',
    )
    .option(
      '--items <file>',
      'item_id*, title*, url, image, price, currency, categories, stock, created_at, deleted, …',
    )
    .option('--interactions <file>', 'user_id*, item_id*, timestamp*, event_type, event_value')
    .option('--suppressions <file>', 'one of email, user_id, domain; topic, reason, at')
    .option('--contacts-sql <query>', 'a SELECT in place of a file; so are the three below')
    .option('--items-sql <query>')
    .option('--interactions-sql <query>')
    .option('--suppressions-sql <query>')
    .option('--from <url>', 'the PostgreSQL database of the queries (NIGHTJAR_IMPORT_FROM)')
    .option('--columns <file>', "which column is which (default: the project's config/import.yaml)")
    .option('--replace', 'also remove contacts and items that the file no longer has')
    .option('--dry-run', 'tell what an import would do and which ids do not match; nothing is changed')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nA file is CSV, or JSON where its name ends in .jsonl, .ndjson or .json; gzip is\nunpacked. A path may be s3://bucket/key. A row whose column "deleted" is true\nremoves its contact or item. docs/your-data.md',
    )
    .action(async (own: ImportFlags, command: Command) => importVerb(context, own, command));
}

async function importVerb(context: CliContext, own: ImportFlags, command: Command): Promise<void> {
  const flags = command.optsWithGlobals();
  if (IMPORT_KINDS.every((kind) => own[kind] === undefined && own[`${kind}Sql`] === undefined)) {
    throw new NightjarError('E_USAGE', 'no file to import is named', {
      fix: 'nightjar import --contacts contacts.csv',
    });
  }
  const mappings = readMappingsOf(context, own.columns);
  const options = openOptions(context, flags);
  const store = await openStore(options);
  try {
    const sources = await openSources(context, own, () => openS3(options, store));
    const report = await importFiles({
      db: store.db,
      ...sources,
      mappings,
      replace: own.replace === true,
      dryRun: own.dryRun === true,
      now: Date.now(),
    });
    answer(flags, { text: formatImport(report), json: report });
  } finally {
    await store.releases.run();
  }
}
