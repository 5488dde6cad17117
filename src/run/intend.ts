/** Writes down what a run is going to buy, before it buys; what was bought already is used again. */
import { z } from 'zod';
import {
  type BatchJobRow,
  batchJobsOf,
  dropBatchJob,
  findByFingerprint,
  intendBatchJob,
  useBatchJob,
} from '../database/batch-jobs';
import { batchJobName, fingerprintOf, outputPrefix } from '../personalize/batch-name';
import type { Engines } from './engines';
import { identityOf } from './identity';
import type { WrittenInput } from './input';

/** What the create call says; part of the intent, so that a later describe can be compared with it. */
export const requestSchema = z.object({
  kind: z.enum(['inference', 'segment']),
  jobName: z.string(),
  solutionVersionArn: z.string(),
  recipe: z.string(),
  numResults: z.number(),
  inputPath: z.string(),
  outputPath: z.string(),
  roleArn: z.string(),
  kmsKeyArn: z.string().nullable(),
});

export type BatchRequest = z.infer<typeof requestSchema>;

export interface PurchaseWish {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly kind: 'inference' | 'segment';
  readonly solutionVersionArn: string;
  readonly recipe: string;
  readonly numResults: number;
  readonly input: WrittenInput;
}

/**
 * Notes the batch job that a run needs. One of the same slot with the same fingerprint is used again unless it failed;
 * a failed one has used its name up for ever, so the next attempt gets a name of its own.
 */
export async function intendPurchase(engines: Engines, wish: PurchaseWish): Promise<void> {
  const fingerprint = fingerprintOf(identityOf(engines, { ...wish, inputSha256: wish.input.sha256 }));
  const base = batchJobName({ job: wish.job, slot: wish.slot, fingerprint });
  const earlier = (await findByFingerprint(engines.db, fingerprint)).filter(
    (row) => row.name === base || row.name.startsWith(`${base}-a`),
  );
  const usable = earlier.find((row) => row.state !== 'failed');
  await dropFailed(engines, wish.runId);
  if (usable !== undefined) {
    const own = (await batchJobsOf(engines.db, wish.runId)).some((row) => row.name === usable.name);
    if (!own) await useBatchJob(engines.db, wish.runId, { name: usable.name, reused: true });
    return;
  }
  await intendBatchJob(engines.db, wish.runId, {
    ...buildIntent(engines, wish, { fingerprint, attempt: nextAttempt(earlier) }),
    now: engines.now(),
  });
}

function buildIntent(engines: Engines, wish: PurchaseWish, identity: { fingerprint: string; attempt: number }) {
  const { settings } = engines;
  const name = batchJobName({
    job: wish.job,
    slot: wish.slot,
    fingerprint: identity.fingerprint,
    attempt: identity.attempt,
  });
  const outputUri = `s3://${settings.storage.bucket}/${outputPrefix({ ...settings.storage, name })}`;
  const request: BatchRequest = {
    kind: wish.kind,
    jobName: name,
    solutionVersionArn: wish.solutionVersionArn,
    recipe: wish.recipe,
    numResults: wish.numResults,
    inputPath: wish.input.uri,
    outputPath: outputUri,
    roleArn: settings.aws.roleArn,
    kmsKeyArn: settings.aws.kmsKeyArn,
  };
  const { fingerprint, attempt } = identity;
  return {
    name,
    fingerprint,
    part: 1,
    attempt,
    kind: wish.kind,
    request,
    lines: wish.input.lines,
    inputUri: wish.input.uri,
    outputUri,
  };
}

function nextAttempt(earlier: readonly BatchJobRow[]): number {
  return Math.max(0, ...earlier.map((row) => row.attempt)) + 1;
}

async function dropFailed(engines: Engines, runId: string): Promise<void> {
  for (const row of await batchJobsOf(engines.db, runId)) {
    if (row.state === 'failed') await dropBatchJob(engines.db, runId, row.name);
  }
}
