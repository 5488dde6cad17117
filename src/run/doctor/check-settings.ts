/** Looks at the settings themselves: where they come from, and what of the example is left in them. */
import type { Settings } from '../../config/settings';
import { type Examination, ok, type Verdict, warning } from './finding';
import { ownerOf } from './scope';

/** For each setting where it came from: `default`, `FILE:LINE`, `env NAME` or `flag NAME`. */
export type Origins = ReadonlyMap<string, string>;

/** The account of the examples in AWS's documents and in config/default.yaml. */
const EXAMPLE_ACCOUNT = '123456789012';

/** Personalize publishes no rate limit for Describe calls; its own samples ask once a minute. */
const GENTLE_POLL_S = 15;

/** Examines the settings; wrong ones never come here. */
export async function examineSettings(
  exam: Examination,
  settings: Settings,
  { origins, unkeptJobs = [] }: { readonly origins: Origins; readonly unkeptJobs?: readonly string[] | undefined },
): Promise<void> {
  await exam.check('settings', 'sources', async () => ok(describeOrigins(origins)));
  await exam.check('settings', 'instance', async () => checkInstance(settings));
  await exam.check('settings', 'production', async () => checkProduction(settings, unkeptJobs));
  await exam.check('settings', 'aws', async () => checkAws(settings));
}

function describeOrigins(origins: Origins): string {
  const set = [...origins.values()].filter((origin) => origin !== 'default');
  if (set.length === 0) return 'all are the defaults';
  const counts = new Map<string, number>();
  for (const origin of set) {
    // `env NAME` and `flag NAME` by their names, files without the line.
    const source = origin.replace(/^(env|flag) /, '').replace(/:\d+$/, '');
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  const parts = [...counts].map(([source, count]) => `${source} sets ${count}`);
  return `${parts.join(', ')}; the rest are the defaults`;
}

function checkInstance({ instance, aws }: Settings): Verdict {
  if (instance !== 'demo' || aws.endpoint !== null) return ok(instance);
  return warning('it is called "demo" and works on AWS', 'export NIGHTJAR_INSTANCE=shop-production');
}

/** Outside production a job without send.onlyTo writes to everybody, through a mail server that is real. */
function checkProduction({ production, mail }: Settings, unkeptJobs: readonly string[]): Verdict {
  if (production) return ok('send.onlyTo of job files keeps nobody from an e-mail');
  if (mail.url === 'embedded') return ok('no, and no mail leaves this machine');
  if (unkeptJobs.length === 0) return ok('no; e-mail jobs are kept to addresses of yours');
  return warning(
    `no, and jobs without send.onlyTo write to everybody: ${unkeptJobs.join(', ')}`,
    'add send: { onlyTo: ["*@shop.example"] } to them, or set production: true',
  );
}

function checkAws({ aws, storage }: Settings): Verdict {
  if (aws.endpoint === 'embedded') return ok('the local AWS, on this machine');
  const where = aws.endpoint === null ? `AWS in ${aws.region}` : `${aws.endpoint}, region ${aws.region}`;
  if (aws.endpoint === null && ownerOf({ aws }).account === EXAMPLE_ACCOUNT) {
    return warning(`${where}; aws.roleArn is that of the example`, 'set aws.roleArn to the role made for Personalize');
  }
  if (aws.endpoint === null && storage.endpoint !== null) {
    return warning(
      `${where}; Personalize reads and writes S3 only, not ${storage.endpoint}`,
      'set storage.endpoint: null',
    );
  }
  if (aws.endpoint === null && aws.pollSeconds < GENTLE_POLL_S) {
    return warning(`${where}; each waiting job is asked for every ${aws.pollSeconds} s`, 'set aws.pollSeconds: 60');
  }
  const who = aws.assumeRoleArn ?? (aws.profile === null ? undefined : `the profile ${aws.profile}`);
  return ok(who === undefined ? where : `${where} as ${who}`);
}
