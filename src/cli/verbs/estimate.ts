/** The verb `estimate`: tells what the next runs will cost, and does nothing. */
import type { Command } from 'commander';
import { NightjarError } from '../../errors';
import { estimateJobs } from '../../run/estimate';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions, projectDir } from '../context';
import { formatEstimate } from '../estimate-text';
import { openEngines } from '../open-engines';
import { listJobNames, readJob } from '../project';
import { addWishFlags, readWish, type WishFlags } from '../run-wish';

/** Adds the verb. */
export function addEstimate(program: Command, context: CliContext): void {
  addWishFlags(program.command('estimate'))
    .argument('[jobs...]', 'names or files; all where left out')
    .description('tell what the next run of each job and the next 30 days will cost')
    .addHelpText('before', 'Examples:\n  nightjar estimate\n  nightjar estimate nightly-picks --json\n')
    .addHelpText('after', '\nPrices and the budget of a month are settings: docs/money.md')
    .action(async (names: string[], own: WishFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      const next = readNext(names, own);
      // A job that wants values can't be estimated without them, and is not wrong.
      const isWhole = names.length === 0;
      const dir = projectDir(context);
      const all = listJobNames(dir);
      const project = new Map(all.map((name) => [name, readJob(dir, name)]));
      const sources = (names.length > 0 ? names : all).map((name) => project.get(name) ?? readJob(dir, name));
      const engines = await openEngines(openOptions(context, flags));
      try {
        const estimate = await estimateJobs(engines, { sources, project, ...(next === undefined ? {} : { next }) });
        answer(flags, { text: formatEstimate(estimate), json: estimate });
        if (estimate.jobs.some(({ error }) => error !== undefined && !(isWhole && error.code === 'E_JOB_PARAM')))
          context.exitWith(3);
      } finally {
        await closeSoon(engines);
      }
    });
}

/** What the next run of the one job is started with; undefined where no flag says anything. */
function readNext(names: readonly string[], own: WishFlags): ReturnType<typeof readWish> | undefined {
  if (own.param === undefined && own.limit === undefined && own.onlyTo === undefined) return undefined;
  if (names.length === 1) return readWish(own);
  throw new NightjarError('E_USAGE', '--param, --limit and --only-to are for one job', {
    fix: 'name it: nightjar estimate JOB --limit 100',
  });
}
