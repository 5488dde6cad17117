/** The doctor against a real shop, in which one thing at a time is made ill. */
import {
  ListBatchInferenceJobsCommand,
  ListBatchSegmentJobsCommand,
  PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { inference } from '../../local/support/batch-requests';
import { setFaults } from '../../local/support/faults';
import { CREDENTIALS, REGION } from '../../local/support/local-aws';
import { putText } from '../../local/support/shop';
import { runSql } from '../../support/database';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { examineShop, findingOf, type Shop, startShop } from './patient';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
}, 60_000);
afterAll(() => shop.close());
afterEach(() => setFaults(shop.aws.endpoint));

const badOnes = (findings: Awaited<ReturnType<typeof examineShop>>) =>
  findings.filter(({ status }) => status === 'failed').map(({ engine, check }) => `${engine} ${check}`);

describe('a shop that is well', () => {
  it('is found so, with a real call to every engine', async () => {
    const findings = await examineShop(shop);

    expect(findings.filter(({ status }) => status !== 'ok').map(({ engine, check }) => `${engine} ${check}`)).toEqual([
      'personalize service role',
      'data contacts',
      'data items',
    ]);
    expect(findingOf(findings, 'database connect').detail).toMatch(/^PostgreSQL \d+/);
    expect(findingOf(findings, 'storage bucket').detail).toBe('s3://shop in us-east-1');
    expect(findingOf(findings, 'personalize solution item-affinity').detail).toMatch(
      /^aws-item-affinity, version [0-9a-f]{8} is ACTIVE, trained today$/,
    );
    expect(findingOf(findings, 'personalize inference jobs').detail).toBe('0 of 5 in flight in us-east-1');
    expect(shop.smtp.connectionCount()).toBeGreaterThan(0);
    expect(shop.smtp.received).toEqual([]);
  });

  it('is left as it was: no object, no job', async () => {
    await examineShop(shop);

    const { Contents } = await shop.aws.s3.send(new ListObjectsV2Command({ Bucket: 'shop', Prefix: 'nights/' }));
    const inferences = await shop.aws.personalize.send(new ListBatchInferenceJobsCommand({}));
    const segments = await shop.aws.personalize.send(new ListBatchSegmentJobsCommand({}));
    expect(Contents ?? []).toEqual([]);
    expect([inferences.batchInferenceJobs, segments.batchSegmentJobs]).toEqual([[], []]);
  });
});

describe('destinations', () => {
  it('are tried, each by itself, and nothing is left there', async () => {
    const destinations = {
      lake: { url: 's3://shop/lake/' },
      elsewhere: { url: 's3://no-such-bucket-here/in/' },
      crm: { url: 'http://user:pa55word@127.0.0.1:1/in/' },
      partner: { url: 'sftp://user:pa55word@127.0.0.1:1/in/', hostKey: `SHA256:${'A'.repeat(43)}` },
    };
    const findings = await examineShop(shop, { settings: { ...shop.settings, destinations } });

    expect(badOnes(findings)).toEqual(['destinations elsewhere', 'destinations crm', 'destinations partner']);
    expect(findingOf(findings, 'destinations lake').detail).toBe('s3://shop lets an upload begin; it was given up');
    expect(findingOf(findings, 'destinations elsewhere').fix).toContain('make the bucket "no-such-bucket-here"');
    for (const name of ['crm', 'partner']) {
      const { detail, fix } = findingOf(findings, `destinations ${name}`);
      expect(detail).toMatch(new RegExp(`^the destination "${name}" can't be reached`));
      expect(fix).toContain(`check destinations.${name}.url`);
    }
    expect(JSON.stringify(findings)).not.toContain('pa55word');
    const { Contents } = await shop.aws.s3.send(new ListObjectsV2Command({ Bucket: 'shop', Prefix: 'lake/' }));
    expect(Contents ?? []).toEqual([]);
  });
});

describe('the database', () => {
  it('that is away is one finding, and all other engines are examined', async () => {
    const findings = await examineShop(shop, {
      doors: { database: async () => ({ host: '127.0.0.1', port: 1, user: 'nightjar', database: 'nightjar' }) },
    });

    expect(badOnes(findings)).toEqual(['database connect']);
    expect(findingOf(findings, 'database connect').detail).toMatch(/ECONNREFUSED/);
    expect(findingOf(findings, 'data contacts').status).toBe('skipped');
    expect(findingOf(findings, 'mail login').status).toBe('ok');
  });

  it('without tables is fine, and stays without them', async () => {
    const connection = await shop.postgres.createDatabase();
    const findings = await examineShop(shop, { doors: { database: async () => connection } });

    expect(badOnes(findings)).toEqual([]);
    expect(findingOf(findings, 'database migrations').detail).toBe(
      'there are no tables yet; the next command makes them',
    );
    expect(await runSql(connection, `SELECT nspname FROM pg_namespace WHERE nspname = 'nightjar'`)).toEqual([]);
  });

  it('of another instance, or of a newer nightjar, fails with what to do', async () => {
    const { settings } = shop;
    const other = await examineShop(shop, { settings: { ...settings, instance: 'staging' } });
    await runSql(shop.connection, `INSERT INTO nightjar.kysely_migration VALUES ('9999-later', '2099-01-01')`);
    const newer = await examineShop(shop);
    await runSql(shop.connection, `DELETE FROM nightjar.kysely_migration WHERE name = '9999-later'`);

    expect(findingOf(other, 'database instance')).toMatchObject({
      status: 'failed',
      detail: 'it belongs to the instance "demo", the settings say "staging"',
      fix: expect.stringContaining('NIGHTJAR_INSTANCE=demo'),
    });
    expect(badOnes(newer)).toEqual(['database migrations']);
  });

  it('whose clock differs, or that has room for one process only, is warned of', async () => {
    const findings = await examineShop(shop, {
      settings: { ...shop.settings, database: { ...shop.settings.database, poolSize: 60 } },
      patient: { now: () => Date.now() - 5000 },
    });

    expect(findingOf(findings, 'database clock')).toMatchObject({
      status: 'warning',
      detail: 'this machine is 5.0 s behind the server',
    });
    expect(findingOf(findings, 'database connections')).toMatchObject({ status: 'warning' });
  });
});

