/** The verb `suppress show`: whether and why somebody is not written to. */
import type { Command } from 'commander';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { withStore } from '../runs/with-store';
import { describe, describeJson } from './describe';
import { findRelated } from './related';
import { readNamedSubject, type SubjectFlags } from './subject';

/** Adds the verb. */
export function addShow(suppress: Command, context: CliContext): void {
  suppress
    .command('show')
    .argument('[address]', 'an e-mail address')
    .description('tell whether and why an address (and the users who have it), a user or a domain is not written to')
    .option('--user <id>', 'a user, with what is said of the address and its domain')
    .option('--domain <domain>', 'a domain')
    .addHelpText(
      'before',
      'Examples:\n  nightjar suppress show ann@mail.example\n  nightjar suppress show --user u-17\n',
    )
    .action(async (address: string | undefined, own: SubjectFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      const named = readNamedSubject('show', address, own);
      await withStore(context, flags, async ({ db }) => {
        const found = await findRelated(db, named);
        const lines = found.map(({ suppression, shown }) => describe(suppression, shown));
        answer(flags, {
          text: lines.length === 0 ? `${named.shown} is not suppressed` : lines.join('\n'),
          json: { suppressions: found.map(({ suppression }) => describeJson(suppression)) },
        });
      });
    });
}
