/** The verb `jobs`: lists, checks, pauses and describes jobs. */
import type { Command } from 'commander';
import { combineErrors, NightjarError } from '../../errors';
import { checkChains } from '../../job/chains';
import { jobSchema } from '../../job/editor-schema';
import { placeOf } from '../../job/place';
import { openBundle } from '../../run/bundle';
import { checkQueries } from '../../run/buying/segment-queries';
import { explainFailure } from '../../run/explain-failure';
import { checkAudienceNames } from '../../run/recipients/check-audience-names';
import { answer } from '../answer';
import { type CliContext, projectDir, readSettings } from '../context';
import { listJobNames, readJob } from '../project';
import { addJobsList } from './jobs/list';
import { addPause } from './jobs/pause';

/** Adds the verb. */
export function addJobs(program: Command, context: CliContext): void {
  const jobs = program.command('jobs').description('list, check, pause and describe jobs').helpCommand(false);
  jobs.addHelpText('before', 'Examples:\n  nightjar jobs check\n  nightjar jobs schema > job.schema.json\n');
  addJobsList(jobs, context);
  addPause(jobs, context);
  jobs
    .command('check')
    .argument('[jobs...]', 'names or files; all where left out')
    .description('check job files and their templates: every problem at once, nothing is run')
    .addHelpText('before', 'Examples:\n  nightjar jobs check\n  nightjar jobs check nightly-picks\n')
    .action(async (names: string[], _own: unknown, command: Command) => {
      const checked = names.length > 0 ? names : listJobNames(projectDir(context));
      const problems: NightjarError[] = [];
      for (const name of checked) problems.push(...(await checkJob(context, command, name)));
      const error = combineErrors([...problems, ...(await findChainErrors(context, command, checked))]);
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

/** Looks at all jobs, and tells what is wrong with those that are checked. */
async function findChainErrors(
  context: CliContext,
  command: Command,
  checked: readonly string[],
): Promise<readonly NightjarError[]> {
  const project = projectDir(context);
  const names = listJobNames(project);
  const { settings } = readSettings(context, command.optsWithGlobals());
  const read = [...new Set([...names, ...checked])].map(async (name) => {
    try {
      const source = readJob(project, name);
      const { job } = await openBundle({ settings }, source);
      const { after } = job;
      const isChecked = checked.includes(name);
      return [{ source, job, name: job.name, isChecked, ...(after === undefined ? {} : { after }) }];
    } catch {
      // Its own check tells.
      return [];
    }
  });
  const sources = (await Promise.all(read)).flat();
  const problems = [
    ...checkChains(sources, names).map((problem) => ({ ...problem, where: undefined })),
    ...checkAudienceNames(
      sources.map(({ job }) => job),
      names,
    ),
  ];
  return problems.flatMap(({ job, message, fix, where: known }) => {
    const found = sources.find(({ name, isChecked }) => name === job && isChecked);
    if (found === undefined) return [];
    const where = known ?? placeOf(found.job, ['after']);
    return [new NightjarError('E_JOB_FIELD', message, { where, fix })];
  });
}

async function checkJob(context: CliContext, command: Command, name: string): Promise<readonly NightjarError[]> {
  const { settings } = readSettings(context, command.optsWithGlobals());
  try {
    const { job } = await openBundle({ settings }, readJob(projectDir(context), name));
    if (job.kind === 'audience') checkQueries(job);
    return [];
  } catch (thrown) {
    const error = explainFailure(thrown);
    return [error, ...error.others];
  }
}
