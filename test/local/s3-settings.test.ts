import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectAclCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectTorrentCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketInventoryConfigurationsCommand,
  PutBucketCorsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CREDENTIALS, startTestAws, type TestAws } from './support/local-aws';
import { outcome, send } from './support/s3';

const Bucket = 'shop';
const name = { Bucket, Key: 'key' };
let aws: TestAws;

beforeAll(async () => {
  aws = await startTestAws();
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
  await aws.s3.send(new PutObjectCommand({ ...name, Body: 'x' }));
});

afterAll(() => aws.close());

describe('settings', () => {
  it('of a bucket are those of one that was just made', async () => {
    const { s3 } = aws;
    const acl = await s3.send(new GetBucketAclCommand({ Bucket }));
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));

    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect(acl).toMatchObject({
      Owner: { ID: 'nightjar' },
      Grants: [{ Grantee: { ID: 'nightjar', Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }],
    });
    expect(encryption.ServerSideEncryptionConfiguration?.Rules?.[0]).toMatchObject({
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
    });
    expect(await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    expect(await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).toMatchObject({
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    expect(await s3.send(new GetBucketRequestPaymentCommand({ Bucket }))).toMatchObject({ Payer: 'BucketOwner' });
    await s3.send(new GetBucketLoggingCommand({ Bucket }));
    await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }));
  });

  it('that nobody made are absent by the name that S3 has for it', async () => {
    const { s3 } = aws;
    const outcomes = await Promise.all([
      outcome(s3.send(new GetBucketPolicyCommand({ Bucket }))),
      outcome(s3.send(new GetBucketPolicyStatusCommand({ Bucket }))),
      outcome(s3.send(new GetBucketTaggingCommand({ Bucket }))),
      outcome(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))),
      outcome(s3.send(new GetBucketCorsCommand({ Bucket }))),
      outcome(s3.send(new GetBucketWebsiteCommand({ Bucket }))),
      outcome(s3.send(new GetBucketReplicationCommand({ Bucket }))),
      outcome(s3.send(new GetObjectLockConfigurationCommand({ Bucket }))),
      outcome(s3.send(new GetBucketTaggingCommand({ Bucket: 'absent' }))),
      outcome(s3.send(new DeleteBucketPolicyCommand({ Bucket }))),
      outcome(s3.send(new DeleteBucketTaggingCommand({ Bucket: 'absent' }))),
    ]);

    expect(outcomes).toEqual([
      'NoSuchBucketPolicy 404',
      'NoSuchBucketPolicy 404',
      'NoSuchTagSet 404',
      'NoSuchLifecycleConfiguration 404',
      'NoSuchCORSConfiguration 404',
      'NoSuchWebsiteConfiguration 404',
      'ReplicationConfigurationNotFoundError 404',
      'ObjectLockConfigurationNotFoundError 404',
      'NoSuchBucket 404',
      'done',
      'NoSuchBucket 404',
    ]);
  });

  it('of an object are its owner', async () => {
    const { s3 } = aws;

    expect((await s3.send(new GetObjectAclCommand(name))).Grants?.[0]?.Permission).toBe('FULL_CONTROL');
    expect(await outcome(s3.send(new GetObjectLegalHoldCommand(name)))).toBe('InvalidRequest 400');
    expect(await outcome(s3.send(new GetObjectAclCommand({ Bucket, Key: 'absent' })))).toBe('NoSuchKey 404');
  });

  it('that would have to be kept are refused by name', async () => {
    const { s3 } = aws;
    const calls: [string, () => Promise<unknown>][] = [
      ['PutBucketCors', () => s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [] } }))],
      [
        'PutBucketVersioning',
        () => s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
      ],
      ['PutObjectAcl', () => s3.send(new PutObjectAclCommand({ ...name, ACL: 'private' }))],
      ['RestoreObject', () => s3.send(new RestoreObjectCommand(name))],
      ['GetObjectTorrent', () => s3.send(new GetObjectTorrentCommand(name))],
      ['Inventory', () => s3.send(new ListBucketInventoryConfigurationsCommand({ Bucket }))],
    ];

    for (const [operation, call] of calls) {
      await expect(call()).rejects.toMatchObject({
        name: 'NotImplemented',
        message: expect.stringMatching(new RegExp(`${operation}.*docs/local-aws.md`)),
      });
    }
  });
});

