/** Has a person confirm a new run whose e-mails leave this machine, by the name of its job. */
import { NightjarError } from '../errors';
import type { ParsedJob } from '../job/definition';
import type { EmailPlan } from '../job/plan';
import { writeRunCommand } from '../job/run-command';
import { nameServer } from '../mail/name-server';
import { countOf, formatCount } from '../report/figures';
import type { Engines } from '../run/engines';
import { planRun } from '../run/plan-run';
import { type StartWish, wouldMakeRun } from '../run/start-run';
import { formatMoney } from '../units';
import { askName } from './ask';

export interface Confirmation {
  readonly job: ParsedJob;
  readonly wish: StartWish;
  /** What `--confirm` says. */
  readonly given: string | undefined;
  readonly detach: boolean;
}

/**
 * Asks where a new run of an e-mail job would send through a real mail server; nothing is written or bought before. A run
 * that is there already was confirmed, or started by a schedule or the API, and is not asked about.
 * @returns false where no new run would be made
 * @throws E_USAGE where the name is another, or nobody is there to type it
 */
export async function confirmRun(engines: Engines, confirmation: Confirmation): Promise<boolean> {
  const { job, wish, given } = confirmation;
  checkName(confirmation);
  if (!(await wouldMakeRun(engines, { ...wish, job: job.name }))) return false;
  if (job.kind !== 'email' || engines.settings.mail.url === 'embedded' || given !== undefined) return true;
  const plan = await planRun(engines, wish);
  if (plan.kind !== 'email') return true;
  const { aws, mail } = engines.settings;
  const server = nameServer(mail.url, aws.region);
  const would = `${job.name} for ${wish.slot} would send ${countOf(plan.recipients, 'e-mail')}`;
  await askName(
    {
      text: describe(plan, { would, server, from: job.send.from ?? mail.from }),
      unasked: `${would} through ${server}, at a cost of ${formatMoney(plan.cost)}, and nobody is here to confirm it`,
      fix: confirmedCommand(confirmation),
    },
    job.name,
  );
  return true;
}

function checkName(confirmation: Confirmation): void {
  const { job, given } = confirmation;
  if (given === undefined || given === job.name) return;
  throw new NightjarError('E_USAGE', `--confirm has "${given}", and the job is ${job.name}`, {
    fix: confirmedCommand(confirmation),
  });
}

function confirmedCommand({ job, wish, detach }: Confirmation): string {
  const { slot, again, limit, onlyTo, params = {} } = wish;
  const command = { job: job.name, slot, again, limit, onlyTo, params: Object.entries(params), detach };
  return writeRunCommand({ ...command, confirm: true });
}

function describe(
  plan: EmailPlan,
  { would, server, from }: { readonly would: string; readonly server: string; readonly from: string },
): string {
  const { recipients, examples = [], onlyTo = [], cost, warning } = plan;
  const others = recipients - examples.length;
  const more = others > 0 ? ` and ${formatCount(others)} more` : '';
  return [
    would,
    row('from', from),
    row('through', server),
    ...(examples.length === 0 ? [] : [row('to', `${examples.join(', ')}${more}`)]),
    ...onlyTo.filter(({ isInForce }) => isInForce).map(({ patterns }) => row('only to', patterns.join(', '))),
    row('cost', formatMoney(cost)),
    ...(warning === undefined ? [] : [row('WARNING', warning)]),
  ].join('\n');
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(9)} ${text}`;
}
