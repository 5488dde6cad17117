/** Brings a team's data into a new project: columns guessed, a dry run, the import, training, a mail to look at. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { currentCatalogueVersion, readCatalogue } from '../../database/catalogue';
import { popularItems } from '../../database/people/interactions';
import { combineErrors, isNightjarError, NightjarError } from '../../errors';
import { openBundle } from '../../run/bundle';
import type { ColumnMappings } from '../../run/import/column-mapping';
import { GUESSED_KINDS, guessColumns, sampleRows } from '../../run/import/guess-columns';
import { importFiles } from '../../run/import/import-files';
import { writeMappings } from '../../run/import/mapping-file';
import { formatImport, type ImportReport } from '../../run/import/report';
import { listStrangers } from '../../run/own-data/enough';
import { type Preview, previewMail } from '../../run/own-data/preview';
import { type Trained, trainOwnData } from '../../run/own-data/train-own';
import { askYes } from '../ask';
import type { CliContext } from '../context';
import { type RowSources, readMappingsOf } from '../import-sources';
import type { OpenEngines } from '../open-engines';
import type { ProgressLine } from '../progress';
import { readJob } from '../project';
import { describeMapping, type Guess } from './describe-mapping';
import { categoryJob, itemJob } from './project-texts';
import type { ProjectWriter } from './write-project';

export interface Bringing {
  /** Its project is the new one. */
  readonly context: CliContext;
  readonly project: ProjectWriter;
  readonly engines: OpenEngines;
  readonly sources: RowSources;
  readonly progress: ProgressLine;
  /** Whether nobody is asked. */
  readonly yes: boolean;
  readonly slot: string;
}

/** What came of it. */
export interface Brought {
  /** How the columns of each file are taken, in words. */
  readonly columns: readonly string[];
  /** The dry run's report, with the ids that don't match. */
  readonly checked: ImportReport;
  readonly imported: ImportReport;
  readonly trained: Trained | undefined;
  /** Why nothing was trained. */
  readonly notTrained: readonly string[];
  readonly preview: (Omit<Preview, 'html'> & { readonly file: string }) | undefined;
}

/**
 * Brings everything in. Called again it imports again, and what was trained on the same data stays.
 *
 * @throws E_IMPORT_… with every problem of the files, E_RECO_DATA where no ids match; then nothing was imported
 */
export async function bringData(work: Bringing): Promise<Brought> {
  const { engines, sources, progress } = work;
  const { columns, mappings } = await settleColumns(work);
  const wish = { db: engines.db, ...sources, mappings, replace: false, now: engines.now() };
  progress.show('checking the files');
  const checked = await importFiles({ ...wish, dryRun: true });
  await agree(work, { columns, checked });
  progress.show('importing');
  const imported = await importFiles(wish);
  await writeAudienceJobs(work);
  const { trained, notTrained } = await trainIfEnough(work);
  progress.show('writing a mail to look at');
  return { columns, checked, imported, trained, notTrained, preview: await writePreview(work) };
}

/** The project's mapping counts where there is one; else it is guessed and saved. */
async function settleColumns(work: Bringing): Promise<{ columns: readonly string[]; mappings: ColumnMappings }> {
  const saved = readMappingsOf(work.context, undefined);
  const guesses: Guess[] = [];
  for (const kind of GUESSED_KINDS) {
    const source = work.sources[kind];
    if (source === undefined) continue;
    const problem = await source.findUnreadable();
    if (problem !== undefined) {
      throw new NightjarError('E_IMPORT_FILE', problem.message, { where: { file: source.name }, fix: problem.fix });
    }
    const sample = await sampleRows(source, saved[kind]?.encoding);
    guesses.push({ kind, sample, mapping: saved[kind] ?? guessColumns(kind, sample) });
  }
  const mappings = Object.fromEntries(guesses.map(({ kind, mapping }) => [kind, mapping]));
  work.project.write('config/import.yaml', writeMappings(mappings));
  return { columns: guesses.map(describeMapping), mappings: { ...saved, ...mappings } };
}

/** Nothing is imported that a person has not seen, or waived to see. */
async function agree(
  { context, progress, yes }: Bringing,
  { columns, checked }: { columns: readonly string[]; checked: ImportReport },
): Promise<void> {
  const strangers = checked.overlap === undefined ? [] : listStrangers(checked.overlap);
  if (!yes || strangers.length > 0) {
    progress.say(['Columns', ...columns, '', formatImport(checked), ''].join('\n'));
  }
  const fix = `name the right columns in ${path.join(context.project ?? '', 'config', 'import.yaml')}, or bring files whose ids match`;
  const error = combineErrors(strangers.map((message) => new NightjarError('E_RECO_DATA', message, { fix })));
  if (error !== undefined) throw error;
  if (!yes) await askYes('import this?', 'the same command with --yes');
}

const FEATURED_ITEMS = 3;

/** Audience jobs name what the shop has: its largest categories, and what is asked for most. */
async function writeAudienceJobs({ engines, project }: Bringing): Promise<void> {
  const catalogue = await readCatalogue(engines.db, await currentCatalogueVersion(engines.db));
  const popular = await popularItems(engines.db, { since: 0, limit: FEATURED_ITEMS });
  const category = categoryJob(catalogue.values());
  const item = itemJob(popular);
  if (category !== undefined) project.write('jobs/category-fans.yaml', category);
  if (item !== undefined) project.write('jobs/item-fans.yaml', item);
}

async function trainIfEnough(work: Bringing): Promise<Pick<Brought, 'trained' | 'notTrained'>> {
  try {
    const trained = await trainOwnData(work.engines, (step) => work.progress.show(`Personalize: ${step}`));
    return { trained, notTrained: [] };
  } catch (error) {
    if (!isNightjarError(error) || error.code !== 'E_RECO_DATA') throw error;
    return { trained: undefined, notTrained: [error, ...error.others].map(({ message }) => message) };
  }
}

async function writePreview({ context, project, engines, slot }: Bringing): Promise<Brought['preview']> {
  const bundle = await openBundle(engines, readJob(project.root, 'nightly-picks'));
  const preview = await previewMail(engines, { bundle, slot });
  if (preview === undefined) return undefined;
  const { html, ...rest } = preview;
  const file = path.join(engines.state.root, 'preview.html');
  await writeFile(file, html);
  return { ...rest, file: path.relative(context.cwd, file) };
}
