import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSchemaCommand,
  DescribeSchemaCommand,
  ListBatchInferenceJobsCommand,
  ListSchemasCommand,
} from '@aws-sdk/client-personalize';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { FaultRuleInput } from '../../src/local/faults/rule';
import { inference, segment } from './support/batch-requests';
import { createCountingCompute } from './support/counting-compute';
import { CREDENTIALS, REGION, startTestAws, type TestAws } from './support/local-aws';
import { BUCKET, getText, INTERACTIONS_SCHEMA, inferenceEnd, putText, segmentEnd, trainShop } from './support/shop';

let aws: TestAws;
/** Doesn't retry, so that every fault shows. */
let s3: S3Client;

async function start(options: Parameters<typeof startTestAws>[0] = {}): Promise<void> {
  aws = await startTestAws(options);
  s3 = new S3Client({
    endpoint: aws.endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
  });
}

afterEach(async () => {
  s3.destroy();
  await aws.close();
});

/** Holds computations up while it is shut. */
function createGate() {
  let open = () => {};
  let passing = Promise.resolve();
  return {
    wait: () => passing,
    shut() {
      passing = new Promise<void>((resolve) => {
        open = resolve;
      });
    },
    open: () => open(),
  };
}

async function admin(method: string, path: string, body?: unknown, token: string = CREDENTIALS.secretAccessKey) {
  const answer = await fetch(`${aws.endpoint}/_nightjar/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: ANSWER.parse(await answer.json()) };
}

const COUNTS = z.record(z.string(), z.object({ effects: z.number(), outcomes: z.record(z.string(), z.number()) }));
const ANSWER = z.object({
  rules: z.array(z.looseObject({ fired: z.number() })).default([]),
  calls: z.object({ personalize: COUNTS, s3: COUNTS }).default({ personalize: {}, s3: {} }),
  error: z.string().optional(),
});

async function setRules(...rules: readonly FaultRuleInput[]): Promise<void> {
  expect(await admin('PUT', 'faults', { rules })).toMatchObject({ status: 200 });
}

async function fired(): Promise<readonly number[]> {
  const { json } = await admin('GET', 'faults');
  return json.rules.map((rule) => rule.fired);
}

const createSchema = (name: string) =>
  aws.personalize.send(new CreateSchemaCommand({ name, schema: JSON.stringify(INTERACTIONS_SCHEMA) }));

async function failure(
  action: Promise<unknown>,
): Promise<{ name: string; message: string; status: number | undefined }> {
  try {
    await action;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error('the call did not fail');
}

describe('refusals', () => {
  it.each([
    ['throttle', { name: 'ThrottlingException', message: 'Rate exceeded', status: 400 }],
    ['error', { name: 'InternalFailure', status: 500 }],
    [
      'access-denied',
      {
        name: 'AccessDeniedException',
        message:
          'User: arn:aws:sts::123456789012:assumed-role/nightjar/session is not authorized to perform: personalize:CreateSchema on resource: arn:aws:personalize:us-east-1:123456789012:schema/events',
        status: 400,
      },
    ],
    [
      'quota',
      {
        name: 'LimitExceededException',
        message: 'More than 5 resources with PENDING or IN_PROGRESS status.',
        status: 400,
      },
    ],
  ] as const)('refuses Personalize by %s in AWS words, and nothing is made', async (kind, expected) => {
    await start();
    await setRules({ service: 'personalize', operation: 'CreateSchema', kind });

    expect(await failure(createSchema('events'))).toMatchObject(expected);
    expect((await aws.personalize.send(new ListSchemasCommand({}))).schemas).toEqual([]);
    await expect(createSchema('events')).resolves.toMatchObject({ schemaArn: expect.any(String) });
    expect(await fired()).toEqual([1]);
  });

  it.each([
    ['throttle', { name: 'SlowDown', status: 503 }],
    ['error', { name: 'InternalError', status: 500 }],
    [
      'access-denied',
      {
        name: 'AccessDenied',
        message:
          'User: arn:aws:sts::123456789012:assumed-role/nightjar/session is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::shop/a.txt" because no identity-based policy allows the s3:PutObject action',
        status: 403,
      },
    ],
  ] as const)('refuses S3 by %s in AWS words, and nothing is stored', async (kind, expected) => {
    await start();
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await setRules({ service: 's3', operation: 'PutObject', kind });
    const put = () => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a.txt', Body: 'a' }));

    expect(await failure(put())).toMatchObject(expected);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }))).KeyCount).toBe(0);
    await put();
    expect(await getText(aws, 'a.txt')).toBe('a');
  });

  it('says a text of its own where the rule has one', async () => {
    await start();
    await setRules({ service: 'personalize', operation: '*', kind: 'quota', message: 'Slow down, please.' });
    expect(await failure(createSchema('events'))).toMatchObject({ message: 'Slow down, please.' });
  });
});

describe('which calls a rule meets', () => {
  it('skips, counts, and then is spent', async () => {
    await start();
    await setRules({ service: 'personalize', operation: 'ListSchemas', kind: 'error', skip: 1, count: 2 });
    const list = () =>
      aws.personalize.send(new ListSchemasCommand({})).then(
        () => 'ok',
        () => 'failed',
      );
    const ends: string[] = [];
    for (let call = 0; call < 5; call += 1) ends.push(await list());

    expect(ends).toEqual(['ok', 'failed', 'failed', 'ok', 'ok']);
    const { json } = await admin('GET', 'faults');
    expect(json.rules).toEqual([
      { service: 'personalize', operation: 'ListSchemas', kind: 'error', skip: 1, count: 2, fired: 2, passed: 1 },
    ]);
  });

  it('keeps to its service, its operation and its resource', async () => {
    await start();
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await setRules({ service: 's3', operation: '*', kind: 'error', resource: 'secret/', count: 'always' });
    await putText(aws, 'open/a', 'a');
    await createSchema('secret-');

    expect(await failure(s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'secret/a' })))).toMatchObject({
      status: 500,
    });
    expect(await failure(s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'secret/a', Body: 'a' })))).toMatchObject({
      status: 500,
    });
    expect(await fired()).toEqual([2]);
  });

  it('ends with DELETE', async () => {
    await start();
    await setRules({ service: 'personalize', operation: '*', kind: 'error', count: 'always' });
    expect(await failure(createSchema('events'))).toMatchObject({ status: 500 });
    await admin('DELETE', 'faults');
    await createSchema('events');
    expect(await fired()).toEqual([]);
  });
});

describe('cut connections', () => {
  it('makes a resource whose answer is lost, and none when the connection is refused', async () => {
    await start();
    await setRules(
      { service: 'personalize', operation: 'CreateSchema', kind: 'refused-connection', resource: 'refused' },
      { service: 'personalize', operation: 'CreateSchema', kind: 'lost-answer', resource: 'lost' },
    );
    expect(await failure(createSchema('refused'))).toMatchObject({ status: undefined });
    expect(await failure(createSchema('lost'))).toMatchObject({ status: undefined });

    const { schemas } = await aws.personalize.send(new ListSchemasCommand({}));
    expect(schemas?.map(({ name }) => name)).toEqual(['lost']);
    expect(await failure(createSchema('lost'))).toMatchObject({ name: 'ResourceAlreadyExistsException' });
    expect((await admin('GET', 'calls')).json.calls.personalize.CreateSchema).toEqual({
      effects: 1,
      outcomes: { 'refused-connection': 1, 'lost-answer': 1, ResourceAlreadyExistsException: 1 },
    });
  });

  it('stores an object whose answer is lost, and breaks off a download in its middle', async () => {
    await start();
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await setRules(
      { service: 's3', operation: 'PutObject', kind: 'lost-answer' },
      { service: 's3', operation: 'GetObject', kind: 'lost-answer' },
    );
    const put = s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a.txt', Body: 'abcdefgh' }));
    expect(await failure(put)).toMatchObject({ status: undefined });
    const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a.txt' }));

    expect(ContentLength).toBe(8);
    await expect(Body?.transformToString()).rejects.toThrow(/aborted|terminated|reset/);
    expect(await getText(aws, 'a.txt')).toBe('abcdefgh');
    expect((await admin('GET', 'calls')).json.calls.s3).toMatchObject({
      PutObject: { effects: 1, outcomes: { 'lost-answer': 1 } },
      GetObject: { effects: 2, outcomes: { 'lost-answer': 1, ok: 1 } },
    });
  });

  it('reaches the SDK as a fault that it retries', async () => {
    await start();
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await setRules(
      { service: 's3', operation: 'PutObject', kind: 'refused-connection' },
      { service: 's3', operation: 'PutObject', kind: 'throttle' },
    );
    await putText(aws, 'a.txt', 'a');
    expect((await admin('GET', 'calls')).json.calls.s3.PutObject).toEqual({
      effects: 1,
      outcomes: { 'refused-connection': 1, SlowDown: 1, ok: 1 },
    });
  });
});

describe('slow calls', () => {
  it('answers after the time, and goes on to the next rule', async () => {
    await start();
    await setRules(
      { service: 'personalize', operation: 'CreateSchema', kind: 'slow', ms: 120 },
      { service: 'personalize', operation: 'CreateSchema', kind: 'throttle' },
    );
    const startedMs = performance.now();
    expect(await failure(createSchema('events'))).toMatchObject({ name: 'ThrottlingException' });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(115);
  });

  it('has no effect when the local AWS closes first', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'nightjar-slow-'));
    try {
      await start({ stateDir });
      await setRules({ service: 'personalize', operation: 'CreateSchema', kind: 'slow', ms: 60_000 });
      const late = failure(createSchema('late'));
      while ((await fired())[0] === 0);
      await aws.stop();
      expect(await late).toMatchObject({ status: undefined });
      await start({ stateDir });
      expect((await aws.personalize.send(new ListSchemasCommand({}))).schemas).toEqual([]);
    } finally {
      await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
    }
  });
});

describe('jobs that are to go wrong', () => {
  it('ends a job CREATE FAILED with the reason, also after a restart, and lets others be', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'nightjar-failed-'));
    try {
      const gate = createGate();
      await start({ stateDir, compute: createCountingCompute({ gate: gate.wait }) });
      const { versions } = await trainShop(aws, ['aws-popularity-count']);
      await putText(aws, 'in/one.json', '{"userId": "u1"}\n');
      await setRules({
        service: 'personalize',
        operation: 'CreateBatchInferenceJob',
        kind: 'create-failed',
        message: 'Out of capacity.',
        resource: 'batch-inference-job/third',
      });
      // The first two occupy the local AWS until it is stopped, so that the third's end comes after the restart.
      gate.shut();
      const input = `s3://${BUCKET}/in/one.json`;
      const arns: (string | undefined)[] = [];
      for (const name of ['first', 'second', 'third']) {
        arns.push((await aws.personalize.send(inference(name, versions[0], { input }))).batchInferenceJobArn);
      }
      await aws.stop();
      await start({ stateDir });

      const ends = await Promise.all(arns.map((arn) => inferenceEnd(aws, arn)));
      expect(ends).toMatchObject([
        { status: 'ACTIVE' },
        { status: 'ACTIVE' },
        { status: 'CREATE FAILED', failureReason: 'Out of capacity.' },
      ]);
    } finally {
      await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
    }
  });

  it('leaves out the last output, or cuts it, and the job is ACTIVE all the same', async () => {
    await start();
    const { versions } = await trainShop(aws, ['aws-popularity-count', 'aws-item-affinity']);
    for (const part of ['1', '2']) await putText(aws, `in/p/${part}.json`, '{"userId": "u1"}\n{"userId": "u2"}\n');
    await putText(aws, 'in/cut.json', '{"itemId": "i1"}\n{"itemId": "i2"}\n');
    await setRules(
      { service: 'personalize', operation: '*', kind: 'output-missing' },
      { service: 'personalize', operation: 'CreateBatchSegmentJob', kind: 'output-cut' },
    );
    const missing = await aws.personalize.send(inference('missing', versions[0], { input: `s3://${BUCKET}/in/p/` }));
    const cut = await aws.personalize.send(segment('cut', versions[1]));

    expect(await inferenceEnd(aws, missing.batchInferenceJobArn)).toMatchObject({ status: 'ACTIVE' });
    expect(await segmentEnd(aws, cut.batchSegmentJobArn)).toMatchObject({ status: 'ACTIVE' });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'out/missing/' }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['out/missing/1.json.out', 'out/missing/_CHECK']);
    const text = await getText(aws, 'out/cut/cut.json.out');
    expect(text).toMatch(/^\{"input": \{"itemId": "i1"\}/);
    // Both lines are of one length, so half of the bytes would end behind the first one.
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });
});

