/** The verb `local`: serves the local AWS alone, for any SDK. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { NightjarError } from '../../errors';
import { readFaultRules } from '../../local/faults/read-rules';
import type { FaultRule } from '../../local/faults/rule';
import { PROFILES, type Profile } from '../../local/personalize/resources/durations';
import { isQuotaName, QUOTAS, type Quotas } from '../../local/personalize/resources/quotas';
import { STATUS_SPELLINGS, type StatusSpelling } from '../../local/personalize/resources/statuses';
import { answer } from '../answer';
import { LOCAL_ACCESS_KEY, shareLocalAws } from '../connect-services';
import { type CliContext, openOptions } from '../context';
import { openStore } from '../open-store';

interface LocalFlags {
  readonly port: number;
  readonly auth: boolean;
  readonly jobSeconds: number;
  readonly profile: Profile;
  readonly statuses: StatusSpelling;
  readonly quota?: Partial<Quotas>;
  readonly faults?: string;
}

/** Adds the verb. */
export function addLocal(program: Command, context: CliContext): void {
  program
    .command('local')
    .description('serve Personalize and S3 on this machine')
    .option('--port <port>', 'port of 127.0.0.1; 0 takes a free one', readNumber, 4600)
    .option('--no-auth', 'take requests without a right signature')
    .option('--job-seconds <seconds>', 'how long imports, trainings and batch jobs take at least', readNumber, 0)
    .addOption(
      new Option(
        '--profile <profile>',
        'how long things take where --job-seconds is 0: as computed, seconds, or as on AWS',
      )
        .choices(PROFILES)
        .default('instant'),
    )
    .addOption(
      new Option('--statuses <spelling>', 'statuses of batch jobs as real ones show them, or as AWS documents them')
        .choices(STATUS_SPELLINGS)
        .default('observed'),
    )
    .addOption(
      new Option(
        '--quota <name=number>',
        "another quota than AWS's, such as dataset-groups=50; may be repeated",
      ).argParser(readQuota),
    )
    .option('--faults <file>', 'rules by which calls and jobs fail (JSON)')
    .addHelpText(
      'before',
      'Examples:\n  nightjar local --port 4600 --no-auth\n  aws --endpoint-url http://127.0.0.1:4600 personalize list-recipes\n',
    )
    .addHelpText('after', '\nWhat differs from AWS: docs/local-aws.md')
    .action(async (own: LocalFlags, command: Command) => serve(context, own, command));
}

async function serve(context: CliContext, own: LocalFlags, command: Command): Promise<void> {
  const flags = command.optsWithGlobals();
  const options = openOptions(context, flags, { jobSeconds: own.jobSeconds });
  const faults = own.faults === undefined ? [] : readFaults(path.resolve(context.cwd, own.faults), own.faults);
  const store = await openStore(options);
  try {
    const service = await shareLocalAws(options, store, {
      port: own.port,
      auth: own.auth,
      faults,
      manners: { profile: own.profile, statuses: own.statuses, quotas: own.quota ?? {} },
    });
    const endpoint = `http://127.0.0.1:${service.port}`;
    if (!service.mine) throw servedElsewhere(endpoint);
    const { region } = options.settings.aws;
    const credentials = own.auth ? { accessKeyId: LOCAL_ACCESS_KEY, secretAccessKey: service.token } : undefined;
    const keys =
      credentials === undefined
        ? []
        : [`export AWS_ACCESS_KEY_ID=${credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`];
    const places = `export AWS_REGION=${region} AWS_DEFAULT_REGION=${region} AWS_ENDPOINT_URL=${endpoint}`;
    answer(flags, { text: [...keys, places].join('\n'), json: { endpoint, region, ...credentials } });
    if (!context.signal.aborted) {
      await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } finally {
    await store.releases.run();
  }
}

function readFaults(file: string, name: string): readonly FaultRule[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const fix = 'nightjar local --faults faults.json; docs/local-aws.md shows one';
    throw new NightjarError('E_USAGE', `the file of fault rules "${name}" can't be read`, { fix, cause });
  }
  return readFaultRules(text);
}

function servedElsewhere(endpoint: string): NightjarError {
  return new NightjarError(
    'E_ENGINE_STATE',
    `the local AWS of this state folder is served by another process at ${endpoint}`,
    {
      fix: 'use that one, or name another folder with --state',
    },
  );
}

function readNumber(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new NightjarError('E_USAGE', `"${text}" is not a number, 0 or more`, { fix: 'nightjar local --port 4600' });
}

function readQuota(text: string, before: Partial<Quotas> | undefined): Partial<Quotas> {
  const [name = '', number = '', ...rest] = text.split('=');
  if (isQuotaName(name) && /^\d+$/.test(number) && rest.length === 0) return { ...before, [name]: Number(number) };
  const names = Object.keys(QUOTAS).join(', ');
  throw new NightjarError('E_USAGE', `"${text}" is not a quota; expected a name and a number, of ${names}`, {
    fix: 'nightjar local --quota dataset-groups=50',
  });
}
