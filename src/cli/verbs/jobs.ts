/** The verb `jobs`: lists job files, checks them with their templates, prints the JSON Schema for editors. */
import type { Command } from 'commander';
import { combineErrors, isNightjarError, type NightjarError } from '../../errors';
import type { Schedule } from '../../job/definition';
import { jobSchema } from '../../job/editor-schema';
import { openBundle } from '../../run/bundle';
import { explainFailure } from '../../run/explain-failure';
import { checkQueries } from '../../run/segment-queries';
import { answer } from '../answer';
import { type CliContext, projectDir, readSettings } from '../context';
import { listJobNames, readJob } from '../project';

/** Adds the verb. */
export function addJobs(program: Command, context: CliContext): void {
  const jobs = program.command('jobs').description('list, check and describe job files').helpCommand(false);
  jobs.addHelpText('before', 'Examples:\n  nightjar jobs check\n  nightjar jobs schema > job.schema.json\n');
  jobs
    .command('list')
    .description('list the jobs of the project')
    .addHelpText('before', 'Examples:\n  nightjar jobs list\n  nightjar jobs list --json\n')
    .action((_own: unknown, command: Command) => {
      const rows = listJobNames(projectDir(context)).map((name) => describeJob(context, command, name));
      const text = rows
        .map((row) => `${row.name.padEnd(24)} ${row.kind.padEnd(9)} ${row.about}${formatSchedule(row.schedule)}`)
        .join('\n');
      answer(command.optsWithGlobals(), {
        text: rows.length === 0 ? 'no jobs: write one in jobs/' : text,
        json: { jobs: rows },
      });
    });
  jobs
    .command('check')
    .argument('[jobs...]', 'names or files; all where left out')
    .description('check job files and their templates: every problem at once, nothing is run')
    .addHelpText('before', 'Examples:\n  nightjar jobs check\n  nightjar jobs check nightly-picks\n')
    .action((names: string[], _own: unknown, command: Command) => {
      const checked = names.length > 0 ? names : listJobNames(projectDir(context));
      const error = combineErrors(checked.flatMap((name) => checkJob(context, command, name)));
      if (error !== undefined) throw error;
      answer(command.optsWithGlobals(), {
        text: checked.map((name) => `${name}: right`).join('\n'),
        json: { jobs: checked, right: true },
      });
    });
  jobs
    .command('schema')
    .description('print the JSON Schema of job files')
    .addHelpText('before', 'Examples:\n  nightjar jobs schema > job.schema.json\n')
    .action(() => void process.stdout.write(`${JSON.stringify(jobSchema(), null, 2)}\n`));
}

function describeJob(
  context: CliContext,
  command: Command,
  name: string,
): { name: string; kind: string; about: string; schedule?: Schedule } {
  try {
    const { settings } = readSettings(context, command.optsWithGlobals());
    const { job } = openBundle({ settings }, readJob(projectDir(context), name));
    return {
      name,
      kind: job.kind,
      about: job.about,
      ...(job.schedule === undefined ? {} : { schedule: job.schedule }),
    };
  } catch (error) {
    return { name, kind: 'wrong', about: isNightjarError(error) ? `nightjar jobs check ${name}` : String(error) };
  }
}

function formatSchedule(schedule: Schedule | undefined): string {
  return schedule === undefined ? '' : ` (${schedule.cron}, ${schedule.timezone})`;
}

function checkJob(context: CliContext, command: Command, name: string): readonly NightjarError[] {
  const { settings } = readSettings(context, command.optsWithGlobals());
  try {
    const { job } = openBundle({ settings }, readJob(projectDir(context), name));
    if (job.kind === 'audience') checkQueries(job);
    return [];
  } catch (thrown) {
    const error = explainFailure(thrown);
    return [error, ...error.others];
  }
}
