/** Prepares bucket, policy and role as AWS's samples do, with boto3 and the AWS CLI. Fails where there is none (Debian: python3-boto3, awscli). */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAwsCli } from './support/aws-cli';
import { CREDENTIALS, startTestAws, type TestAws } from './support/local-aws';

const ACCOUNT = '123456789012';
let aws: TestAws;
afterEach(() => aws.close());

async function prepare(...more: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const env = { PATH: process.env.PATH, HOME: aws.stateDir, AWS_EC2_METADATA_DISABLED: 'true' };
  const args = [join(__dirname, 'boto3', 'preparation.py'), aws.endpoint, accessKeyId, secretAccessKey, ...more];
  const { stdout } = await promisify(execFile)('python3', args, { env });
  return JSON.parse(stdout);
}

const SEEN = {
  identity: [ACCOUNT, `arn:aws:iam::${ACCOUNT}:user/nightjar`, expect.stringMatching(/^AIDA[A-Z0-9]{17}$/)],
  policy: true,
  role: [`arn:aws:iam::${ACCOUNT}:role/PersonalizeRole`, true, true],
  attached: [
    {
      PolicyName: 'AmazonPersonalizeFullAccess',
      PolicyArn: 'arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess',
    },
    { PolicyName: 'films', PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/films` },
  ],
  errors: [
    ['NoSuchEntity', 404],
    ['ValidationError', 400],
    ['MalformedPolicyDocument', 400],
    ['NotImplementedException', 400],
    ['NoSuchEntity', 404],
    ['NoSuchEntity', 404],
    ['DeleteConflict', 409],
    ['DeleteConflict', 409],
    ['NotImplementedException', 400],
    ['SignatureDoesNotMatch', 403],
    ['SignatureDoesNotMatch', 403],
    ['NotImplementedException', 400],
  ],
  inline: ['DeleteConflict', 409],
};

describe('STS and IAM', () => {
  it('record what a sample prepares and cleans up, and refuse the rest by name', async () => {
    aws = await startTestAws({ region: 'eu-west-1' });

    expect(await prepare('eu-west-1', 'clean')).toEqual(SEEN);
    expect(await readFile(join(aws.stateDir, 'iam.json'), 'utf8')).toBe('{}');
  });

  it('tell the AWS CLI who calls', async () => {
    aws = await startTestAws();
    const cli = createAwsCli(aws, { folder: aws.stateDir });

    expect(await cli.json('sts', 'get-caller-identity')).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/nightjar`,
    });
  });

  it('keep a role over a restart', async () => {
    aws = await startTestAws();
    expect(await prepare('us-east-1')).toEqual(SEEN);
    await aws.stop();
    aws = await startTestAws({ stateDir: aws.stateDir });

    await expect(prepare('us-east-1')).rejects.toThrow(/EntityAlreadyExists/);
    expect(Object.keys(JSON.parse(await readFile(join(aws.stateDir, 'iam.json'), 'utf8')))).toEqual([
      `arn:aws:iam::${ACCOUNT}:role/PersonalizeRole`,
    ]);
  });
});
