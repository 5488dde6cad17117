/** The verb `runs resolve`: a person says what became of mails that may have arrived, or of runs of a lost database. */
import path from 'node:path';
import type { Command } from 'commander';
import { NightjarError } from '../../../errors';
import { countOf } from '../../../report/figures';
import { type NamedDeliveries, nameUsers, readNamedDeliveries } from '../../../run/operate/named-deliveries';
import { listUnknownMails, type ResolveResult, resolveMails, type UnknownPage } from '../../../run/operate/resolve';
import { type RestoredResult, resolveRestored } from '../../../run/operate/resolve-restored';
import { answer } from '../../answer';
import type { CliContext, GlobalFlags } from '../../context';
import { adviseWorker } from './no-worker';
import { withEngines } from './with-store';

interface ResolveFlags {
  readonly as?: string;
  readonly user?: readonly string[];
  readonly from?: string;
  readonly restored?: string;
}

const RESOLUTIONS = ['accepted', 'resend', 'drop'] as const;
const LISTED = 20;

/** Adds the verb. */
export function addResolve(runs: Command, context: CliContext): void {
  runs
    .command('resolve')
    .argument('[run]', 'id of a run')
    .description('settle mails that may have arrived; without --as it lists them')
    .option('--as <what>', 'accepted (they arrived), resend (they did not), or drop (nobody knows; give them up)')
    .option('--user <id...>', 'only these users; all that are unknown where left out')
    .option('--from <file>', 'only those of a CSV or JSON Lines file with a column user_id or message_id')
    .option('--restored <job>', 'after a restore: leave the slots that another database has run, and go on')
    .addHelpText(
      'before',
      'Examples:\n  nightjar runs resolve nightly-picks.2026-03-01\n  nightjar runs resolve nightly-picks.2026-03-01 --as accepted --from log.csv\n  nightjar runs resolve --restored nightly-picks\n',
    )
    .action(async (id: string | undefined, own: ResolveFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      if (own.restored !== undefined) await resolveLost(context, flags, { id, own, job: own.restored });
      else await resolveRun(context, flags, { id: needRun(id), own });
    });
}

function needRun(id: string | undefined): string {
  if (id !== undefined) return id;
  throw usage('no run is named', 'nightjar runs resolve RUN; runs that wait: nightjar runs list --states paused');
}

function usage(message: string, fix: string): NightjarError {
  return new NightjarError('E_USAGE', message, { fix });
}

async function resolveLost(
  context: CliContext,
  flags: GlobalFlags,
  call: { id: string | undefined; own: ResolveFlags; job: string },
): Promise<void> {
  const { as, user, from } = call.own;
  if (call.id !== undefined || as !== undefined || user !== undefined || from !== undefined)
    throw usage('--restored stands alone, with the name of a job', `nightjar runs resolve --restored ${call.job}`);
  await withEngines(context, flags, async (engines) => {
    const result = await resolveRestored(engines, call.job);
    const text = [formatRestored(result), ...(await adviseWorker(engines, result.goesOn))].join('\n');
    answer(flags, { text, json: result });
  });
}

async function resolveRun(
  context: CliContext,
  flags: GlobalFlags,
  call: { id: string; own: ResolveFlags },
): Promise<void> {
  const { id, own } = call;
  const as = readResolution(id, own);
  const named = await readNamed(context, own);
  await withEngines(context, flags, async (engines) => {
    if (as === undefined) {
      const page = await listUnknownMails(engines, id, flags.json === true ? 1000 : LISTED);
      answer(flags, { text: formatPage(page), json: page });
      return;
    }
    const result = await resolveMails(engines, id, { as, named });
    const text = [formatResult(result), ...(await adviseWorker(engines, [id]))].join('\n');
    answer(flags, { text, json: result });
  });
}

function readResolution(id: string, own: ResolveFlags): (typeof RESOLUTIONS)[number] | undefined {
  const as = RESOLUTIONS.find((known) => known === own.as);
  if (own.as !== undefined && as === undefined)
    throw usage(`--as is "${own.as}"; expected ${RESOLUTIONS.join(', ')}`, `nightjar runs resolve ${id} --as accepted`);
  if (as === undefined && (own.user !== undefined || own.from !== undefined))
    throw usage('mails are named, and not what became of them', `nightjar runs resolve ${id} --as accepted`);
  return as;
}

async function readNamed(context: CliContext, own: ResolveFlags): Promise<NamedDeliveries | undefined> {
  if (own.user !== undefined && own.from !== undefined)
    throw usage(
      '--user and --from are both given; expected one of them',
      'nightjar runs resolve RUN --as accepted --from FILE',
    );
  if (own.user !== undefined) return nameUsers(own.user);
  return own.from === undefined ? undefined : readNamedDeliveries(path.resolve(context.cwd, own.from));
}

function formatPage({ run, count, mails }: UnknownPage): string {
  if (count === 0) return `${run} has no mail that may have arrived`;
  return [
    `${run}: ${countOf(count, 'e-mail')} may have arrived; look for them in the log of the relay:`,
    ...mails.map((mail) =>
      `  ${mail.messageId}  ${mail.address ?? 'a contact that is gone'}  user ${mail.userId}  ${mail.sentAt ?? ''}`.trimEnd(),
    ),
    ...(count > mails.length
      ? [`  and ${count - mails.length} more: nightjar runs export ${run} --states unknown`]
      : []),
    '',
    `they arrived:        nightjar runs resolve ${run} --as accepted`,
    `they did not:        nightjar runs resolve ${run} --as resend`,
    `give them up:        nightjar runs resolve ${run} --as drop`,
    'only some of them:   add --user ID, or --from FILE with a column user_id or message_id',
  ].join('\n');
}

const WORDS = { accepted: 'count as accepted', resend: 'are sent again', drop: 'are given up' } as const;

function formatResult(result: ResolveResult): string {
  const { run, resolved, notUnknown, left, state } = result;
  return [
    `${run}: ${countOf(resolved, 'e-mail')} ${WORDS[result.as]}; it is ${state}`,
    ...(notUnknown === 0 ? [] : [`  ${notUnknown} of those named are not unknown in this run; they stay as they are`]),
    ...(left === 0 ? [] : [`  ${left} are unknown still`]),
  ].join('\n');
}

function formatRestored({ job, recorded, goesOn }: RestoredResult): string {
  return [
    `${job}: nothing is sent here for what another database has run`,
    ...recorded.map((run) => `  ${run}  cancelled(restored)`),
    ...goesOn.map((run) => `  ${run}  goes on`),
  ].join('\n');
}