describe('regions', () => {
  it('other than us-east-1 are named, and a bucket is made once there', async () => {
    const region = 'eu-west-1';
    const other = await startTestAws({ region });
    const s3 = new S3Client({ endpoint: other.endpoint, region, credentials: CREDENTIALS, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    const create = (more: object) => outcome(s3.send(new CreateBucketCommand({ Bucket, ...more })));

    expect(await create({ CreateBucketConfiguration })).toBe('done');
    expect(await create({ CreateBucketConfiguration })).toBe('BucketAlreadyOwnedByYou 409');
    expect(await create({ CreateBucketConfiguration: { LocationConstraint: 'eu-north-1' } })).toBe(
      'IllegalLocationConstraintException 400',
    );
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(region);
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe(region);
    s3.destroy();
    await other.close();
  });
});

describe('errors', () => {
  let open: TestAws;
  beforeAll(async () => {
    open = await startTestAws({ credentials: null });
    await open.s3.send(new CreateBucketCommand({ Bucket }));
    await open.s3.send(new PutObjectCommand({ ...name, Body: '0123456789' }));
  });
  afterAll(() => open.close());

  it('are documents with code, message, resource and request, and what the code has beside them', async () => {
    const absent = await send(open.endpoint, { path: '/shop/a%26b' });
    const bucket = await send(open.endpoint, { path: '/absent?list-type=2' });

    expect([absent.status, absent.headers['content-type']]).toEqual([404, 'application/xml']);
    expect(absent.body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>.+<\/Message><Key>a&amp;b<\/Key><Resource>\/shop\/a%26b<\/Resource><RequestId>[0-9a-f-]+<\/RequestId><HostId>.+<\/HostId><\/Error>$/,
    );
    expect(absent.body).toContain(`<RequestId>${String(absent.headers['x-amz-request-id'])}</RequestId>`);
    expect([bucket.status, bucket.body]).toEqual([404, expect.stringContaining('<BucketName>absent</BucketName>')]);
  });

  it('have no body where the method is HEAD', async () => {
    for (const [path, status] of [
      ['/shop/absent', 404],
      ['/absent', 404],
      ['/shop/key?versionId=x', 400],
    ] as const) {
      expect(await send(open.endpoint, { method: 'HEAD', path })).toMatchObject({ status, body: '' });
    }
  });

  it('say which methods and requests are none', async () => {
    const cases = [
      ['POST', '/shop/key', 405, 'MethodNotAllowed'],
      ['PATCH', '/shop', 405, 'MethodNotAllowed'],
      ['PUT', '/', 405, 'MethodNotAllowed'],
      ['OPTIONS', '/shop/key', 403, 'AccessForbidden'],
      ['GET', '/shop/%ff', 400, 'InvalidURI'],
      ['GET', '/shop/key?versionId=', 400, 'InvalidArgument'],
      ['GET', '/shop/key?partNumber=x', 400, 'InvalidArgument'],
      ['POST', '/shop?delete', 400, 'InvalidRequest'],
      ['POST', '/shop/key?uploadId=x', 404, 'NoSuchUpload'],
      ['PUT', '/shop?acl', 501, 'NotImplemented'],
    ] as const;

    for (const [method, path, status, code] of cases) {
      const answer = await send(open.endpoint, { method, path, headers: { 'content-length': '0' } });
      expect([method, path, answer.status, /<Code>(.+)<\/Code>/.exec(answer.body)?.[1]]).toEqual([
        method,
        path,
        status,
        code,
      ]);
    }
    const form = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '0' };
    const post = await send(open.endpoint, { method: 'POST', path: '/shop', headers: form });
    expect(post.body).toContain('PostObject is not complete');
    const lengthless = await send(open.endpoint, {
      method: 'PUT',
      path: '/shop/key',
      headers: { 'transfer-encoding': 'chunked' },
      body: 'x',
    });
    expect([lengthless.status, lengthless.body]).toEqual([411, expect.stringContaining('MissingContentLength')]);
  });

  it('of ranges tell the size, and what is no range sends the whole', async () => {
    const get = (range: string, more: Record<string, string> = {}) =>
      send(open.endpoint, { path: '/shop/key', headers: { range, ...more } });
    const behind = await get('bytes=10-');
    expect([behind.status, behind.headers['content-range']]).toEqual([416, 'bytes */10']);
    expect(behind.body).toContain('<RangeRequested>bytes=10-</RangeRequested><ActualObjectSize>10</ActualObjectSize>');
    expect((await get('bytes=-0')).status).toBe(416);
    for (const range of ['bytes=0-1,3-4', 'bytes=5-2', 'lines=1-2', 'bytes=-', 'bytes=a-b']) {
      expect(await get(range)).toMatchObject({ status: 200, body: '0123456789' });
    }
    for (const [range, body] of [
      ['bytes=0-0', '0'],
      ['bytes=-3', '789'],
      ['bytes=-99', '0123456789'],
      ['bytes=8-99', '89'],
    ] as const) {
      expect(await get(range)).toMatchObject({ status: 206, body });
    }
    const etag = (await get('bytes=0-0')).headers.etag ?? '';
    expect((await get('bytes=0-0', { 'if-range': etag })).status).toBe(206);
    expect((await get('bytes=0-0', { 'if-range': '"other"' })).status).toBe(200);
  });
});
