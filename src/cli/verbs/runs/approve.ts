/** The verb `runs approve`: lets a run go on that guards or its proof have paused. */
import type { Command } from 'commander';
import { formatProof } from '../../../report/proof-line';
import { type ApproveResult, approveRun } from '../../../run/operate/approve';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { nameUser } from '../../name-user';
import { adviseWorker } from './no-worker';
import { withEngines } from './with-store';

/** Adds the verb. */
export function addApprove(runs: Command, context: CliContext): void {
  runs
    .command('approve')
    .argument('<run>', 'id of a run')
    .description('let a run go on that guards or its proof have paused, as it stands')
    .option('--by <name>', 'who approves, for the record; the user of this machine where left out')
    .addHelpText('before', 'Examples:\n  nightjar runs approve nightly-picks.2026-03-01\n')
    .addHelpText(
      'after',
      '\nIt approves exactly what has tripped: another guard, or a worse figure, pauses\nthe run again. Workers do the work; where none runs, the answer says how to go\non. To end it: nightjar runs cancel',
    )
    .action(async (id: string, own: { by?: string }, command: Command) => {
      const flags = command.optsWithGlobals();
      await withEngines(context, flags, async (engines) => {
        const result = await approveRun(engines, id, own.by ?? nameUser());
        const text = [format(result), ...(await adviseWorker(engines, [id]))].join('\n');
        answer(flags, { text, json: result });
      });
    });
}

function format({ run, was, state, approved, proof }: ApproveResult): string {
  return [
    `${run} was ${was} and is ${state}`,
    ...approved.map(({ guard, figure, limit }) => `  ${guard}: ${figure}; allowed: ${limit}`),
    ...(proof === undefined ? [] : [`  proof: ${formatProof(proof)}`]),
    `  approved by ${approved[0]?.by ?? proof?.by ?? ''}`,
  ].join('\n');
}
