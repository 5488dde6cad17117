/** Settings that programs make in passing: checked, kept with the bucket, given back, and without any effect. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from './support/local-aws';
import { outcome, send } from './support/s3';

const Bucket = 'shop';
let stateDir: string;
let aws: TestAws;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'nightjar-settings-'));
  aws = await startTestAws({ stateDir });
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
});

afterEach(async () => {
  await aws.stop();
  await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
});

const STATEMENT = {
  Sid: 'PersonalizeS3BucketAccessPolicy',
  Effect: 'Allow',
  Principal: { Service: 'personalize.amazonaws.com' },
  Action: ['s3:GetObject', 's3:ListBucket'],
  Resource: ['arn:aws:s3:::shop', 'arn:aws:s3:::shop/*'],
};

/** As programs write it: with white space, and members in an order of their own. */
function policyOf(change: object = {}, more: object = {}): string {
  return JSON.stringify(
    { Version: '2012-10-17', Id: 'Id', Statement: [{ ...STATEMENT, ...change }], ...more },
    null,
    2,
  );
}

function putPolicy(Policy: string): Promise<unknown> {
  return aws.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}

const DENY_ALL = policyOf({ Effect: 'Deny', Principal: '*', Action: 's3:*' });

describe('a bucket policy', () => {
  it('is given back as it was put, and enforced by nobody', async () => {
    await putPolicy(policyOf());
    expect((await aws.s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(policyOf());
    await putPolicy(DENY_ALL);
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'key', Body: 'x' }));

    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'key' }));
    expect(await Body?.transformToString()).toBe('x');
    expect((await aws.s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(DENY_ALL);
    await aws.s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await outcome(aws.s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('NoSuchBucketPolicy 404');
  });

  it('lies with its bucket over a restart, seen by no list, and goes with it', async () => {
    await putPolicy(policyOf());
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'folder/key', Body: 'x' }));
    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'folder/key' }));
    await aws.stop();
    aws = await startTestAws({ stateDir });

    expect((await aws.s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(policyOf());
    expect((await aws.s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    expect((await aws.s3.send(new ListBucketsCommand({}))).Buckets).toHaveLength(1);
    await aws.s3.send(new DeleteBucketCommand({ Bucket }));
    await aws.s3.send(new CreateBucketCommand({ Bucket }));
    expect(await outcome(aws.s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('NoSuchBucketPolicy 404');
  });

  it('is forgotten where its bucket was removed by hand', async () => {
    await putPolicy(policyOf());
    await rm(join(stateDir, 's3', Bucket), { recursive: true });
    expect(await outcome(putPolicy(policyOf()))).toBe('NoSuchBucket 404');
    await aws.s3.send(new CreateBucketCommand({ Bucket }));

    expect(await outcome(aws.s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('NoSuchBucketPolicy 404');
  });

  it.each([
    ['Policies must be valid JSON', 'not json'],
    ['Policies must be valid JSON', '{"Version": '],
    ['Policies must be valid JSON', `[${policyOf()}]`],
    ['Missing required field Statement', '{"Version":"2012-10-17"}'],
    ['Could not parse the policy: Statement is empty!', policyOf({}, { Statement: [] })],
    ['The policy must contain a valid version string', policyOf({}, { Version: '2012-10-18' })],
    ['Invalid effect in policy', policyOf({ Effect: 'allow' })],
    ['Missing required field Principal', policyOf({ Principal: undefined })],
    ['Invalid principal in policy', policyOf({ Principal: { Service: [] } })],
    ['Missing required field Action', policyOf({ Action: undefined })],
    ['Policy has invalid action', policyOf({ Action: 'personalize:*' })],
    ['Missing required field Resource', policyOf({ Resource: undefined })],
    ['Policy has invalid resource', policyOf({ Resource: 'arn:aws:s3:::shop-of-another/*' })],
    ['Policy has invalid resource', policyOf({ Resource: 'shop' })],
    ['Normalized policy document exceeds', policyOf({ Sid: 'x'.repeat(20_480) })],
  ])('is refused: %s', async (message, policy) => {
    await putPolicy(policyOf());
    await expect(putPolicy(policy)).rejects.toMatchObject({
      name: 'MalformedPolicy',
      message: expect.stringContaining(message),
    });
    expect((await aws.s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(policyOf());
  });

  it.each([
    ['without a version', policyOf({}, { Version: undefined })],
    ['with one statement that is no list', policyOf({}, { Statement: STATEMENT })],
    ['with wildcards in the resource', policyOf({ Resource: ['arn:aws:s3:::shop*', 'arn:aws:s3:::*'] })],
    ['with the opposites', policyOf({ Action: undefined, NotAction: 's3:PutObject', Principal: '*' })],
    ['with a condition', policyOf({ Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } })],
  ])('is taken %s', async (_case, policy) => {
    expect(await outcome(putPolicy(policy))).toBe('done');
  });

  it('is public where it lets anybody in', async () => {
    const isPublic = async (policy: string) => {
      await putPolicy(policy);
      return (await aws.s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic;
    };

    expect(await isPublic(policyOf())).toBe(false);
    expect(await isPublic(policyOf({ Principal: { AWS: ['*'] } }))).toBe(true);
    expect(await isPublic(DENY_ALL)).toBe(false);
  });
});

describe('other settings', () => {
  it('tags are replaced, at most 50, and gone when none are put', async () => {
    const put = (TagSet: { Key: string; Value: string }[]) =>
      aws.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    const tags = Array.from({ length: 51 }, (_, index) => ({ Key: `k&${index}`, Value: `<${index}>` }));
    const read = () => aws.s3.send(new GetBucketTaggingCommand({ Bucket }));

    await put(tags.slice(1));
    expect((await read()).TagSet).toEqual(tags.slice(1));
    expect(await outcome(put(tags))).toBe('BadRequest 400');
    expect(await outcome(put([...tags.slice(0, 1), ...tags.slice(0, 1)]))).toBe('InvalidTag 400');
    await put([]);
    expect(await outcome(read())).toBe('NoSuchTagSet 404');
    await put(tags.slice(0, 1));
    await aws.s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await outcome(read())).toBe('NoSuchTagSet 404');
  });

  it('encryption is given back, and the plain one again after its removal', async () => {
    const put = (rule: ServerSideEncryptionRule) =>
      aws.s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }));
    const read = async () =>
      (await aws.s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules;
    const byKey = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/shop' } as const;

    await put({ ApplyServerSideEncryptionByDefault: byKey, BucketKeyEnabled: true });
    expect(await read()).toEqual([{ ApplyServerSideEncryptionByDefault: byKey, BucketKeyEnabled: true }]);
    const wrong = { ...byKey, SSEAlgorithm: 'AES256' } as const;
    expect(await outcome(put({ ApplyServerSideEncryptionByDefault: wrong }))).toBe('InvalidArgument 400');
    expect(await outcome(put({ BucketKeyEnabled: true }))).toBe('MalformedXML 400');
    await aws.s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect(await read()).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ]);
  });

  it('public access block and ownership are absent after their removal', async () => {
    const block = () => aws.s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    const ownership = () => aws.s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    await aws.s3.send(
      new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } }),
    );
    await aws.s3.send(
      new PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
      }),
    );

    expect((await block()).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: false,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    });
    expect((await ownership()).OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'ObjectWriter' }]);
    await aws.s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await aws.s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    expect(await outcome(block())).toBe('NoSuchPublicAccessBlockConfiguration 404');
    expect(await outcome(ownership())).toBe('OwnershipControlsNotFoundError 404');
  });

  it('are refused where the document is another', async () => {
    const open = await startTestAws({ credentials: null });
    await open.s3.send(new CreateBucketCommand({ Bucket }));
    const put = async (mark: string, body: string) => {
      const headers = { 'content-length': String(body.length) };
      const answer = await send(open.endpoint, { method: 'PUT', path: `/shop?${mark}`, headers, body });
      return /<Code>(.+)<\/Code>/.exec(answer.body)?.[1];
    };
    const codes = [
      await put('tagging', '<Other/>'),
      await put('encryption', '<ServerSideEncryptionConfiguration/>'),
      await put('publicAccessBlock', '<PublicAccessBlockConfiguration/>'),
      await put('ownershipControls', '<OwnershipControls><Rule/></OwnershipControls>'),
      await put('policy', ''),
    ];
    await open.close();

    expect(codes).toEqual(['MalformedXML', 'MalformedXML', 'MalformedXML', 'MalformedXML', 'MalformedPolicy']);
  });
});
