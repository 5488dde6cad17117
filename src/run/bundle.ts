/** The bundle of a run: job file, template and prices as they were when it began, stored on S3 by its hash. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AudienceFormat } from '../audience/formats/format';
import { nearestName } from '../config/nearest';
import type { CompiledTemplate, TemplateFiles } from '../content/template';
import type { RunRow } from '../database/runs/runs';
import { NightjarError } from '../errors';
import type { ParsedJob } from '../job/definition';
import type { JobNames } from '../job/names';
import type { ParamSource } from '../job/params';
import { type JobText, parseJob } from '../job/parse';
import { placeOf } from '../job/place';
import { headObject, readSmallObject, writeObject } from '../storage/objects';
import { formatS3Uri, parseS3Uri } from '../storage/uri';
import { checkListFiles, type ListFiles, type StoredList, storeLists } from './audiences/lists';
import { type FormatFiles, formatNames, openFormats } from './audiences/open-formats';
import { compileJobTemplate } from './compile-job-template';
import { type Engines, place } from './engines';
import { tellHiddenProblems } from './hidden-problems';

/** What a job is made of, as text. */
export interface JobSource {
  readonly file: string;
  readonly text: string;
  /** Undefined for audience jobs. */
  readonly template: TemplateFiles | undefined;
  /** The project's templates, where there is none of the name that the job has. */
  readonly templates?: readonly string[];
  /** Audience formats of the project, for audience jobs. */
  readonly formatFiles?: FormatFiles;
  /** Paths of the files that `audience.lists` names. */
  readonly lists?: ListFiles;
  /** The names of the project's jobs. */
  readonly jobs?: readonly string[];
}

/** A job ready to run. */
export interface Bundle {
  readonly job: ParsedJob;
  readonly template: CompiledTemplate | undefined;
  /** Of an audience job, in its order. */
  readonly formats: readonly AudienceFormat[];
  /** Of the audience job of a run: its lists by name. */
  readonly lists?: Readonly<Record<string, StoredList>>;
}

const sourceSchema = z.object({
  version: z.literal(1),
  file: z.string(),
  text: z.string(),
  template: z.object({ name: z.string(), files: z.record(z.string(), z.string()) }).nullable(),
  formatFiles: z.record(z.string(), z.string()).optional(),
  lists: z.record(z.string(), z.object({ uri: z.string(), users: z.number() })).optional(),
});

/**
 * Parses and compiles a job's texts. Without a source of params the job is only checked: a run must be given one.
 * @throws E_JOB_…, E_TEMPLATE_… where they are wrong
 */
export async function openBundle(
  { settings }: Pick<Engines, 'settings'>,
  source: JobSource,
  params?: ParamSource,
): Promise<Bundle> {
  try {
    const bundle = await openWith(source, { ...namesOf(settings), params });
    await checkListFiles(bundle.job, source.lists);
    return bundle;
  } catch (error) {
    throw await tellHiddenProblems(source, error);
  }
}

/** The names of the settings that job files may use. */
export function namesOf(settings: Engines['settings']): JobNames {
  return {
    solutions: Object.keys(settings.solutions),
    recipes: Object.fromEntries(Object.entries(settings.solutions).map(([name, { recipe }]) => [name, recipe])),
    targets: Object.keys(settings.notify.targets),
    destinations: Object.keys(settings.destinations),
  };
}

async function openWith(source: JobSource, names: Omit<JobText, 'file' | 'text'>): Promise<Bundle> {
  const { file, text, formatFiles } = source;
  const job = parseJob({ file, text, formats: formatNames(formatFiles), ...names });
  if (job.kind === 'audience') {
    return { job, template: undefined, formats: openFormats(job.audience.formats, formatFiles) };
  }
  if (source.template === undefined) {
    throw new NightjarError(
      'E_TEMPLATE_MISSING',
      `content.template is "${job.content.template}", and there is no such template`,
      {
        where: placeOf(job, ['content', 'template']),
        fix: fixTemplate(job.content.template, source.templates),
      },
    );
  }
  return { job, template: await compileJobTemplate(job, source.template), formats: [] };
}

function fixTemplate(name: string, templates: readonly string[] = []): string {
  const near = nearestName(name, templates);
  if (near !== undefined) return `write "template: ${near}"`;
  return `make the folder templates/${name} with subject.hbs, body.mjml.hbs or body.html.hbs, and body.text.hbs`;
}

/**
 * Stores a bundle under its hash; an equal one is there already.
 * @throws E_IMPORT_FILE, E_IMPORT_ROW where a list of the job is wrong
 */
export async function storeBundle(engines: Engines, source: JobSource): Promise<string> {
  const template =
    source.template === undefined ? null : { name: source.template.name, files: sortFiles(source.template.files) };
  const formats = source.formatFiles === undefined ? {} : { formatFiles: sortFiles(source.formatFiles) };
  const lists = source.lists === undefined ? {} : { lists: await storeLists(engines, source.lists) };
  const text = JSON.stringify({ version: 1, file: source.file, text: source.text, template, ...formats, ...lists });
  const uri = place(engines, `bundles/${createHash('sha256').update(text).digest('hex')}.json`);
  if ((await headObject(engines.s3, uri)) === undefined) {
    await writeObject(engines.s3, uri, [text], {
      contentType: 'application/json',
      kmsKeyArn: engines.settings.aws.kmsKeyArn,
    });
  }
  return formatS3Uri(uri);
}

const cache = new Map<string, Promise<Bundle>>();
const CACHED_BUNDLES = 20;

/** Loads the bundle of a run with its params; compiled once a process, as its name is its content. */
export function loadBundle(
  engines: Pick<Engines, 'settings' | 's3'>,
  run: Pick<RunRow, 'bundleUri' | 'params'>,
): Promise<Bundle> {
  const key = JSON.stringify([run.bundleUri, run.params]);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const loading = readBundle(engines, run);
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  const [oldest] = cache.keys();
  if (cache.size > CACHED_BUNDLES && oldest !== undefined) cache.delete(oldest);
  return loading;
}

async function readBundle(
  engines: Pick<Engines, 'settings' | 's3'>,
  { bundleUri, params = {} }: Pick<RunRow, 'bundleUri' | 'params'>,
): Promise<Bundle> {
  const text = (await readSmallObject(engines.s3, parseS3Uri(bundleUri))).toString('utf8');
  const source = sourceSchema.parse(JSON.parse(text));
  // A target that the settings have lost since must not stop a run that has begun.
  const { solutions = [] } = namesOf(engines.settings);
  const { file, formatFiles } = source;
  const formats = formatFiles === undefined ? {} : { formatFiles };
  const stored = { file, text: source.text, template: source.template ?? undefined, ...formats };
  const bundle = await openWith(stored, { solutions, params: { by: 'run', values: params } });
  return source.lists === undefined ? bundle : { ...bundle, lists: source.lists };
}

function sortFiles(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}
