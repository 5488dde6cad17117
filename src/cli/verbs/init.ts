/** The verb `init`: makes a project of a shop's own, and with its data goes all the way to a mail to look at. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { NightjarError } from '../../errors';
import { today } from '../../job/today';
import { countOf } from '../../report/figures';
import { IMPORT_KINDS } from '../../run/import/column-mapping';
import { guessColumns, sampleRows } from '../../run/import/guess-columns';
import { formatImport, formatOverlap } from '../../run/import/report';
import { openFile } from '../../run/import/rows';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions } from '../context';
import { openSources, type SourceFlags } from '../import-sources';
import { type Brought, bringData } from '../init/bring-data';
import { instanceOf, settingsText } from '../init/project-texts';
import { openProject, type ProjectWriter, writeBeginning, writeHeaders } from '../init/write-project';
import { openEngines } from '../open-engines';
import { processProgress } from '../progress';
import { formatTrained } from './train';

interface InitFlags extends SourceFlags {
  readonly yes?: boolean;
}

const EXAMPLES = `Examples:
  nightjar init shop
  nightjar init shop --contacts c.csv --items i.csv --interactions x.csv
`;

/** Adds the verb. */
export function addInit(program: Command, context: CliContext): void {
  program
    .command('init')
    .argument('<folder>', 'the project; made where it is missing, and no file in it is overwritten')
    .description('make a project: your data, models, a first mail')
    .option('--contacts <file>', 'your customers: CSV or JSON, gzip, or s3://…; columns are guessed')
    .option('--items <file>', 'your catalogue')
    .option('--interactions <file>', 'who bought or looked at what, and when')
    .option('--suppressions <file>', 'addresses that must not be written to')
    .option('--contacts-sql <query>', 'a SELECT in place of a file; so are the two below')
    .option('--items-sql <query>')
    .option('--interactions-sql <query>')
    .option('--from <url>', 'the PostgreSQL database of the queries (NIGHTJAR_IMPORT_FROM)')
    .option('--yes', 'import without asking')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', '\nNothing leaves this machine and nothing is sent. docs/your-data.md')
    .action(async (folder: string, own: InitFlags, command: Command) => init(context, { folder, own, command }));
}

async function init(context: CliContext, call: { folder: string; own: InitFlags; command: Command }): Promise<void> {
  const { folder, own, command } = call;
  const flags = command.optsWithGlobals();
  const root = path.resolve(context.cwd, folder);
  if (statSync(root, { throwIfNoEntry: false })?.isFile() === true) {
    throw new NightjarError('E_USAGE', `"${folder}" is a file`, { fix: 'name a folder: nightjar init shop' });
  }
  const place: CliContext = { ...context, project: root };
  const project = openProject(root);
  project.write('config/nightjar.yaml', settingsText(instanceOf(path.basename(root)), await guessUrl(context, own)));
  writeBeginning(project);
  if (IMPORT_KINDS.every((kind) => own[kind] === undefined && own[`${kind}Sql`] === undefined)) {
    writeHeaders(project);
    answer(flags, { text: formatEmpty(folder, project), json: describe(project) });
    return;
  }
  const progress = processProgress(flags);
  progress.show('starting PostgreSQL and the local AWS');
  const options = openOptions(place, { ...flags, quiet: flags.quiet ?? flags.debug !== true });
  const engines = await openEngines(options);
  try {
    const sources = await openSources(place, own, async () => engines.s3);
    const slot = today('UTC', engines.now());
    const bringing = { context: place, project, engines, sources, progress, yes: own.yes === true, slot };
    const brought = await bringData(bringing);
    progress.clear();
    answer(flags, { text: formatBrought(folder, project, brought), json: { ...describe(project), ...brought } });
  } finally {
    progress.clear();
    await closeSoon(engines);
  }
}

/** The address of the shop, as a page of the first item that has one tells it; files elsewhere are not looked at yet. */
async function guessUrl(context: CliContext, { items }: InitFlags): Promise<string | undefined> {
  if (items === undefined || items.startsWith('s3://')) return undefined;
  const source = openFile(path.resolve(context.cwd, items));
  if ((await source.findUnreadable()) !== undefined) return undefined;
  const sample = await sampleRows(source);
  const column = guessColumns('items', sample).columns.url?.column ?? 'url';
  const urls = sample.rows.map((row) => row.cells.get(column));
  return urls.find((url): url is string => typeof url === 'string' && /^https?:\/\//.test(url));
}

function describe({ root, written, kept }: ProjectWriter): object {
  return { project: root, written, kept };
}

function formatFiles({ written, kept }: ProjectWriter): readonly string[] {
  const isTemplate = (file: string) => file.startsWith('templates');
  const templates = written.filter(isTemplate).length;
  return [
    ...written.filter((file) => !isTemplate(file)).map((file) => `  ${file}`),
    ...(templates === 0 ? [] : [`  templates/ (${templates} files)`]),
    ...(kept.length === 0 ? [] : [`  left as they are: ${countOf(kept.length, 'file')} that stood there`]),
  ];
}

function formatEmpty(folder: string, project: ProjectWriter): string {
  const data = (kind: string) => path.join(folder, 'data', `${kind}.csv`);
  return [
    `Written in ${folder}`,
    ...formatFiles(project),
    '',
    'Next: fill the files in data/, or take your own as they are:',
    `  nightjar init ${folder} --contacts ${data('contacts')} --items ${data('items')} --interactions ${data('interactions')}`,
  ].join('\n');
}

function formatBrought(folder: string, project: ProjectWriter, brought: Brought): string {
  const { columns, checked, imported, trained, notTrained, preview } = brought;
  return [
    'Columns (config/import.yaml)',
    ...columns,
    '',
    formatImport(imported),
    ...(checked.overlap === undefined ? [] : formatOverlap(checked.overlap)),
    ...(trained === undefined ? notTrained.map((reason) => `not trained   ${reason}`) : [formatTrained(trained)]),
    '',
    `Written in ${folder}`,
    ...formatFiles(project),
    '',
    ...formatPreview(preview, trained !== undefined),
    '',
    `Next: nightjar plan nightly-picks --project ${folder}   shows who would get it and what it would cost`,
  ].join('\n');
}

function formatPreview(preview: Brought['preview'], isTrained: boolean): readonly string[] {
  if (preview === undefined) return ['Preview    none: it takes a contact with an address, and items in stock'];
  const { file, to, subject, isPersonal, isRecipient, filter } = preview;
  const why = isTrained ? 'no recommendation has passed the filter' : 'nothing is trained';
  return [
    `Preview    ${file}`,
    `           to ${to}: ${subject}`,
    ...(isPersonal ? [] : [`           it shows the most popular items, for ${why}`]),
    ...(filter === undefined || !isTrained ? [] : [`           ${describeFilter(filter)}`]),
    ...(isRecipient ? [] : ['           nobody would get it yet: no contact has consented (column consent)']),
  ];
}

function describeFilter({ name, problem }: NonNullable<NonNullable<Brought['preview']>['filter']>): string {
  return problem === undefined
    ? `its recommendations have passed the filter ${name} of the job`
    : `its items have not passed the filter of the job, and no run would start: ${problem}`;
}
