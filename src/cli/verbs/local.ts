/** The verb `local`: serves the local AWS alone, for any SDK. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { openStateFolder } from '../../database/embedded/state-folder';
import { NightjarError } from '../../errors';
import { createCompute } from '../../local/compute/compute';
import { startLocalAws } from '../../local/endpoint';
import { answer } from '../answer';
import { type CliContext, readSettings, stateDir } from '../context';
import { LOCAL_ACCESS_KEY } from '../open-engines';

interface LocalFlags {
  readonly port: number;
  readonly auth: boolean;
  readonly jobSeconds: number;
}

/** Adds the verb. */
export function addLocal(program: Command, context: CliContext): void {
  program
    .command('local')
    .description('serve Personalize and S3 on this machine, for any AWS SDK or the AWS CLI')
    .option('--port <port>', 'port of 127.0.0.1; 0 takes a free one', readNumber, 4600)
    .option('--no-auth', 'take requests without a right signature')
    .option('--job-seconds <seconds>', 'how long imports, trainings and batch jobs take at least', readNumber, 0)
    .addHelpText(
      'before',
      'Examples:\n  nightjar local --port 4600 --no-auth\n  aws --endpoint-url http://127.0.0.1:4600 personalize list-recipes\n',
    )
    .addHelpText('after', '\nWhat differs from AWS: docs/local-aws.md')
    .action(async (own: LocalFlags, command: Command) => serve(context, own, command));
}

async function serve(context: CliContext, own: LocalFlags, command: Command): Promise<void> {
  const flags = command.optsWithGlobals();
  const { settings } = readSettings(context, flags);
  const state = await openStateFolder(stateDir(context, flags));
  const credentials = own.auth
    ? { accessKeyId: LOCAL_ACCESS_KEY, secretAccessKey: randomBytes(20).toString('hex') }
    : null;
  const compute = createCompute();
  const local = await startLocalAws({
    stateDir: state.root,
    port: own.port,
    credentials,
    region: settings.aws.region,
    accountId: settings.aws.roleArn.split(':')[4] ?? '123456789012',
    jobSeconds: own.jobSeconds,
    compute,
    now: () => Date.now(),
  });
  const keys =
    credentials === null
      ? []
      : [`export AWS_ACCESS_KEY_ID=${credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`];
  const text = [...keys, `export AWS_REGION=${settings.aws.region} AWS_ENDPOINT_URL=${local.endpoint}`].join('\n');
  answer(flags, { text, json: { endpoint: local.endpoint, region: settings.aws.region, ...(credentials ?? {}) } });
  await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
  await local.close();
  await compute.close();
}

function readNumber(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new NightjarError('E_USAGE', `"${text}" is not a number, 0 or more`, { fix: 'nightjar local --port 4600' });
}
