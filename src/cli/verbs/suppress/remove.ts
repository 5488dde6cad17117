/** The verb `suppress remove`: an address, user or domain may be written to again. */
import type { Command } from 'commander';
import { isObjection, SUPPRESSION_REASONS } from '../../../content/suppression';
import { findSuppressions, removeSuppression } from '../../../database/people/suppressions';
import { NightjarError } from '../../../errors';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { withStore } from '../runs/with-store';
import { describe, describeJson } from './describe';
import { findRelated } from './related';
import { type NamedSubject, readNamedSubject, type SubjectFlags } from './subject';

interface RemoveFlags extends SubjectFlags {
  readonly objection?: boolean;
}

/** Adds the verb. */
export function addRemove(suppress: Command, context: CliContext): void {
  suppress
    .command('remove')
    .argument('[address]', 'an e-mail address')
    .description('let an address, a user or a domain be written to again')
    .option('--user <id>', 'a user')
    .option('--domain <domain>', 'a domain')
    .option('--topic <job>', 'the suppression of this job; that of every job where left out')
    .option('--objection', "also a person's own unsubscribe or complaint; only when that person has asked for it")
    .addHelpText('before', 'Examples:\n  nightjar suppress remove ann@mail.example\n')
    .action(async (address: string | undefined, own: RemoveFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      const named = readNamedSubject('remove', address, own);
      await withStore(context, flags, async ({ db }) => {
        const all = await findSuppressions(db, [named.subject]);
        const found = all.find(({ topic }) => topic === named.topic);
        if (found === undefined) throw nothingThere(named, all);
        const reasons = SUPPRESSION_REASONS.filter((reason) => own.objection === true || !isObjection(reason));
        const { subject, topic } = named;
        if (!(await removeSuppression(db, { subject, topic, reasons }))) throw objected(named, found.reason);
        const left = (await findRelated(db, named)).filter(({ suppression }) => concerns(suppression, topic));
        const lines = left.map(({ suppression, shown }) => `  still there: ${describe(suppression, shown)}`);
        answer(flags, {
          text: [`${named.shown}: the suppression (${found.reason}) is removed`, ...lines].join('\n'),
          json: { removed: describeJson(found), left: left.map(({ suppression }) => describeJson(suppression)) },
        });
      });
    });
}

/** What is removed of one job changes nothing of another; what is removed of every job may be left of some. */
function concerns(left: { readonly topic?: string | undefined }, topic: string | undefined): boolean {
  return topic === undefined || left.topic === undefined || left.topic === topic;
}

function nothingThere({ shown, topic }: NamedSubject, others: readonly { topic?: string | undefined }[]): Error {
  const [other] = others;
  const of = topic === undefined ? 'of every job' : `of ${topic}`;
  return new NightjarError('E_USAGE', `${shown} has no suppression ${of}`, {
    fix:
      other === undefined
        ? 'nightjar suppress export, to see whom there is'
        : `it has one ${other.topic === undefined ? 'of every job: leave out --topic' : `of ${other.topic}: add --topic ${other.topic}`}`,
  });
}

function objected({ shown }: NamedSubject, reason: string): Error {
  return new NightjarError(
    'E_USAGE',
    `${shown} is suppressed by ${reason}, the person's own wish; nothing was removed`,
    {
      fix: 'add --objection where that person has asked to get e-mails again',
    },
  );
}
