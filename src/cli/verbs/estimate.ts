/** The verb `estimate`: tells what the next runs will cost, and does nothing. */
import type { Command } from 'commander';
import { estimateJobs } from '../../run/estimate';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions, projectDir } from '../context';
import { formatEstimate } from '../estimate-text';
import { openEngines } from '../open-engines';
import { listJobNames, readJob } from '../project';

/** Adds the verb. */
export function addEstimate(program: Command, context: CliContext): void {
  program
    .command('estimate')
    .argument('[jobs...]', 'names or files; all where left out')
    .description('tell what the next run of each job and the next 30 days will cost')
    .addHelpText('before', 'Examples:\n  nightjar estimate\n  nightjar estimate nightly-picks --json\n')
    .addHelpText('after', '\nPrices and the budget of a month are settings: docs/money.md')
    .action(async (names: string[], _own: unknown, command: Command) => {
      const flags = command.optsWithGlobals();
      const dir = projectDir(context);
      const all = listJobNames(dir);
      const project = new Map(all.map((name) => [name, readJob(dir, name)]));
      const sources = (names.length > 0 ? names : all).map((name) => project.get(name) ?? readJob(dir, name));
      const engines = await openEngines(openOptions(context, flags));
      try {
        const estimate = await estimateJobs(engines, { sources, project });
        answer(flags, { text: formatEstimate(estimate), json: estimate });
        if (estimate.jobs.some(({ error }) => error !== undefined)) context.exitWith(3);
      } finally {
        await closeSoon(engines);
      }
    });
}
