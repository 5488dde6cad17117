/** The verb `suppress show`: whether and why somebody is not written to. */
import type { Command } from 'commander';
import { checkAddress } from '../../../content/address';
import { domainSubject, hashSubject } from '../../../content/suppression';
import { findContacts } from '../../../database/contacts';
import { findSuppressions } from '../../../database/suppressions';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { withStore } from '../runs/with-store';
import { describe, describeJson } from './describe';
import { readNamedSubject, type SubjectFlags } from './subject';

/** Adds the verb. */
export function addShow(suppress: Command, context: CliContext): void {
  suppress
    .command('show')
    .argument('[address]', 'an e-mail address')
    .description('tell whether and why an address, a user or a domain is not written to')
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
        const user = own.user === undefined ? undefined : (await findContacts(db, [own.user])).get(own.user);
        const subjects = new Map([
          [named.subject, named.shown],
          ...domainOf(address),
          ...(user?.addressHash === undefined ? [] : ([[hashSubject(user.addressHash), 'its address']] as const)),
          ...(user?.contact.email === undefined ? [] : domainOf(user.contact.email)),
        ]);
        const found = await findSuppressions(db, [...subjects.keys()]);
        const lines = found.map((one) => describe(one, subjects.get(one.subject) ?? one.subject));
        answer(flags, {
          text: lines.length === 0 ? `${named.shown} is not suppressed` : lines.join('\n'),
          json: { suppressions: found.map(describeJson) },
        });
      });
    });
}

function domainOf(address: string | undefined): readonly (readonly [string, string])[] {
  const checked = address === undefined ? undefined : checkAddress(address);
  const subject = checked?.ok === true ? domainSubject(checked.domain) : undefined;
  return subject === undefined || checked?.ok !== true ? [] : [[subject, `@${checked.domain}`]];
}
