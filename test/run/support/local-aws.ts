/** Sets fault rules of the local AWS that engines use, and reads how often its operations were called. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  ListBatchInferenceJobsCommand,
  ListBatchSegmentJobsCommand,
  PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Settings } from '../../../src/config/settings';
import type { FaultRuleInput } from '../../../src/local/faults/rule';
import type { InputLimits } from '../../../src/personalize/limits';
import type { Engines, Log } from '../../../src/run/engines';

type AwsEngines = Pick<Engines, 'personalize'>;

/** Replaces all rules. */
export async function setFaults(engines: AwsEngines, rules: readonly FaultRuleInput[]): Promise<void> {
  await ask(engines, 'PUT', 'faults', JSON.stringify({ rules }));
}

/** Removes all rules, and sets the counts of calls to 0. */
export async function forgetFaults(engines: AwsEngines): Promise<void> {
  await ask(engines, 'DELETE', 'faults');
  await ask(engines, 'DELETE', 'calls');
}

/** Tells how often each rule fired, in their order. */
export async function firedFaults(engines: AwsEngines): Promise<readonly number[]> {
  const { rules } = z
    .object({ rules: z.array(z.object({ fired: z.number() })) })
    .parse(await ask(engines, 'GET', 'faults'));
  return rules.map((rule) => rule.fired);
}

const countsSchema = z.record(
  z.string(),
  z.object({ effects: z.number(), outcomes: z.record(z.string(), z.number()) }),
);

/** Counts the calls of an operation of Personalize since the counts were forgotten. */
export async function countCalls(engines: AwsEngines, operation: string) {
  const answer = z.object({ calls: z.object({ personalize: countsSchema }) }).parse(await ask(engines, 'GET', 'calls'));
  return answer.calls.personalize[operation] ?? { effects: 0, outcomes: {} };
}

async function ask(engines: AwsEngines, method: string, path: string, body?: string): Promise<unknown> {
  const { config } = engines.personalize;
  const endpoint = await config.endpoint?.();
  if (endpoint === undefined) throw new Error('the engines use no local AWS');
  const { secretAccessKey } = await config.credentials();
  const answer = await fetch(`http://${endpoint.hostname}:${endpoint.port}/_nightjar/${path}`, {
    method,
    headers: { authorization: `Bearer ${secretAccessKey}` },
    ...(body === undefined ? {} : { body }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** Gives engines clients that try nothing again, so that each fault reaches the stage at once; destroy both at the end. */
export function withoutRetries<E extends Engines>(engines: E): E {
  const { region, credentials, endpoint } = engines.personalize.config;
  const { region: s3Region, credentials: s3Credentials, endpoint: s3Endpoint } = engines.s3.config;
  if (endpoint === undefined || s3Endpoint === undefined) throw new Error('the engines use no local AWS');
  return {
    ...engines,
    personalize: new PersonalizeClient({ region, credentials, endpoint, maxAttempts: 1 }),
    s3: new S3Client({
      region: s3Region,
      credentials: s3Credentials,
      endpoint: s3Endpoint,
      forcePathStyle: true,
      maxAttempts: 1,
    }),
  };
}

/** Changes settings of AWS; `limits` cuts inputs into smaller parts than AWS demands. */
export function vary(
  base: Engines,
  change: { readonly aws?: Partial<Settings['aws']>; readonly limits?: Partial<InputLimits>; readonly log?: Log },
): Engines {
  return {
    ...base,
    settings: { ...base.settings, aws: { ...base.settings.aws, ...change.aws } },
    ...(change.limits === undefined ? {} : { inputLimits: { bytes: 1e9, lines: 1e9, ...change.limits } }),
    ...(change.log === undefined ? {} : { log: change.log }),
  };
}

/** Lists the names of the batch jobs that exist in the local AWS and contain a text, sorted. */
export async function namesInAws({ personalize }: AwsEngines, text: string): Promise<readonly string[]> {
  const inference = (await personalize.send(new ListBatchInferenceJobsCommand({}))).batchInferenceJobs ?? [];
  const segment = (await personalize.send(new ListBatchSegmentJobsCommand({}))).batchSegmentJobs ?? [];
  return [...inference, ...segment]
    .map((job) => job.jobName ?? '')
    .filter((name) => name.includes(text))
    .sort();
}

/** Waits until a batch job has ended in the local AWS, whatever the engines know of it. */
export async function waitForEnd({ personalize }: AwsEngines, name: string): Promise<void> {
  for (let look = 0; look < 1000; look++) {
    const { batchInferenceJobs = [] } = await personalize.send(new ListBatchInferenceJobsCommand({}));
    const status = batchInferenceJobs.find((job) => job.jobName === name)?.status ?? 'absent';
    if (status === 'ACTIVE' || status === 'CREATE FAILED') return;
    await wait(15);
  }
  throw new Error(`the batch job ${name} has not ended`);
}
