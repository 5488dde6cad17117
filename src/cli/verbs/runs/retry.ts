/** The verb `runs retry`: lets a run go on. */
import type { Command } from 'commander';
import { isNightjarError } from '../../../errors';
import { countOf, formatReason } from '../../../report/figures';
import type { Engines } from '../../../run/engines';
import { findNamedRun } from '../../../run/operate/find';
import type { FreshFiles } from '../../../run/operate/resume';
import { type RetryResult, retryRun } from '../../../run/operate/retry';
import { checkSolution } from '../../../run/start-run';
import { answer } from '../../answer';
import { type CliContext, projectDir } from '../../context';
import { readJob } from '../../project';
import { adviseWorker } from './no-worker';
import { withEngines } from './with-store';

/** Adds the verb. */
export function addRetry(runs: Command, context: CliContext): void {
  runs
    .command('retry')
    .argument('<run>', 'id of a run')
    .description('let a failed or paused run go on; send what failed of a finished one again')
    .option('--only <reason...>', 'of a finished run only what failed so, such as smtp_452 or "smtp 550 5.1.1"')
    .addHelpText(
      'before',
      'Examples:\n  nightjar runs retry nightly-picks.2026-03-01\n  nightjar runs retry nightly-picks.2026-03-01 --only smtp_452\n',
    )
    .addHelpText(
      'after',
      '\nMails that were accepted, or may have been, are never sent again by it.\nWorkers do the work; where none runs, the answer says how to go on.',
    )
    .action(async (id: string, own: { only?: string[] }, command: Command) => {
      const flags = command.optsWithGlobals();
      await withEngines(context, flags, async (engines) => {
        const only = (own.only ?? []).map((reason) => reason.trim().replaceAll(' ', '_'));
        const result = await retryRun(engines, id, { only, fresh: await readFresh(context, engines, id) });
        const text = [format(result), ...(await adviseWorker(engines, [result.run]))].join('\n');
        answer(flags, { text, json: result });
      });
    });
}

/** The job's files as they are here; a machine without them lets the run go on by its own. */
async function readFresh(context: CliContext, engines: Engines, id: string): Promise<FreshFiles | undefined> {
  const { job } = await findNamedRun(engines.db, id);
  try {
    const source = readJob(projectDir(context), job);
    return { source, check: (params) => checkSolution(engines, source, params) };
  } catch (error) {
    if (isNightjarError(error) && error.code === 'E_JOB_UNKNOWN') return undefined;
    throw error;
  }
}

function format({ run, was, state, again }: RetryResult): string {
  const count = again.reduce((sum, tally) => sum + tally.count, 0);
  return [
    `${run} was ${was} and is ${state}`,
    ...(again.length === 0 ? [] : [`  ${countOf(count, 'e-mail')} go out again:`]),
    ...again.map((tally) => `    ${String(tally.count).padStart(7)}  ${tally.state}: ${formatReason(tally.name)}`),
  ].join('\n');
}