describe('a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedisServer({ maxmemoryPolicy: 'allkeys-lru' });
  });
  afterAll(() => redis.stop());
  const withQueue = (url: string) => ({ ...shop.settings, queue: { ...shop.settings.queue, url } });

  it('that throws keys away is warned of', async () => {
    const findings = await examineShop(shop, { settings: withQueue(redis.url) });

    expect(findingOf(findings, 'queue connect').detail).toMatch(/^the Redis at 127\.0\.0\.1:\d+, version \d/);
    expect(findingOf(findings, 'queue memory')).toMatchObject({
      status: 'warning',
      fix: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
    });
    expect(findingOf(findings, 'queue persistence').status).toBe('ok');
  });

  it('that is away fails alone', async () => {
    const findings = await examineShop(shop, { settings: withQueue('redis://127.0.0.1:1') });

    expect(badOnes(findings)).toEqual(['queue connect']);
  });
});

describe('the bucket', () => {
  it('that does not exist, or lies in another region, fails with the command that mends it', async () => {
    const { settings } = shop;
    const absent = await examineShop(shop, {
      settings: { ...settings, storage: { ...settings.storage, bucket: 'none' } },
    });
    const abroad = await examineShop(shop, {
      settings: { ...settings, aws: { ...settings.aws, region: 'eu-west-1' } },
    });

    expect(findingOf(absent, 'storage bucket')).toMatchObject({
      status: 'failed',
      fix: 'create it: aws s3 mb s3://none --region us-east-1',
    });
    expect(findingOf(abroad, 'storage bucket')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('lies in us-east-1, aws.region is eu-west-1'),
    });
  });

  it('behind a wrong key fails with what to set, and so does Personalize', async () => {
    const credentials = { ...CREDENTIALS, secretAccessKey: 'wrong' };
    const connection = { endpoint: shop.aws.endpoint, region: REGION, credentials };
    const findings = await examineShop(shop, {
      rooms: {
        s3: async () => new S3Client({ ...connection, forcePathStyle: true }),
        personalize: async () => new PersonalizeClient(connection),
      },
    });

    expect(badOnes(findings)).toEqual(['storage bucket', 'personalize inference jobs']);
    expect(findingOf(findings, 'storage bucket').detail).toBe('the secret key is wrong');
    expect(findingOf(findings, 'personalize inference jobs')).toMatchObject({
      status: 'failed',
      fix: expect.stringContaining('AWS_PROFILE'),
    });
  });

  it('that is slow is given up after the limit, and the rest goes on', async () => {
    await setFaults(shop.aws.endpoint, { service: 's3', operation: 'ListObjectsV2', kind: 'slow', ms: 60_000 });
    const findings = await examineShop(shop, { limitMs: 1000 });

    expect(findingOf(findings, 'storage list')).toMatchObject({ status: 'failed', detail: 'no answer within 1 s' });
    expect(badOnes(findings)).toEqual(['storage list']);
  });
});

describe('Personalize', () => {
  it('without a solution is warned of, and one of another recipe fails', async () => {
    const solutions = {
      gone: { solution: 'gone', recipe: 'aws-item-affinity' },
      other: { solution: 'aws-item-affinity', recipe: 'aws-user-personalization' },
    };
    const findings = await examineShop(shop, { settings: { ...shop.settings, solutions } });

    expect(findingOf(findings, 'personalize solution gone')).toMatchObject({ status: 'warning' });
    expect(findingOf(findings, 'personalize solution other')).toMatchObject({
      status: 'failed',
      detail: 'the settings say aws-user-personalization, Personalize says aws-item-affinity',
      fix: 'set solutions.other.recipe: aws-item-affinity',
    });
  });

  it('with as many jobs in flight as the quota allows is warned of', async () => {
    shop.holdJobs();
    await putText(shop.aws, 'in/held.json', '{"userId": "u1"}\n');
    await shop.aws.personalize.send(inference('held', shop.versions[0]));
    const aws = { ...shop.settings.aws, jobsInFlight: 1 };
    const findings = await examineShop(shop, { settings: { ...shop.settings, aws } });

    expect(findingOf(findings, 'personalize inference jobs')).toMatchObject({
      status: 'warning',
      detail: '1 of 1 in flight in us-east-1; the next one waits until one has ended',
    });
    expect(findingOf(findings, 'personalize segment jobs').status).toBe('ok');
  });
});
