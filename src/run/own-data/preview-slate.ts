/** Asks the local AWS what one person would be recommended, by a batch job of one line as a run's. */
import { createHash } from 'node:crypto';
import { isNightjarError, NightjarError } from '../../errors';
import type { EmailJob } from '../../job/email-job';
import { isOutputKey } from '../../personalize/batch-name';
import { readInferenceRecords } from '../../personalize/inference-records';
import { type InputFilterValues, userInputLine } from '../../personalize/input-lines';
import { readStatus } from '../../personalize/status';
import { listObjects, readObject, writeObject } from '../../storage/objects';
import { formatS3Uri, type S3Uri } from '../../storage/uri';
import { buyBatchJob, describeBatchJob } from '../buying/buy';
import { findFilter, type ResolvedFilter } from '../buying/resolve-filter';
import { type ResolvedSolution, resolveSolution } from '../buying/resolve-solution';
import { type Engines, place } from '../engines';

type PreviewEngines = Pick<Engines, 'settings' | 'personalize' | 's3'>;

const POLL_MS = 100;

/** What a job asks Personalize with: its solution, and its filter where it has one. */
export interface PreviewMeans {
  readonly job: EmailJob;
  readonly solution: ResolvedSolution;
  readonly filter: ResolvedFilter | undefined;
  /** Why the job's filter can't be used. */
  readonly filterProblem?: string;
}

/**
 * Finds what the job of a preview asks with; a filter that can't be used is left out, with the reason.
 *
 * @throws E_RECO_SOLUTION where the job's solution is not trained
 */
export async function findMeans(engines: PreviewEngines, job: EmailJob): Promise<PreviewMeans> {
  const { recommend } = job;
  const solution = await resolveSolution(engines, {
    solution: recommend.solution,
    kind: 'email',
    job,
    at: 'recommend',
  });
  try {
    const search = { wish: recommend.filter, solution, section: 'recommend', job } as const;
    return { job, solution, filter: await findFilter(engines, search) };
  } catch (error) {
    if (!isNightjarError(error) || error.code !== 'E_RECO_FILTER') throw error;
    return { job, solution, filter: undefined, filterProblem: error.message };
  }
}

/**
 * Gives the item ids, the best first.
 *
 * @throws E_RECO_JOB_FAILED where the batch job fails
 */
export async function previewSlate(
  engines: PreviewEngines,
  { job, solution, filter }: PreviewMeans,
  person: { readonly userId: string; readonly values: InputFilterValues },
): Promise<readonly string[]> {
  const { settings, personalize, s3 } = engines;
  const { solutionVersionArn, recipe } = solution;
  const line = userInputLine(person.userId, person.values);
  const filterArn = filter?.arn ?? null;
  const identity = JSON.stringify([solutionVersionArn, filterArn, line, job.recommend.results]);
  const jobName = `preview-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
  const input = place(engines, `preview/${jobName}/input.json`);
  const output = place(engines, `preview/${jobName}/output/`);
  await writeObject(s3, input, [line], { contentType: 'application/json', kmsKeyArn: settings.aws.kmsKeyArn });
  const arn = await buyBatchJob(personalize, {
    kind: 'inference',
    jobName,
    solutionVersionArn,
    recipe,
    filterArn,
    numResults: job.recommend.results,
    inputPath: formatS3Uri(input),
    outputPath: formatS3Uri(output),
    roleArn: settings.aws.roleArn,
    kmsKeyArn: settings.aws.kmsKeyArn,
  });
  await waitFor(engines, arn);
  return readSlate(engines, output);
}

async function waitFor({ personalize }: PreviewEngines, arn: string): Promise<void> {
  while (true) {
    const { status = '', failureReason = 'no reason given' } = await describeBatchJob(personalize, {
      kind: 'inference',
      arn,
    });
    const read = readStatus(status);
    if (read === 'active') return;
    if (read === 'failed')
      throw new NightjarError('E_RECO_JOB_FAILED', `the preview's batch job failed: ${failureReason}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function readSlate({ s3 }: PreviewEngines, output: S3Uri): Promise<readonly string[]> {
  for (const { key, sizeBytes } of await listObjects(s3, output)) {
    if (!isOutputKey(key)) continue;
    const uri = { bucket: output.bucket, key };
    const range = { object: formatS3Uri(uri), start: 0, end: sizeBytes };
    for await (const { records } of readInferenceRecords(readObject(s3, uri), range, { items: Infinity })) {
      const [record] = records;
      if (record !== undefined) return record.items;
    }
  }
  return [];
}
