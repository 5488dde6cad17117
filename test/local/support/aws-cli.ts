/** Runs the AWS CLI, unmodified, against a local AWS. */
import { execFile } from 'node:child_process';
import { CREDENTIALS, type TestAws } from './local-aws';

/** Holds what one command printed. */
export interface CliAnswer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface AwsCli {
  /** Runs a command, also one that fails; no shell reads the words. */
  run(...words: readonly string[]): Promise<CliAnswer>;
  /** Runs a command that must succeed, and reads what it prints; nothing printed is an empty object. */
  json(...words: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /** Gives the one text member of what a command prints, such as the ARN of what it made. */
  text(member: string, ...words: readonly string[]): Promise<string>;
}

export interface CliOptions {
  /** Working folder, and home. */
  readonly folder: string;
  readonly secretAccessKey?: string;
}

/** Makes a CLI with the credentials of the local AWS. It rejects where `aws` is not installed. */
export function createAwsCli(
  aws: TestAws,
  { folder, secretAccessKey = CREDENTIALS.secretAccessKey }: CliOptions,
): AwsCli {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  const run = (...words: readonly string[]): Promise<CliAnswer> =>
    new Promise((resolve, reject) => {
      const all = ['--endpoint-url', aws.endpoint, '--output', 'json', ...words];
      execFile('aws', all, { env, cwd: folder }, (error, out, err) => {
        if (error?.code === 'ENOENT') reject(new Error('the AWS CLI is not installed', { cause: error }));
        else resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      });
    });
  const json: AwsCli['json'] = async (...words) => {
    const { code, out, err } = await run(...words);
    if (code !== 0) throw new Error(`aws ${words.join(' ')}: ${err.trim()}`);
    return out.trim() === '' ? {} : JSON.parse(out);
  };
  return {
    run,
    json,
    async text(member, ...words) {
      const value = (await json(...words))[member];
      if (typeof value !== 'string') throw new Error(`aws ${words.join(' ')} prints no text ${member}`);
      return value;
    },
  };
}
