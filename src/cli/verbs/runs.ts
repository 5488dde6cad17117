/** The verb `runs`: what an operator does with runs. */
import type { Command } from 'commander';
import type { CliContext } from '../context';
import { addApprove } from './runs/approve';
import { addArchive } from './runs/archive';
import { addCancel } from './runs/cancel';
import { addExport } from './runs/export';
import { addList } from './runs/list';
import { addResolve } from './runs/resolve';
import { addRetry } from './runs/retry';
import { addShow } from './runs/show';

/** Adds the verb. */
export function addRuns(program: Command, context: CliContext): void {
  const runs = program
    .command('runs')
    .description('list runs, show one; approve, cancel, retry, resolve, export, archive')
    .helpCommand(false)
    .addHelpText('before', 'Examples:\n  nightjar runs list\n  nightjar runs show nightly-picks.2026-03-01 --json\n')
    .addHelpText('after', '\nThe bad nights, and what to type: docs/operating.md');
  for (const add of [addList, addShow, addApprove, addCancel, addRetry, addResolve, addExport, addArchive])
    add(runs, context);
}
