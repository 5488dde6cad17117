/** Uses the S3 as the AWS CLI does. Fails where `aws` is not installed (Debian: awscli). */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { CREDENTIALS, startTestAws, type TestAws } from './support/local-aws';

let aws: TestAws;
let folder: string;

beforeAll(async () => {
  aws = await startTestAws();
  folder = await mkdtemp(join(tmpdir(), 'nightjar-s3-cli-'));
});

afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** Runs one command; gives what it printed, its error text behind. */
function cli(...args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  };
  const all = ['--endpoint-url', aws.endpoint, ...args];
  return new Promise((resolve, reject) => {
    execFile('aws', all, { env, cwd: folder }, (error, out, err) => {
      if (error !== null && error.code === 'ENOENT')
        reject(new Error('the AWS CLI is not installed', { cause: error }));
      else resolve(`${out}${err}`.trim());
    });
  });
}

async function names(path: string): Promise<string[]> {
  return (await readdir(join(folder, path), { recursive: true })).sort();
}

describe('the AWS CLI', () => {
  it('syncs, lists, copies, moves, presigns and removes', async () => {
    await mkdir(join(folder, 'site/sub dir'), { recursive: true });
    for (const name of ['index.html', 'sub dir/ä+b.txt', 'sub dir/empty']) {
      await writeFile(join(folder, 'site', name), name === 'sub dir/empty' ? '' : name);
    }
    // Over the CLI's threshold of 8 MiB: uploaded, copied and downloaded in parts.
    await writeFile(join(folder, 'big'), Buffer.alloc(9 * 1024 ** 2, 'big'));
    await aws.s3.send(new CreateBucketCommand({ Bucket: 'shop' }));

    const [synced] = await Promise.all([
      cli('s3', 'sync', 'site', 's3://shop/site', '--no-progress'),
      cli('s3', 'cp', 'big', 's3://shop/big', '--no-progress', '--metadata', 'a=b', '--content-type', 'text/x-big'),
    ]);
    expect(synced).toMatch(/upload: [\s\S]*upload: /);
    const head = await aws.s3.send(new HeadObjectCommand({ Bucket: 'shop', Key: 'big' }));
    expect(head).toMatchObject({ ContentType: 'text/x-big', Metadata: { a: 'b' }, ContentLength: 9 * 1024 ** 2 });
    const [listed] = await Promise.all([
      cli('s3', 'ls', 's3://shop/site/'),
      cli('s3', 'mv', 's3://shop/big', 's3://shop/moved to/big', '--no-progress'),
    ]);
    expect(listed).toMatch(/PRE sub dir\/\n.* 10 index.html$/);
    const [url] = await Promise.all([
      cli('s3', 'presign', 's3://shop/site/sub dir/ä+b.txt'),
      cli('s3', 'sync', 's3://shop', 'back', '--no-progress'),
    ]);
    expect(await names('back')).toEqual(
      [
        'moved to',
        'moved to/big',
        'site',
        'site/index.html',
        'site/sub dir',
        'site/sub dir/empty',
        'site/sub dir/ä+b.txt',
      ].sort(),
    );
    const bytes = await readFile(join(folder, 'back/moved to/big'));
    expect(bytes.equals(await readFile(join(folder, 'big')))).toBe(true);
    expect(await (await fetch(url)).text()).toBe('sub dir/ä+b.txt');
    expect(await cli('s3', 'rb', 's3://shop', '--force')).toMatch(/^(delete: .*\n){4}remove_bucket: shop$/);
  });
});
