/** The verb `doctor`: calls every engine once, and says what is wrong and how to mend it. */
import { type Command, Option } from 'commander';
import type { Settings } from '../../config/settings';
import { NightjarError } from '../../errors';
import { parseJob } from '../../job/parse';
import { namesOf } from '../../run/bundle';
import { examine } from '../../run/doctor/examine';
import { beginExamination, type Finding } from '../../run/doctor/finding';
import { type Policies, policiesFor } from '../../run/doctor/policies';
import { countFindings, exitCodeOf, formatFindings, formatUnseen } from '../../run/doctor/report';
import { answer } from '../answer';
import { type CliContext, type GlobalFlags, openOptions, readSettings } from '../context';
import { openDoors } from '../doctor-doors';
import { processProgress } from '../progress';
import { openProjectJobs } from '../project-jobs';
import { createReleases } from '../releases';
import { readSecret } from '../secrets';

/** Names of the policies on the command line. */
const POLICIES = {
  nightjar: 'nightjar',
  'assume-role': 'assumeRole',
  'service-role': 'serviceRole',
  trust: 'serviceRoleTrust',
  bucket: 'bucket',
  key: 'key',
} as const satisfies Readonly<Record<string, keyof Policies>>;

type PolicyName = keyof typeof POLICIES;

interface DoctorFlags {
  readonly policy?: PolicyName | true;
  readonly training: boolean;
}

/** A check that takes longer has failed. */
const LIMIT_MS = 30_000;

/** Adds the verb. */
export function addDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('call every engine once, tell how to mend it')
    .addOption(
      new Option('--policy [of]', 'print an IAM policy instead; of nightjar unless told').choices(
        Object.keys(POLICIES),
      ),
    )
    .option('--training', 'with --policy: also what importing and training need', false)
    .addHelpText(
      'before',
      'Examples:\n  nightjar doctor\n  nightjar doctor --policy > nightjar-policy.json\n  nightjar doctor --policy trust\n',
    )
    .addHelpText(
      'after',
      '\nIt sends no mail, buys nothing, and removes what it writes. Destinations of\naudience files are tried, too; over HTTPS nothing is uploaded.',
    )
    .action(async (own: DoctorFlags, command: Command) => {
      const flags: GlobalFlags = command.optsWithGlobals();
      if (own.policy === undefined) await examineAll(context, flags);
      else printPolicy(context, flags, own);
    });
}

async function examineAll(context: CliContext, flags: GlobalFlags): Promise<void> {
  const { origins } = readSettings(context, flags);
  const options = openOptions(context, flags);
  const { settings, stateDir } = options;
  // It is over in seconds: a log has no use for lines of it.
  const progress = processProgress({ quiet: flags.quiet === true || process.stderr.isTTY !== true });
  const onFinding = ({ engine, check }: Finding): void => progress.show(`${engine}: ${check}`);
  const exam = beginExamination({ settings, clock: () => performance.now(), limitMs: LIMIT_MS, onFinding });
  const patient = {
    settings,
    origins,
    stateDir,
    secret: readSecret('NIGHTJAR_SECRET', context.env),
    now: () => Date.now(),
    unkeptJobs: listUnkeptJobs(context, settings),
  };
  const releases = createReleases();
  try {
    await examine(exam, patient, openDoors(options, releases));
  } finally {
    progress.clear();
    await releases.run();
  }
  const unseen = settings.aws.endpoint === 'embedded' ? undefined : policiesFor(settings, { training: false });
  const text = formatFindings(exam.findings);
  answer(flags, {
    text: unseen === undefined ? text : `${text}\n\nto compare with what is set in AWS:\n\n${formatUnseen(unseen)}`,
    json: { counts: countFindings(exam.findings), findings: exam.findings, policies: unseen },
  });
  context.exitWith(exitCodeOf(exam.findings));
}

/** Names the e-mail jobs of the project without `send.onlyTo`; what is wrong with a file others tell. */
function listUnkeptJobs(context: CliContext, settings: Settings): readonly string[] {
  const jobs = openProjectJobs(context);
  return (jobs?.names() ?? []).filter((name) => {
    try {
      const { file, text } = jobs?.readText(name) ?? { file: name, text: '' };
      const job = parseJob({ file, text, ...namesOf(settings) });
      return job.kind === 'email' && job.send.onlyTo === undefined;
    } catch {
      return false;
    }
  });
}

function printPolicy(context: CliContext, flags: GlobalFlags, own: DoctorFlags): void {
  const { settings } = readSettings(context, flags);
  const policies = policiesFor(settings, { training: own.training });
  const name = own.policy === undefined || own.policy === true ? 'nightjar' : own.policy;
  const policy = policies[POLICIES[name]];
  if (policy === null) {
    const setting = name === 'key' ? 'aws.kmsKeyArn' : 'aws.assumeRoleArn';
    throw new NightjarError('E_USAGE', `there is no policy "${name}": ${setting} is null`, {
      fix: 'nightjar doctor --policy',
    });
  }
  answer(flags, { text: JSON.stringify(policy, null, 2), json: { policies } });
}
