/** The verb `runs show`: the report of a run, where it stands, and what a person can do. */
import type { Command } from 'commander';
import { formatReport } from '../../../report/text';
import { describeRun } from '../../../run/operate/describe-run';
import { findNamedRun } from '../../../run/operate/find';
import { readStanding } from '../../../run/operate/standing';
import { readSummary } from '../../../run/stored-summary';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { formatStanding } from '../../standing-text';
import { withStore } from './with-store';

/** Adds the verb. */
export function addShow(runs: Command, context: CliContext): void {
  runs
    .command('show')
    .argument('<run>', 'id of a run')
    .description('show a run: its report, where it stands, and what you can do')
    .addHelpText('before', 'Examples:\n  nightjar runs show nightly-picks.2026-03-01\n')
    .action(async (id: string, _own: unknown, command: Command) => {
      const flags = command.optsWithGlobals();
      await withStore(context, flags, async (engines) => {
        const run = await findNamedRun(engines.db, id);
        const summary = readSummary(run);
        const standing = await readStanding(engines, run);
        const details = formatStanding(run, standing, { isReported: summary !== undefined });
        answer(flags, {
          text: summary === undefined ? details : [formatReport(summary), '', details].join('\n'),
          json: describeRun(run, standing),
        });
      });
    });
}
