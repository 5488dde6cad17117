/** The verb `suppress add`: nobody writes to this address, user or domain any more. */
import type { Command } from 'commander';
import { SUPPRESSION_REASONS, type SuppressionReason } from '../../../content/suppression';
import { findSuppressions, saveSuppressions } from '../../../database/people/suppressions';
import { NightjarError } from '../../../errors';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { nameUser } from '../../name-user';
import { withStore } from '../runs/with-store';
import { describe, describeJson } from './describe';
import { readNamedSubject, type SubjectFlags } from './subject';

interface AddFlags extends SubjectFlags {
  readonly reason: string;
}

/** Adds the verb. */
export function addAdd(suppress: Command, context: CliContext): void {
  suppress
    .command('add')
    .argument('[address]', 'an e-mail address')
    .description('write to an address, a user or a domain no more')
    .option('--user <id>', 'a user, whatever the address is or becomes')
    .option('--domain <domain>', 'all addresses of a domain, without its subdomains')
    .option('--topic <job>', 'only the e-mails of this job; of every job where left out')
    .option('--reason <reason>', SUPPRESSION_REASONS.join(', '), 'manual')
    .addHelpText(
      'before',
      'Examples:\n  nightjar suppress add ann@mail.example\n  nightjar suppress add --user u-17 --topic nightly-picks --reason unsubscribe\n',
    )
    .addHelpText('after', '\nIt holds from the next claim on, in runs that are under way too.\ndocs/suppression.md')
    .action(async (address: string | undefined, own: AddFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      const named = readNamedSubject('add', address, own);
      const reason = readReason(own.reason);
      await withStore(context, flags, async ({ db, now }) => {
        const row = { ...named, reason, source: nameUser(), at: now() };
        const added = await saveSuppressions(db, [row]);
        const found = (await findSuppressions(db, [named.subject])).filter(({ topic }) => topic === named.topic);
        const lines = found.map((one) => `${describe(one, named.shown)}${added === 0 ? ', as before' : ''}`);
        answer(flags, { text: lines.join('\n'), json: { added, suppressions: found.map(describeJson) } });
      });
    });
}

function readReason(text: string): SuppressionReason {
  const known = SUPPRESSION_REASONS.find((reason) => reason === text);
  if (known !== undefined) return known;
  throw new NightjarError('E_USAGE', `--reason is "${text}"; expected ${SUPPRESSION_REASONS.join(', ')}`, {
    fix: 'nightjar suppress add ann@mail.example --reason manual',
  });
}
