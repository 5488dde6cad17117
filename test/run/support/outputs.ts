/** Looks at the output of a run's batch job on S3, and puts another in its place. */
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { batchJobsOf } from '../../../src/database/buying/batch-jobs';
import { describeBatchJob } from '../../../src/run/buying/buy';
import { listObjects, readSmallObject, writeObject } from '../../../src/storage/objects';
import { parseS3Uri, type S3Uri } from '../../../src/storage/uri';
import { driveRun, type Rig } from './world';

/** Drives a run until its batch job is bought and ACTIVE, before the run has looked at the output; answers where that lies. */
export async function driveToOutput(rig: Rig, runId: string): Promise<S3Uri> {
  const { db, personalize } = rig.engines;
  await driveRun(
    rig,
    runId,
    async (run) => run.state === 'waiting' && (await batchJobsOf(db, runId))[0]?.arn !== undefined,
  );
  const [job] = await batchJobsOf(db, runId);
  if (job?.arn === undefined) throw new Error('no batch job was bought');
  for (let look = 0; look < 1000; look++) {
    const { status } = await describeBatchJob(personalize, { kind: job.kind, arn: job.arn });
    if (status === 'ACTIVE') return findOutput(rig, job.outputUri);
    await wait(15);
  }
  throw new Error(`the batch job ${job.name} did not become ACTIVE`);
}

async function findOutput({ engines }: Rig, prefix: string): Promise<S3Uri> {
  const place = parseS3Uri(prefix);
  const found = (await listObjects(engines.s3, place)).find((object) => object.key.endsWith('.out'));
  if (found === undefined) throw new Error(`no output below ${prefix}`);
  return { bucket: place.bucket, key: found.key };
}

/** Reads the output's lines, the last one without its newline. */
export async function readLines({ engines }: Rig, uri: S3Uri): Promise<readonly string[]> {
  return (await readSmallObject(engines.s3, uri)).toString('utf8').trimEnd().split('\n');
}

export async function writeLines({ engines }: Rig, uri: S3Uri, lines: readonly string[]): Promise<void> {
  await writeObject(engines.s3, uri, [`${lines.join('\n')}\n`], { contentType: 'application/json' });
}

export async function removeOutput({ engines }: Rig, uri: S3Uri): Promise<void> {
  await engines.s3.send(new DeleteObjectCommand({ Bucket: uri.bucket, Key: uri.key }));
}
