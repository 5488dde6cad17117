/** The verbs `jobs pause` and `jobs resume`: whether workers start a job by its schedule. */
import type { Command } from 'commander';
import { pauseJob, resumeJob } from '../../../database/runs/job-schedules';
import { nameJob } from '../../../job/parse';
import { answer } from '../../answer';
import { type CliContext, projectDir } from '../../context';
import { findJobFile } from '../../project';
import { withStore } from '../runs/with-store';

/** Adds both verbs. */
export function addPause(jobs: Command, context: CliContext): void {
  jobs
    .command('pause')
    .argument('<job>', 'name of a job in jobs/')
    .description('workers no longer start the job; runs under way go on')
    .addHelpText('before', 'Examples:\n  nightjar jobs pause nightly-picks\n')
    .addHelpText('after', '\nnightjar run JOB works on a paused job too.')
    .action(async (name: string, _own: unknown, command: Command) => {
      const job = nameJob(findJobFile(projectDir(context), name));
      const flags = command.optsWithGlobals();
      const changed = await withStore(context, flags, ({ db, now }) => pauseJob(db, job, now()));
      answer(flags, {
        text: `${job} ${changed ? 'is paused' : 'was paused already'}`,
        json: { job, paused: true, changed },
      });
    });
  jobs
    .command('resume')
    .argument('<job>', 'name of a job in jobs/')
    .description('workers start the job again')
    .addHelpText('before', 'Examples:\n  nightjar jobs resume nightly-picks\n')
    .addHelpText('after', '\nSlots of the pause are missed slots: schedule.missed and schedule.grace decide.')
    .action(async (name: string, _own: unknown, command: Command) => {
      const job = nameJob(findJobFile(projectDir(context), name));
      const flags = command.optsWithGlobals();
      const changed = await withStore(context, flags, ({ db }) => resumeJob(db, job));
      answer(flags, {
        text: `${job} ${changed ? 'goes on' : 'was not paused'}`,
        json: { job, paused: false, changed },
      });
    });
}
