/** Walks the S3 with boto3, unmodified. Fails where `python3` has no boto3 (Debian: python3-boto3). */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CREDENTIALS, startTestAws, type TestAws } from './support/local-aws';

const SCRIPT = join(__dirname, 'support', 'boto3_s3.py');
let aws: TestAws;

beforeAll(async () => {
  aws = await startTestAws();
});

afterAll(() => aws.close());

describe('boto3', () => {
  it('puts, lists, reads, copies, presigns, tags and removes', async () => {
    const { accessKeyId, secretAccessKey } = CREDENTIALS;
    const env = { PATH: process.env.PATH, HOME: aws.stateDir, AWS_EC2_METADATA_DISABLED: 'true' };
    const args = [SCRIPT, aws.endpoint, accessKeyId, secretAccessKey];
    const { stdout } = await promisify(execFile)('python3', args, { env });

    expect(JSON.parse(stdout)).toEqual({
      listed: true,
      read: true,
      big: [true, 'text/x-big', '-3'],
      // A copy in parts is a new upload, to which boto3 gives no type.
      'big-copy': [true, 'binary/octet-stream', '-3'],
      'presigned-v2': [true, 'v2', 'brought', '', '404'],
      'presigned-v4': [true, 'v4', 'brought', '', '404'],
      'virtual-v2': ['boto.localhost', 'x//y'],
      'virtual-v4': ['boto.localhost', 'x//y'],
      tags: [{ Key: 'k', Value: 'v' }],
      versioning: 'never',
      errors: ['NoSuchKey', '404', 'BadDigest', 'BucketNotEmpty', 'NoSuchBucketPolicy'],
      left: 8,
      gone: '404',
    });
  });
});
