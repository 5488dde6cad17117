/** The verb `jobs list`: what there is, when it starts next, and what is paused. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { listPausedJobs } from '../../../database/runs/job-schedules';
import type { Schedule } from '../../../job/base-job';
import { describeJob, type JobDescription } from '../../../run/describe-job';
import { explainFailure } from '../../../run/explain-failure';
import { answer } from '../../answer';
import { type CliContext, type GlobalFlags, openOptions, projectDir, readSettings, stateDir } from '../../context';
import { listJobNames, readJob } from '../../project';
import { withStore } from '../runs/with-store';

/** Adds the verb. */
export function addJobsList(jobs: Command, context: CliContext): void {
  jobs
    .command('list')
    .description('list the jobs of the project, and when workers start them next')
    .addHelpText('before', 'Examples:\n  nightjar jobs list\n  nightjar jobs list --json\n')
    .action(async (_own: unknown, command: Command) => {
      const flags = command.optsWithGlobals<GlobalFlags>();
      const paused = await readPaused(context, flags);
      const { settings } = readSettings(context, flags);
      const project = projectDir(context);
      const rows = await Promise.all(
        listJobNames(project).map((name) =>
          describeJob(
            { settings, now: () => Date.now() },
            { name, read: () => readJob(project, name), pausedAt: paused.get(name) },
          ),
        ),
      );
      const text = rows.map(formatRow).join('\n');
      answer(flags, { text: rows.length === 0 ? 'no jobs: write one in jobs/' : text, json: { jobs: rows } });
    });
}

/** Asks the database, but makes none: without one nothing is paused. One that is away hides no job files. */
async function readPaused(context: CliContext, flags: GlobalFlags): Promise<ReadonlyMap<string, number>> {
  const { settings, log } = openOptions(context, flags);
  if (settings.database.url === 'embedded' && !existsSync(path.join(stateDir(context, flags), 'secret')))
    return new Map();
  try {
    return await withStore(context, flags, ({ db }) => listPausedJobs(db));
  } catch (error) {
    log('warn', 'what is paused is not known', { reason: explainFailure(error).message });
    return new Map();
  }
}

function formatRow({ name, kind, about, ...start }: JobDescription): string {
  return `${name.padEnd(24)} ${kind.padEnd(9)} ${about}${formatStart(start)}`;
}

function formatStart({
  schedule,
  after,
  next,
  pausedAt,
  params,
}: Pick<JobDescription, 'schedule' | 'after' | 'next' | 'pausedAt' | 'params'>) {
  const when = schedule === undefined ? (after === undefined ? [] : [`after ${after}`]) : [describe(schedule)];
  const upcoming = next === undefined || schedule === undefined ? [] : [`next ${formatLocal(next, schedule.timezone)}`];
  const takes = params === undefined ? [] : [`params ${params.map(({ name }) => name).join(', ')}`];
  const parts = [
    ...when,
    ...upcoming,
    ...takes,
    ...(pausedAt === undefined ? [] : [`paused since ${pausedAt.slice(0, 16)}Z`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function describe({ cron, timezone }: Pick<Schedule, 'cron' | 'timezone'>): string {
  return `${cron}, ${timezone}`;
}

function formatLocal(iso: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return format.format(Date.parse(iso));
}
