/** The verb `runs`: lists runs, and shows one with its report. */
import type { Command } from 'commander';
import { findRun, listRuns, type RunRow } from '../../database/runs';
import { NightjarError } from '../../errors';
import { formatReport } from '../../report/text';
import { storedError } from '../../run/follow-run';
import { readSummary } from '../../run/stored-summary';
import { answer } from '../answer';
import { type CliContext, openOptions } from '../context';
import { openStore } from '../open-engines';

/** Adds the verb. */
export function addRuns(program: Command, context: CliContext): void {
  const runs = program.command('runs').description('list runs, show one').helpCommand(false);
  runs.addHelpText('before', 'Examples:\n  nightjar runs list\n  nightjar runs show nightly-picks.2026-03-01 --json\n');
  runs
    .command('list')
    .description('list the newest runs')
    .addHelpText('before', 'Examples:\n  nightjar runs list\n  nightjar runs list --limit 100 --json\n')
    .option('--limit <n>', 'how many', (text) => Number.parseInt(text, 10), 20)
    .action(async (own: { limit: number }, command: Command) => {
      const flags = command.optsWithGlobals();
      if (!Number.isInteger(own.limit) || own.limit < 1)
        throw new NightjarError('E_USAGE', '--limit is not a number; expected 1 or more', {
          fix: 'nightjar runs list --limit 20',
        });
      const store = await openStore(openOptions(context, flags));
      try {
        const rows = await listRuns(store.db, { limit: own.limit });
        answer(flags, {
          text: rows.length === 0 ? 'no runs yet: nightjar run JOB' : rows.map(formatRow).join('\n'),
          json: { runs: rows.map(describeRow) },
        });
      } finally {
        await store.releases.run();
      }
    });
  runs
    .command('show')
    .argument('<run>', 'id of a run')
    .description('show a run: its report, or where it stands')
    .addHelpText('before', 'Examples:\n  nightjar runs show nightly-picks.2026-03-01\n')
    .action(async (id: string, _own: unknown, command: Command) => {
      const flags = command.optsWithGlobals();
      const store = await openStore(openOptions(context, flags));
      try {
        const run = await findRun(store.db, id);
        if (run === undefined)
          throw new NightjarError('E_RUN_UNKNOWN', `there is no run "${id}"`, { fix: 'nightjar runs list' });
        const summary = readSummary(run);
        answer(flags, {
          text: summary === undefined ? formatOpen(run) : formatReport(summary),
          json: summary ?? describeRow(run),
        });
      } finally {
        await store.releases.run();
      }
    });
}

function stateOf(run: RunRow): string {
  return run.pausedReason === undefined ? run.state : `${run.state}(${run.pausedReason})`;
}

function formatRow(run: RunRow): string {
  return `${run.runId.padEnd(40)} ${run.kind.padEnd(8)} ${stateOf(run).padEnd(16)} ${new Date(run.createdAt).toISOString()}`;
}

function formatOpen(run: RunRow): string {
  const error = storedError(run);
  return `${run.runId} is ${stateOf(run)}${error === undefined ? '' : `\n${error.code}: ${error.message}`}`;
}

function describeRow(run: RunRow): object {
  const { runId, job, slot, kind, createdAt, finishedAt } = run;
  const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  return {
    run: runId,
    job,
    slot,
    kind,
    state: stateOf(run),
    createdAt: time(createdAt),
    finishedAt: time(finishedAt),
    error: run.error,
  };
}
