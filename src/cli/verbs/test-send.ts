/** The verb `test-send`: sends one mail of a job to a tester, outside of every run. */
import type { Command } from 'commander';
import { checkAddress } from '../../content/address';
import { NightjarError } from '../../errors';
import { slotOf } from '../../job/keys';
import { todaysSlot } from '../../job/today';
import { openBundle } from '../../run/bundle';
import { findPerson, sampleRecipients } from '../../run/preview/people';
import { casesOf, openPreview, type PreviewCase, type PreviewScope, sampleCase } from '../../run/preview/preview-mails';
import { testSend } from '../../run/preview/test-send';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions, projectDir } from '../context';
import { openEngines } from '../open-engines';
import { readJob } from '../project';

interface TestSendFlags {
  readonly to: string;
  readonly user?: string;
  readonly date?: string;
}

/** Adds the verb. */
export function addTestSend(program: Command, context: CliContext): void {
  program
    .command('test-send')
    .argument('<job>', 'name of a job in jobs/, or a job file')
    .description('send one mail of a job to yourself, through the mail server of the settings')
    .requiredOption('--to <address>', 'where to send it')
    .option('--user <id>', 'whose mail: user_id or e-mail address; the first recipient where left out')
    .option('--date <slot>', 'the slot; today where left out')
    .addHelpText('before', 'Examples:\n  nightjar test-send nightly-picks --to me@shop.example\n')
    .addHelpText('after', '\nNo run is made, nobody else gets a mail, and the unsubscribe link does nothing.')
    .action(async (name: string, own: TestSendFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      const checked = checkAddress(own.to);
      if (!checked.ok) {
        throw new NightjarError('E_USAGE', `--to can't be written to (${checked.reason})`, {
          fix: 'write --to you@shop.example',
        });
      }
      const source = readJob(projectDir(context), name);
      const options = openOptions(context, flags);
      const bundle = await openBundle(options, source);
      const slot = own.date === undefined ? todaysSlot(bundle.job, Date.now()) : slotOf(own.date);
      const engines = await openEngines(options);
      try {
        // Mailboxes drop a second mail of the same Message-ID, so each test has its own.
        const run = `${bundle.job.name}.test.${engines.now()}`;
        const scope = await openPreview(engines, { bundle, source, slot, run });
        const one = await chooseCase(scope, own.user);
        const sent = await testSend(engines, { scope, one, to: { name: '', address: checked.address } });
        const { userId } = one.stored.contact;
        const { kind, answer: said } = sent.outcome;
        answer(flags, {
          text: `${kind}: "${sent.subject}" of ${userId}${said === '' ? '' : ` (${said})`}`,
          json: {
            job: bundle.job.name,
            user: userId,
            subject: sent.subject,
            messageId: sent.messageId,
            outcome: sent.outcome,
          },
        });
        if (kind !== 'accepted') context.exitWith(4);
      } finally {
        await closeSoon(engines);
      }
    });
}

/** Without contacts it is the template's sample that is sent. */
async function chooseCase(scope: PreviewScope, user: string | undefined): Promise<PreviewCase> {
  const { engines, job } = scope;
  const people =
    user === undefined
      ? await sampleRecipients(engines, job, 1)
      : [await findPerson(engines, { wanted: user, topic: job.name })];
  const one = (await casesOf(scope, people))[0] ?? sampleCase(scope);
  if (one !== undefined) return one;
  throw new NightjarError('E_RUN_NO_RECIPIENTS', 'there is nobody to make a mail for', {
    fix: 'nightjar import --contacts FILE, or name one: --user ID',
  });
}
