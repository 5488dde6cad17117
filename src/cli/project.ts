/** Reads a project's folder: job files, templates with what they share, and audience formats. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { nearestName } from '../config/nearest';
import { NightjarError } from '../errors';
import type { JobSource } from '../run/bundle';

/** Names the jobs of a project in order. */
export function listJobNames(project: string): readonly string[] {
  const folder = path.join(project, 'jobs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => file.replace(/\.ya?ml$/, ''))
    .sort();
}

/**
 * Reads a job with its template's files.
 * @param name  a job's name, or a path of a job file
 * @throws E_JOB_UNKNOWN where there is none
 */
export function readJob(project: string, name: string): JobSource {
  const file = findJobFile(project, name);
  const text = readFileSync(path.resolve(project, file), 'utf8');
  const templateName = guessTemplate(text);
  const jobs = listJobNames(project);
  if (templateName === undefined) {
    const lists = guessLists(project, text);
    return { file, text, template: undefined, formatFiles: readFormats(project), jobs, ...lists };
  }
  const template = readTemplate(project, templateName);
  const templates = template === undefined ? { templates: listTemplates(project) } : {};
  return { file, text, template, jobs, ...templates };
}

/** Finds a job's file, relative to the project unless `name` is a path. @throws E_JOB_UNKNOWN */
export function findJobFile(project: string, name: string): string {
  const candidates = [name, path.join('jobs', `${name}.yaml`), path.join('jobs', `${name}.yml`)];
  const found = candidates.find((file) => /\.ya?ml$/.test(file) && existsSync(path.resolve(project, file)));
  if (found !== undefined) return found;
  const names = listJobNames(project);
  const near = nearestName(name, names);
  throw new NightjarError(
    'E_JOB_UNKNOWN',
    `there is no job "${name}"${near === undefined ? '' : `; did you mean "${near}"`}`,
    {
      where: { file: path.join(project, 'jobs') },
      fix: names.length === 0 ? 'write a job file in jobs/' : `name one of these: ${names.join(', ')}`,
    },
  );
}

/** Finds the template's name before the job is parsed; what is wrong about it the parser tells with its place. */
function guessTemplate(text: string): string | undefined {
  try {
    const value: unknown = parse(text, { logLevel: 'silent' });
    const content = isMap(value) ? value.content : undefined;
    const template = isMap(content) ? content.template : undefined;
    return typeof template === 'string' && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(template) ? template : undefined;
  } catch {
    return undefined;
  }
}

/** Finds the files of lists before the job is parsed, as seen from the project. */
function guessLists(project: string, text: string): Pick<JobSource, 'lists'> {
  try {
    const value: unknown = parse(text, { logLevel: 'silent' });
    const audience = isMap(value) ? value.audience : undefined;
    const lists = isMap(audience) && isMap(audience.lists) ? Object.entries(audience.lists) : [];
    const files = lists.flatMap(([name, file]) =>
      typeof file === 'string' ? [[name, path.resolve(project, file)] as const] : [],
    );
    return files.length === 0 ? {} : { lists: Object.fromEntries(files) };
  } catch {
    return {};
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads the files of a template folder, and the partials and layouts that all templates share; undefined where there is no such folder. */
function readTemplate(project: string, name: string): JobSource['template'] {
  const root = path.join(project, 'templates');
  const own = path.join(root, name);
  if (!existsSync(own)) return undefined;
  const shared = SHARED.flatMap((folder) => readFolder(path.join(root, folder), `${folder}/`));
  return { name, files: Object.fromEntries([...shared, ...readFolder(own, '')]) };
}

const SHARED = ['partials', 'layouts'];

function listTemplates(project: string): readonly string[] {
  const root = path.join(project, 'templates');
  if (!existsSync(root)) return [];
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).filter((name) => !SHARED.includes(name));
}

const FORMAT_FILE = /^[a-z][a-z0-9-]{0,39}\.yaml$/;

/** Reads the project's own audience formats: name → text. */
export function readFormats(project: string): Readonly<Record<string, string>> {
  const files = readFolder(path.join(project, 'formats'), '').filter(([file]) => FORMAT_FILE.test(file));
  return Object.fromEntries(files.map(([file, text]) => [file.slice(0, -'.yaml'.length), text]));
}

function readFolder(folder: string, prefix: string): [string, string][] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(hbs|json|ya?ml|html|txt)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [`${prefix}${path.relative(folder, file).split(path.sep).join('/')}`, readFileSync(file, 'utf8')]);
}
