/** Starts a local AWS in a folder of its own, with real SDK clients for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PersonalizeClient } from '@aws-sdk/client-personalize';
import { S3Client } from '@aws-sdk/client-s3';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../../src/local/endpoint';
import { checkAnswersOf } from './check-answer';
import { createCountingCompute } from './counting-compute';

export const CREDENTIALS = { accessKeyId: 'AKIDNIGHTJAR', secretAccessKey: 'a-secret/with+signs' };
export const REGION = 'us-east-1';

export interface TestAws extends LocalAws {
  readonly stateDir: string;
  readonly s3: S3Client;
  readonly personalize: PersonalizeClient;
  /** Stops serving and keeps the folder. */
  stop(): Promise<void>;
}

/** Starts it; every answer to the Personalize client is checked against the service model, and `seen` is told of it. */
export async function startTestAws({
  seen,
  ...options
}: Partial<LocalAwsOptions> & { readonly seen?: (operation: string) => void } = {}): Promise<TestAws> {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'nightjar-aws-')));
  const aws = await startLocalAws({
    credentials: CREDENTIALS,
    region: REGION,
    accountId: '123456789012',
    jobSeconds: 0,
    compute: createCountingCompute(),
    now: Date.now,
    ...options,
    stateDir,
  });
  const settings = { endpoint: aws.endpoint, region: options.region ?? REGION, credentials: CREDENTIALS };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const personalize = new PersonalizeClient({ ...settings, maxAttempts: 1 });
  checkAnswersOf(personalize, seen);
  const stop = async (): Promise<void> => {
    s3.destroy();
    personalize.destroy();
    await aws.close();
  };
  return {
    ...aws,
    stateDir,
    s3,
    personalize,
    stop,
    async close() {
      await stop();
      await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
