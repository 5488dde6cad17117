/** Walks the way with the AWS CLI, a client of another family than the SDK for JavaScript. Fails where `aws` is not installed. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CREDENTIALS, startTestAws, type TestAws } from './support/local-aws';
import { INTERACTIONS_SCHEMA, interactionsCsv, ROLE_ARN } from './support/shop';

let aws: TestAws;
let folder: string;

beforeAll(async () => {
  aws = await startTestAws();
  folder = await mkdtemp(join(tmpdir(), 'nightjar-cli-'));
});

afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true, force: true });
});

function cli(
  line: string,
  secretAccessKey: string = CREDENTIALS.secretAccessKey,
): Promise<{ code: number; out: string; err: string }> {
  const args = ['--endpoint-url', aws.endpoint, '--output', 'json', ...line.split(' ')];
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  return new Promise((resolve, reject) => {
    const child = spawn('aws', args, { env, cwd: folder });
    const text = { out: '', err: '' };
    child.stdout.on('data', (data) => {
      text.out += String(data);
    });
    child.stderr.on('data', (data) => {
      text.err += String(data);
    });
    child.on('error', (cause) => reject(new Error('the AWS CLI is not installed: pip install awscli', { cause })));
    child.on('close', (code) => resolve({ code: code ?? 1, ...text }));
  });
}

async function json(line: string) {
  const { code, out, err } = await cli(line);
  if (code !== 0) throw new Error(`aws ${line}: ${err}`);
  return out === '' ? {} : JSON.parse(out);
}

async function waitFor(line: string, member: string): Promise<string> {
  for (;;) {
    const { status } = (await json(line))[member];
    if (status === 'ACTIVE' || status === 'CREATE FAILED') return status;
  }
}

describe('the AWS CLI', () => {
  it('copies files of one and of several parts to S3 and back, lists and removes them', async () => {
    const big = Buffer.alloc(17 * 1024 ** 2, 'nightjar');
    await writeFile(join(folder, 'big.bin'), big);
    await writeFile(join(folder, 'small.txt'), 'small');

    expect((await cli('s3 mb s3://files')).code).toBe(0);
    expect((await cli('s3 cp big.bin s3://files/deep/big.bin --no-progress')).err).toBe('');
    expect((await cli('s3 cp small.txt s3://files/small.txt --no-progress')).err).toBe('');
    expect(
      (await cli('s3 ls s3://files --recursive')).out.split('\n').map((line) => line.replace(/^\S+ \S+ +/, '')),
    ).toEqual(['17825792 deep/big.bin', '5 small.txt', '']);
    expect((await cli('s3 cp s3://files/deep/big.bin back.bin --no-progress')).err).toBe('');
    expect((await readFile(join(folder, 'back.bin'))).equals(big)).toBe(true);
    expect((await cli('s3 rm s3://files/small.txt')).code).toBe(0);
    expect(await json('s3api head-object --bucket files --key deep/big.bin')).toMatchObject({
      ContentLength: big.length,
      ETag: expect.stringMatching(/-3"$/),
    });
    expect((await cli('s3api head-object --bucket files --key small.txt')).err).toContain('404');
  });

  it('imports, trains and runs a batch job, and reads its output', async () => {
    await writeFile(join(folder, 'schema.json'), JSON.stringify(INTERACTIONS_SCHEMA));
    await writeFile(join(folder, 'rows.csv'), interactionsCsv(1500));
    await writeFile(join(folder, 'users.json'), '{"userId":"u1"}\n');
    await cli('s3 mb s3://night');
    await cli('s3 cp rows.csv s3://night/rows.csv');
    await cli('s3 cp users.json s3://night/in/users.json');
    const { schemaArn } = await json('personalize create-schema --name events --schema file://schema.json');
    const { datasetGroupArn } = await json('personalize create-dataset-group --name shop');
    const { datasetArn } = await json(
      `personalize create-dataset --name events --dataset-type Interactions --dataset-group-arn ${datasetGroupArn} --schema-arn ${schemaArn}`,
    );
    const imported = await json(
      `personalize create-dataset-import-job --job-name events --dataset-arn ${datasetArn} --data-source dataLocation=s3://night/rows.csv --role-arn ${ROLE_ARN}`,
    );
    expect(
      await waitFor(
        `personalize describe-dataset-import-job --dataset-import-job-arn ${imported.datasetImportJobArn}`,
        'datasetImportJob',
      ),
    ).toBe('ACTIVE');
    const { recipes } = await json('personalize list-recipes');
    const recipeArn = recipes.find((recipe: { name: string }) => recipe.name === 'aws-user-personalization').recipeArn;
    const { solutionArn } = await json(
      `personalize create-solution --name picks --dataset-group-arn ${datasetGroupArn} --recipe-arn ${recipeArn}`,
    );
    const { solutionVersionArn } = await json(`personalize create-solution-version --solution-arn ${solutionArn}`);
    expect(
      await waitFor(
        `personalize describe-solution-version --solution-version-arn ${solutionVersionArn}`,
        'solutionVersion',
      ),
    ).toBe('ACTIVE');
    const job = `personalize create-batch-inference-job --job-name night --solution-version-arn ${solutionVersionArn} --num-results 4 --job-input s3DataSource={path=s3://night/in/users.json} --job-output s3DataDestination={path=s3://night/out/} --role-arn ${ROLE_ARN}`;
    const { batchInferenceJobArn } = await json(job);
    expect(
      await waitFor(
        `personalize describe-batch-inference-job --batch-inference-job-arn ${batchInferenceJobArn}`,
        'batchInferenceJob',
      ),
    ).toBe('ACTIVE');
    const line = JSON.parse((await cli('s3 cp s3://night/out/users.json.out -')).out);

    expect(line).toMatchObject({ input: { userId: 'u1' }, error: null });
    expect(line.output.recommendedItems).toHaveLength(4);
    expect((await cli(job)).err).toContain('(ResourceAlreadyExistsException)');
  });

  it('is told of a wrong secret by both services', async () => {
    expect((await cli('s3 ls', 'wrong')).err).toContain('(SignatureDoesNotMatch)');
    expect((await cli('personalize list-schemas', 'wrong')).err).toContain('(InvalidSignatureException)');
  });
});
