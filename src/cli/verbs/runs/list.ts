/** The verb `runs list`: the newest runs, a page at a time. */
import type { Command } from 'commander';
import { listRuns, type RunFilter } from '../../../database/runs/run-lists';
import { RUN_STATES, type RunRow } from '../../../database/runs/runs';
import { NightjarError } from '../../../errors';
import { describeRow, exitOf } from '../../../run/operate/describe-run';
import { findNamedRun, stateOf } from '../../../run/operate/find';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { checkNoStateNames } from './state-flag';
import { type StoreEngines, withStore } from './with-store';

interface ListFlags {
  readonly limit: number;
  readonly before?: string;
  readonly job?: string;
  readonly states?: string;
}

/** Adds the verb. */
export function addList(runs: Command, context: CliContext): void {
  runs
    .command('list')
    .description('list the newest runs')
    .addHelpText(
      'before',
      'Examples:\n  nightjar runs list\n  nightjar runs list --job nightly-picks --states paused,failed --json\n',
    )
    .option('--limit <n>', 'how many', (text) => Number(text), 20)
    .option('--before <run>', 'go on after this run: the last of the page before')
    .option('--job <name>', 'of this job only')
    .option('--states <states>', `in these states only: ${RUN_STATES.join(', ')}`)
    .addHelpText(
      'after',
      '\nEXIT is the code that `nightjar run` ends with for such a run;\n4 = mails were refused or dropped.',
    )
    .action(async (own: ListFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      checkNoStateNames(flags, RUN_STATES);
      const states = readStates(own.states);
      if (!Number.isInteger(own.limit) || own.limit < 1)
        throw usage('--limit is not a number; expected 1 or more', 'nightjar runs list --limit 20');
      await withStore(context, flags, async (engines) => {
        const rows = await listRuns(engines.db, await readFilter(engines, own, states));
        const next = rows.length < own.limit ? undefined : rows.at(-1)?.runId;
        answer(flags, { text: formatList(rows, next), json: { runs: rows.map(describeRow), next } });
      });
    });
}

function readStates(text: string | undefined): RunFilter['states'] {
  if (text === undefined) return undefined;
  return text.split(',').map((name) => {
    const state = RUN_STATES.find((known) => known === name.trim());
    if (state === undefined)
      throw usage(
        `--states has "${name.trim()}"; expected ${RUN_STATES.join(', ')}`,
        'nightjar runs list --states paused,failed',
      );
    return state;
  });
}

async function readFilter(engines: StoreEngines, own: ListFlags, states: RunFilter['states']): Promise<RunFilter> {
  const before = own.before === undefined ? undefined : await findNamedRun(engines.db, own.before);
  return {
    limit: own.limit,
    ...(before === undefined ? {} : { before: { createdAt: before.createdAt, runId: before.runId } }),
    ...(own.job === undefined ? {} : { job: own.job }),
    ...(states === undefined ? {} : { states }),
  };
}

function usage(message: string, fix: string): NightjarError {
  return new NightjarError('E_USAGE', message, { fix });
}

function formatList(rows: readonly RunRow[], next: string | undefined): string {
  if (rows.length === 0) return 'no runs: nightjar run JOB';
  const cells = rows.map((run) => [
    run.runId,
    run.kind,
    stateOf(run),
    String(exitOf(run) ?? ''),
    new Date(run.createdAt).toISOString(),
  ]);
  const table = [['RUN', 'KIND', 'STATE', 'EXIT', 'CREATED'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...(next === undefined ? [] : ['', `more: nightjar runs list --before ${next}`])].join('\n');
}
