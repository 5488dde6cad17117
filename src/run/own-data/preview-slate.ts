/** Asks the local AWS what one person would be recommended, by a batch job of one line as a run's. */
import { createHash } from 'node:crypto';
import { NightjarError } from '../../errors';
import type { EmailJob } from '../../job/definition';
import { isOutputKey } from '../../personalize/batch-name';
import { readInferenceRecords } from '../../personalize/inference-records';
import { userInputLine } from '../../personalize/input-lines';
import { readStatus } from '../../personalize/status';
import { listObjects, readObject, writeObject } from '../../storage/objects';
import { formatS3Uri, type S3Uri } from '../../storage/uri';
import { buyBatchJob, describeBatchJob } from '../buy';
import { type Engines, place } from '../engines';
import { resolveSolution } from '../resolve-solution';

type PreviewEngines = Pick<Engines, 'settings' | 'personalize' | 's3'>;

const POLL_MS = 100;

/**
 * Gives the item ids, the best first; the filter of the job is not applied.
 *
 * @throws E_RECO_SOLUTION where the job's solution is not trained, E_RECO_JOB_FAILED where the batch job fails
 */
export async function previewSlate(
  engines: PreviewEngines,
  { job, userId }: { readonly job: EmailJob; readonly userId: string },
): Promise<readonly string[]> {
  const { settings, personalize, s3 } = engines;
  const wish = { solution: job.recommend.solution, kind: 'email', file: job.file } as const;
  const { solutionVersionArn, recipe } = await resolveSolution(engines, wish);
  const line = userInputLine(userId);
  const identity = JSON.stringify([solutionVersionArn, line, job.recommend.results]);
  const jobName = `preview-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
  const input = place(engines, `preview/${jobName}/input.json`);
  const output = place(engines, `preview/${jobName}/output/`);
  await writeObject(s3, input, [line], { contentType: 'application/json', kmsKeyArn: settings.aws.kmsKeyArn });
  const arn = await buyBatchJob(personalize, {
    kind: 'inference',
    jobName,
    solutionVersionArn,
    recipe,
    filterArn: null,
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
