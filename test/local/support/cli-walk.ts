/** Takes the steps of a walk through Personalize with the AWS CLI, in the bucket and the dataset group `films`. */
import type { AwsCli, CliAnswer } from './aws-cli';
import { ROLE_ARN } from './shop';

export const ACCOUNT = 'arn:aws:personalize:us-east-1:123456789012';
export const GROUP = `${ACCOUNT}:dataset-group/films`;

/** Holds what a batch job gave; `again` sends the same request once more. */
export interface JobEnd {
  readonly described: unknown;
  readonly lines: readonly string[];
  again(): Promise<CliAnswer>;
}

const RECIPE = 'arn:aws:personalize:::recipe/';

function create(cli: AwsCli, member: string, ...words: readonly string[]): Promise<string> {
  return cli.text(member, 'personalize', ...words);
}

/** Describes a resource until it is made. */
export async function waitFor(cli: AwsCli, kind: string, arn: string): Promise<unknown> {
  const member = kind.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  for (;;) {
    const described = (await cli.json('personalize', `describe-${kind}`, `--${kind}-arn`, arn))[member];
    const text = JSON.stringify(described);
    if (/"status":"CREATE FAILED"/.test(text)) throw new Error(text);
    if (/"status":"ACTIVE"/.test(text)) return described;
  }
}

/** Imports objects of the bucket; `location` is a key, or a folder. */
export async function importInto(
  cli: AwsCli,
  job: { readonly name: string; readonly datasetArn: string; readonly location: string; readonly mode?: string },
): Promise<void> {
  const source = ['--data-source', `dataLocation=s3://films/${job.location}`, '--role-arn', ROLE_ARN];
  const target = ['--job-name', job.name, '--dataset-arn', job.datasetArn, '--import-mode', job.mode ?? 'FULL'];
  const words = ['create-dataset-import-job', ...target, ...source];
  await waitFor(cli, 'dataset-import-job', await create(cli, 'datasetImportJobArn', ...words));
}

/** Makes a dataset of a type in small letters, with its data; gives its ARN. */
export async function addDataset(cli: AwsCli, type: string): Promise<string> {
  const schema = ['--name', type, '--schema', `file://schemas/${type}.json`];
  const schemaArn = await create(cli, 'schemaArn', 'create-schema', ...schema);
  const dataset = ['--name', type, '--dataset-type', type, '--dataset-group-arn', GROUP, '--schema-arn', schemaArn];
  const datasetArn = await create(cli, 'datasetArn', 'create-dataset', ...dataset);
  const location = type === 'interactions' ? 'data/interactions/' : `data/${type}.csv`;
  await importInto(cli, { name: type, datasetArn, location });
  return datasetArn;
}

/** Trains a version of a recipe to its end; gives its ARN. */
export async function train(cli: AwsCli, recipe: string): Promise<string> {
  const tags = ['--tags', 'tagKey=team,tagValue=films'];
  const solution = ['--name', recipe, '--dataset-group-arn', GROUP, '--recipe-arn', `${RECIPE}${recipe}`, ...tags];
  const solutionArn = await create(cli, 'solutionArn', 'create-solution', ...solution);
  const version = ['--solution-arn', solutionArn, '--training-mode', 'FULL'];
  const arn = await create(cli, 'solutionVersionArn', 'create-solution-version', ...version);
  await waitFor(cli, 'solution-version', arn);
  return arn;
}

/**
 * Runs a batch job on `in/<input>.json` with at most four results a line, and reads its output. It is called
 * `night-<name>`, the input's name unless another is given.
 */
export async function runJob(
  cli: AwsCli,
  kind: 'batch-inference-job' | 'batch-segment-job',
  job: { readonly input: string; readonly version: string; readonly filter?: string; readonly name?: string },
): Promise<JobEnd> {
  const { input, version, filter, name: label = input } = job;
  const from = ['--job-input', JSON.stringify({ s3DataSource: { path: `s3://films/in/${input}.json` } })];
  const to = ['--job-output', `s3DataDestination={path=s3://films/out/${label}/}`];
  const more = filter === undefined ? [] : ['--filter-arn', filter];
  const name = ['--job-name', `night-${label}`, '--solution-version-arn', version, ...more];
  const words = [`create-${kind}`, ...name, '--num-results', '4', ...from, ...to, '--role-arn', ROLE_ARN];
  const member = kind === 'batch-inference-job' ? 'batchInferenceJobArn' : 'batchSegmentJobArn';
  const described = await waitFor(cli, kind, await create(cli, member, ...words));
  const { out } = await cli.run('s3', 'cp', `s3://films/out/${label}/${input}.json.out`, '-');
  return { described, lines: out.trimEnd().split('\n'), again: () => cli.run('personalize', ...words) };
}

/** Makes a filter; gives its ARN. */
export async function addFilter(cli: AwsCli, name: string, filterExpression: string): Promise<string> {
  const filter = ['--name', name, '--dataset-group-arn', GROUP, '--filter-expression', filterExpression];
  const arn = await create(cli, 'filterArn', 'create-filter', ...filter);
  await waitFor(cli, 'filter', arn);
  return arn;
}
