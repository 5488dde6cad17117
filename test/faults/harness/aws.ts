/** Reaches the local AWS of a round: its fault rules, its calls, its batch jobs, its objects. */
import {
  ListBatchInferenceJobsCommand,
  ListBatchSegmentJobsCommand,
  PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { FaultRuleInput } from '../../../src/local/faults/rule';

export interface AwsAccess {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A batch job as Personalize has it. */
export interface BoughtJob {
  readonly name: string;
  readonly status: string;
}

const countsSchema = z.object({
  calls: z.record(
    z.string(),
    z.record(z.string(), z.object({ effects: z.number(), outcomes: z.record(z.string(), z.number()) })),
  ),
});

/** Effects and outcomes of each operation since the local AWS was started. */
export type AwsCalls = Readonly<
  Record<string, { readonly effects: number; readonly outcomes: Readonly<Record<string, number>> }>
>;

/** Replaces the fault rules; their counters begin anew. */
export async function putFaults(access: AwsAccess, rules: readonly FaultRuleInput[]): Promise<void> {
  await admin(access, 'PUT', 'faults', JSON.stringify({ rules }));
}

export async function readCalls(access: AwsAccess): Promise<AwsCalls> {
  const { calls } = countsSchema.parse(JSON.parse(await admin(access, 'GET', 'calls')));
  return { ...calls.personalize, ...calls.s3 };
}

async function admin(access: AwsAccess, method: string, path: string, body?: string): Promise<string> {
  const answer = await fetch(`${access.endpoint}/_nightjar/${path}`, {
    method,
    headers: { authorization: `Bearer ${access.secretAccessKey}` },
    signal: AbortSignal.timeout(3000),
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}

function configOf({ endpoint, ...credentials }: AwsAccess) {
  return { endpoint, credentials, region: 'us-east-1' };
}

/** Lists all batch jobs that were ever made. */
export async function listBoughtJobs(access: AwsAccess): Promise<readonly BoughtJob[]> {
  const client = new PersonalizeClient(configOf(access));
  try {
    const inference = await client.send(new ListBatchInferenceJobsCommand({ maxResults: 100 }));
    const segment = await client.send(new ListBatchSegmentJobsCommand({ maxResults: 100 }));
    const jobs = [...(inference.batchInferenceJobs ?? []), ...(segment.batchSegmentJobs ?? [])];
    return jobs.map((job) => ({ name: job.jobName ?? '', status: job.status ?? '' }));
  } finally {
    client.destroy();
  }
}

/** Reads an object of the bucket of the default settings. */
export async function readObject(access: AwsAccess, uri: string): Promise<string> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  const client = new S3Client({ ...configOf(access), forcePathStyle: true });
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket ?? '', Key: key ?? '' }));
    return (await Body?.transformToString('utf8')) ?? '';
  } finally {
    client.destroy();
  }
}
