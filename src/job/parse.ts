/** Reads a job file: all its problems at once, each with line and column, or the job. */
import { basename } from 'node:path';
import type { z } from 'zod';
import { describeSchema } from '../config/field-schema';
import { nearestName } from '../config/nearest';
import { compareByPlace } from '../config/place-order';
import { explainIssues, type Problem } from '../config/problems';
import { type Path, readYaml, type YamlSource } from '../config/yaml-source';
import { combineErrors, NightjarError } from '../errors';
import { audienceSchema } from './audience-schema';
import { buildAudienceJob, buildEmailJob } from './build';
import { checkParams, readRules } from './check-params';
import { checkAcross } from './checks';
import type { ParsedJob } from './definition';
import { emailSchema } from './email-schema';
import { type Filled, type FilledJob, fillParams } from './fill-params';
import { guessByPlace, guessByRule, guessByValue } from './guess-param';
import { JOB_NAME } from './keys';
import type { JobNames } from './names';
import type { ParamSource } from './params';
import { paramsField } from './params-schema';
import { pointWithin } from './place';
import { resolveParams } from './resolve-params';

/** A job file, and the names that it may use. */
export interface JobText extends JobNames {
  /** Its path, for messages; the file name without `.yaml` is the job's name. */
  readonly file: string;
  readonly text: string;
  /** Where the values of its params come from; where left out, the job is only checked. */
  readonly params?: ParamSource | undefined;
}

/**
 * Reads a job file. Attribute queries are taken as they are: their grammar is checked where they are used.
 *
 * @throws E_JOB_SYNTAX if the text is not YAML, E_JOB_FIELD if fields are wrong, E_JOB_PARAM if values for its params are;
 *   `others` holds the further problems
 */
export function parseJob({ file, text, params, ...names }: JobText): ParsedJob {
  const name = nameJob(file);
  const source = readYaml({ file, text, code: 'E_JOB_SYNTAX' });
  const { value } = source;
  if (!isMap(value)) throw explainShape(source);
  const rules = readRules(value.params);
  const values = resolveParams({ job: name, source, rules }, isDeclaredRight(value) ? params : undefined);
  const fillFor = (schema: z.ZodType) => fillParams(value, values, (path) => guessByPlace(schema, value, path));
  const own = rules.length === 0 ? {} : { paramRules: rules, params: Object.fromEntries(values) };
  const read = { job: name, source, text, names };
  if (kindOf(value) === 'audience') {
    const schema = audienceSchema(names);
    return buildAudienceJob({ name, file, text, ...own }, readFields(read, fillFor(schema), schema));
  }
  const schema = emailSchema(names);
  return buildEmailJob({ name, file, text, ...own }, readFields(read, fillFor(schema), schema));
}

/** What is declared wrongly is told first: values can't be held against it. */
function isDeclaredRight(value: Fields): boolean {
  return paramsField.safeParse(value.params).success && checkParams(value).length === 0;
}

/**
 * Names the job of a file: `nightly-picks` of `jobs/nightly-picks.yaml`.
 *
 * @throws E_JOB_FIELD if the name is not of lower-case letters, digits and dashes, at most 40
 */
export function nameJob(file: string): string {
  const name = basename(file.replaceAll('\\', '/')).replace(/\.ya?ml$/, '');
  if (JOB_NAME.test(name)) return name;
  const better = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  const message = `the file name is "${name}"; expected lower-case letters, digits and dashes, at most 40, as it names the job`;
  throw new NightjarError('E_JOB_FIELD', message, {
    where: { file },
    fix: `rename it to ${better === '' ? 'my-job' : better}.yaml`,
  });
}

/** An e-mail job's keys that an audience job has elsewhere. */
const MOVED: ReadonlyMap<string, string> = new Map([
  ['recipients', 'move what stands in "recipients.where:" to "audience.where:"'],
]);

interface ReadFile {
  readonly job: string;
  readonly source: YamlSource;
  readonly text: string;
  readonly names: JobNames;
}

function readFields<Schema extends z.ZodType>(read: ReadFile, job: FilledJob, schema: Schema): z.output<Schema> {
  const { value } = job;
  const result = schema.safeParse(value, { reportInput: true });
  const exampleAt = (path: Path) => declareParam(job, path);
  const subject = { schema: describeSchema(schema), noun: 'job', moved: MOVED, exampleAt };
  const found = explainIssues(result.error?.issues ?? [], subject);
  const problems = [
    ...[...found, ...checkAcross(value, { ...read.names, job: read.job })].flatMap((problem) =>
      tellParams(problem, job.filled),
    ),
    ...checkParams(value),
    ...job.problems,
  ];
  const error = combineErrors(problems.map((problem) => toError(read, problem)).sort(compareByPlace));
  if (error !== undefined) throw error;
  return schema.parse(value);
}

/** Gives what a param that is declared without its type most likely is, for fixes. */
function declareParam({ value, filled }: FilledJob, [section, name, key]: Path): unknown {
  if (section !== 'params' || typeof name !== 'string' || !isMap(value.params)) return undefined;
  const rule = value.params[name];
  if (key === 'type') return guessByRule(rule) ?? filled.find(({ params }) => params.includes(name))?.guessed?.type;
  const type = key === undefined ? guessByValue(rule) : undefined;
  return type === undefined ? undefined : { type, default: rule };
}

/** A value that is wrong where a param is written is not to be seen in the file. */
function tellParams(problem: Problem, filled: readonly Filled[]): readonly Problem[] {
  const scalar = filled.find(({ path }) => path.every((step, index) => problem.path[index] === step));
  if (scalar === undefined) return [problem];
  if (scalar.isOpen) return [];
  const [name = ''] = scalar.params;
  const fix = `give another value: --param ${name}=…, or change what params.${name} may be`;
  return [
    { ...problem, message: `${problem.message}; the value comes from params.${scalar.params.join(', params.')}`, fix },
  ];
}

function toError(
  { source, text }: Pick<ReadFile, 'source' | 'text'>,
  { path, part, message, fix, column }: Problem,
): NightjarError {
  const where = source.whereIs(path, part);
  return new NightjarError('E_JOB_FIELD', message, {
    where: column === undefined ? where : pointWithin(text, where, column),
    fix,
  });
}

/** Tells which kind a file means, also where it says so wrongly: by the nearest word, or by the sections that it has. */
function kindOf(value: Fields): 'email' | 'audience' {
  const { kind } = value;
  if (kind === 'email' || kind === 'audience') return kind;
  const near = typeof kind === 'string' ? nearestName(kind, ['email', 'audience']) : undefined;
  if (near !== undefined) return near === 'audience' ? 'audience' : 'email';
  return 'segment' in value || 'audience' in value ? 'audience' : 'email';
}

function explainShape({ file, value }: YamlSource): NightjarError {
  const what = value === null || value === undefined ? 'is empty' : 'is not a map of keys';
  return new NightjarError('E_JOB_FIELD', `the file ${what}; expected about, kind and what the job does`, {
    where: { file, line: 1, column: 1 },
    fix: 'start with "kind: email", as jobs/nightly-picks.yaml does',
  });
}

type Fields = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
