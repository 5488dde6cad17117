/** The verb `runs cancel`: stops a run for good. */
import type { Command } from 'commander';
import { countOf } from '../../../report/figures';
import { type CancelResult, cancelRun, listPaid, type PaidBatchJob } from '../../../run/operate/cancel';
import { findNamedRun } from '../../../run/operate/find';
import { formatMoney } from '../../../units';
import { answer } from '../../answer';
import { askYes } from '../../ask';
import type { CliContext } from '../../context';
import { type StoreEngines, withStore } from './with-store';

/** Adds the verb. */
export function addCancel(runs: Command, context: CliContext): void {
  runs
    .command('cancel')
    .argument('<run>', 'id of a run')
    .description('stop a run for good; no mail of it is begun afterwards')
    .option('--yes', 'do not ask, also where a batch job is paid for')
    .addHelpText('before', 'Examples:\n  nightjar runs cancel nightly-picks.2026-03-01\n')
    .addHelpText(
      'after',
      '\nIt asks only where money is lost: a batch job that has begun can be neither\nstopped nor given back.',
    )
    .action(async (id: string, own: { yes?: boolean }, command: Command) => {
      const flags = command.optsWithGlobals();
      await withStore(context, flags, async (engines) => {
        if (own.yes !== true) await askWherePaid(engines, id);
        const result = await cancelRun(engines, id);
        answer(flags, { text: format(result), json: result });
      });
    });
}

async function askWherePaid(engines: StoreEngines, id: string): Promise<void> {
  const run = await findNamedRun(engines.db, id);
  const paid = run.state === 'cancelled' || run.state === 'finished' ? [] : await listPaid(engines, run);
  if (paid.length === 0) return;
  const question = [
    `${id} has batch jobs that can't be stopped, and what they cost is lost:`,
    ...paid.map((job) => `    ${describePaid(job)}`),
  ].join('\n');
  await askYes(question, `nightjar runs cancel ${id} --yes`);
}

function describePaid({ name, state, lines, cost }: PaidBatchJob): string {
  const what = state === 'intended' ? 'may have been bought' : state;
  return `${name}: ${what}, ${countOf(lines, 'line')}, at most ${formatMoney(cost)}`;
}

function format(result: CancelResult): string {
  const { run, was, dropped, accepted, unknown, underWay, paid } = result;
  return [
    was === 'cancelled' ? `${run} had been cancelled before` : `${run} is cancelled; it was ${was}`,
    `  ${countOf(accepted, 'e-mail')} had been accepted, ${countOf(dropped, 'recipient')} of it will get none`,
    ...(underWay === 0
      ? []
      : [
          `  ${countOf(underWay, 'e-mail')} in the hands of the mail server: they may arrive; the next worker settles them`,
        ]),
    ...(unknown === 0 ? [] : [`  ${countOf(unknown, 'e-mail')} may have arrived: nightjar runs resolve ${run}`]),
    ...paid.map((job) => `  paid, and can't be stopped: ${describePaid(job)}`),
  ].join('\n');
}