describe('the quota in flight', () => {
  it('refuses a sixth job in AWS words, without any rule', async () => {
    const gate = createGate();
    await start({ compute: createCountingCompute({ gate: gate.wait }) });
    const { versions } = await trainShop(aws, ['aws-popularity-count']);
    gate.shut();
    for (const job of ['1', '2', '3', '4', '5']) {
      await putText(aws, `in/${job}.json`, '{"userId": "u1"}\n');
      await aws.personalize.send(inference(job, versions[0]));
    }
    expect(await failure(aws.personalize.send(inference('6', versions[0])))).toEqual({
      name: 'LimitExceededException',
      message: 'More than 5 resources with PENDING or IN_PROGRESS status.',
      status: 400,
    });
    gate.open();
    const { batchInferenceJobs } = await aws.personalize.send(new ListBatchInferenceJobsCommand({}));
    for (const job of batchInferenceJobs ?? []) await inferenceEnd(aws, job.batchInferenceJobArn);
    await putText(aws, 'in/6.json', '{"userId": "u1"}\n');
    await aws.personalize.send(inference('6', versions[0]));
  });
});

describe('the paths of the rules', () => {
  it('are for the holder of the secret key alone, and for nobody without keys', async () => {
    await start();
    expect(await admin('GET', 'faults', undefined, 'guess')).toMatchObject({ status: 403 });
    expect((await fetch(`${aws.endpoint}/_nightjar/calls`)).status).toBe(403);
    await aws.close();
    await start({ credentials: null });
    expect(await admin('PUT', 'faults', { rules: [] })).toMatchObject({ status: 403 });
  });

  it('refuse rules that could never fire, and keep the old ones', async () => {
    await start();
    await setRules({ service: 'personalize', operation: 'ListSchemas', kind: 'error' });
    const refused = await Promise.all(
      [
        { service: 'personalize', operation: 'ListSchema', kind: 'error' },
        { service: 's3', operation: 'PutObject', kind: 'quota' },
        { service: 's3', operation: 'PutObject', kind: 'slow' },
        { service: 'personalize', operation: 'CreateSchema', kind: 'create-failed' },
        { service: 'personalize', operation: 'CreateSolutionVersion', kind: 'output-cut' },
        { service: 'personalize', operation: 'CreateSchema', kind: 'error', times: 2 },
        { service: 'personalize', operation: 'CreateSchema', kind: 'error', count: 0 },
      ].map((rule) => admin('PUT', 'faults', { rules: [rule] })),
    );
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 400));
    expect(refused[0]?.json.error).toMatch(/^the fault rules are wrong: rules\[0\]: .* knows no operation ListSchema;/);
    expect(await fired()).toEqual([0]);
  });

  it('count afresh after DELETE, and answer nothing else', async () => {
    await start();
    const { schemaArn } = await createSchema('events');
    await aws.personalize.send(new DescribeSchemaCommand({ schemaArn }));
    expect((await admin('GET', 'calls')).json.calls.personalize).toEqual({
      CreateSchema: { effects: 1, outcomes: { ok: 1 } },
      DescribeSchema: { effects: 1, outcomes: { ok: 1 } },
    });
    await admin('DELETE', 'calls');
    expect((await admin('GET', 'calls')).json.calls).toEqual({ personalize: {}, s3: {} });
    expect(await admin('GET', 'secrets')).toMatchObject({ status: 404 });
  });

  it('hold the rules that the local AWS was started with', async () => {
    await start({ faults: [{ service: 'personalize', operation: 'ListSchemas', kind: 'throttle' }] });
    expect(await failure(aws.personalize.send(new ListSchemasCommand({})))).toMatchObject({
      name: 'ThrottlingException',
    });
    expect(await fired()).toEqual([1]);
  });
});
