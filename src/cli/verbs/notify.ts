/** The verb `notify`: tells a target something, to see whether it arrives. */
import type { Command } from 'commander';
import { nearestName } from '../../config/nearest';
import { NightjarError } from '../../errors';
import { createMailer, type Mailer } from '../../mail/mailer';
import { testPayload } from '../../run/told/payload';
import { chooseTargets, showTarget } from '../../run/told/targets';
import { tellTarget } from '../../run/told/tell';
import { credentialsOf } from '../../storage/credentials';
import { answer } from '../answer';
import { connectMail } from '../connect-services';
import { type CliContext, openOptions } from '../context';
import { type OpenOptions, openStore } from '../open-store';
import { createReleases, type Releases } from '../releases';

/** Adds the verb. */
export function addNotify(program: Command, context: CliContext): void {
  const notify = program.command('notify').description('try who is told of runs').helpCommand(false);
  notify.addHelpText('before', 'Examples:\n  nightjar notify test ops\n');
  notify
    .command('test')
    .argument('<target>', 'a name of notify.targets of the settings, or an e-mail address')
    .description('tell a target that this is a test, once, and show what it answers')
    .addHelpText('before', 'Examples:\n  nightjar notify test ops\n  nightjar notify test kim@shop.example\n')
    .action(async (target: string, _own: unknown, command: Command) => {
      const flags = command.optsWithGlobals();
      const options = openOptions(context, flags);
      checkTarget(options, target);
      const outcomes = await tellTest(options, { target, signal: context.signal });
      answer(flags, {
        text: outcomes
          .map(({ target: name, told, answer: said }) => `${name}: ${told ? 'told' : 'NOT told'}: ${said}`)
          .join('\n'),
        json: { outcomes },
      });
      if (outcomes.some(({ told }) => !told)) context.exitWith(5);
    });
}

function checkTarget({ settings }: OpenOptions, target: string): void {
  const names = Object.keys(settings.notify.targets);
  if (target.includes('@') || names.includes(target)) return;
  const near = nearestName(target, names);
  const fix =
    names.length === 0
      ? 'add one to notify.targets: docs/told.md'
      : `name one of these: ${[...(near === undefined ? [] : [near]), ...names.filter((name) => name !== near)].join(', ')}`;
  throw new NightjarError('E_USAGE', `the settings have no target "${target}"`, { fix });
}

interface TestOutcome {
  readonly target: string;
  readonly told: boolean;
  readonly answer: string;
}

async function tellTest(
  options: OpenOptions,
  { target, signal }: { readonly target: string; readonly signal: AbortSignal },
): Promise<readonly TestOutcome[]> {
  const { settings } = options;
  const releases = createReleases();
  try {
    const engines = { settings, mailer: await openMailer(options, releases), now: () => Date.now() };
    const payload = testPayload(engines);
    const outcomes: TestOutcome[] = [];
    for (const one of chooseTargets({ settings }, { to: [target], on: ['failed'] }, 'failed')) {
      const outcome = await tellTarget(engines, payload, { target: one, signal });
      outcomes.push({ target: showTarget(one), told: outcome.kind === 'told', answer: outcome.answer });
    }
    return outcomes;
  } finally {
    await releases.run();
  }
}

/** The embedded mail server is found through the database; any other needs none. */
async function openMailer(options: OpenOptions, releases: Releases): Promise<Mailer> {
  const { mail, aws } = options.settings;
  let { url } = mail;
  if (url === 'embedded') {
    const store = await openStore(options);
    releases.add('database', () => store.releases.run());
    url = (await connectMail(options, store))();
  }
  const mailer = createMailer({ url, connections: 1, aws: { region: aws.region, ...credentialsOf(aws) } });
  releases.add('mail', () => mailer.close());
  return mailer;
}
