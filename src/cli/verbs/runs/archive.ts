/** The verb `runs archive`: archives what is kept too long, or one run now. */
import type { Command } from 'commander';
import type { EndedRun } from '../../../database/keeping/keeping';
import { NightjarError } from '../../../errors';
import { countOf } from '../../../report/figures';
import type { Engines } from '../../../run/engines';
import { findArchivable, listDueRuns } from '../../../run/keep/find-runs';
import { archiveRuns, type KeptRun } from '../../../run/keep/keep';
import { answer } from '../../answer';
import type { CliContext, GlobalFlags } from '../../context';
import { withEngines } from './with-store';

/** Adds the verb. */
export function addArchive(runs: Command, context: CliContext): void {
  runs
    .command('archive')
    .argument('[run]', 'id of a run that has ended; it is archived now, whatever its job file says')
    .description('archive the runs that are kept longer than their job files say')
    .option('--dry-run', 'tell which, and change nothing')
    .addHelpText(
      'before',
      'Examples:\n  nightjar runs archive --dry-run\n  nightjar runs archive nightly-picks.2025-03-01\n',
    )
    .addHelpText(
      'after',
      "\nDeliveries go to S3 as Parquet; inputs, outputs, member files and audience files\nare deleted.\nWhat stays, and what can't be done any more: docs/keeping.md",
    )
    .action(async (id: string | undefined, own: { dryRun?: boolean }, command: Command) => {
      const flags = command.optsWithGlobals();
      await withEngines(context, flags, async (engines) => {
        const chosen = id === undefined ? await listDueRuns(engines) : [await findArchivable(engines, id)];
        if (own.dryRun === true) return answer(flags, describeDue(chosen));
        await archive({ engines, context, flags }, chosen);
      });
    });
}

function describeDue(runs: readonly EndedRun[]) {
  const lines = runs.map((run) => `${run.runId.padEnd(40)} ended ${new Date(run.endedAt).toISOString()}`);
  return {
    text: runs.length === 0 ? 'nothing is kept too long' : [...lines, 'nothing was changed (--dry-run)'].join('\n'),
    json: {
      dryRun: true,
      runs: runs.map(({ runId, endedAt }) => ({ run: runId, endedAt: new Date(endedAt).toISOString() })),
    },
  };
}

interface Call {
  readonly engines: Engines;
  readonly context: CliContext;
  readonly flags: GlobalFlags;
}

async function archive({ engines, context, flags }: Call, chosen: readonly EndedRun[]): Promise<void> {
  const done = await archiveRuns(engines, chosen, context.signal);
  if (done === undefined) {
    throw new NightjarError('E_ENGINE_STATE', 'another process is archiving', {
      fix: 'wait for it, then ask again: nightjar runs archive',
    });
  }
  answer(flags, {
    text: done.length === 0 ? 'nothing is kept too long' : done.map(formatKept).join('\n'),
    json: { dryRun: false, runs: done.map(({ runId, ...run }) => ({ run: runId, ...run })) },
  });
  if (done.some((run) => run.kind === 'failed')) context.exitWith(5);
}

function formatKept(run: KeptRun): string {
  return `${run.runId.padEnd(40)} ${tellOutcome(run)}`;
}

function tellOutcome(run: KeptRun): string {
  if (run.kind === 'archived') return `archived, ${countOf(run.deliveries, 'delivery', 'deliveries')}`;
  if (run.kind === 'failed') return `not archived: ${run.reason}`;
  return 'left for later: a run of its slot goes on, or its batch job or input is still in use';
}
