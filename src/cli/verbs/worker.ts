/** The verb `worker`: works on whatever is queued until it is told to stop. */
import type { Command } from 'commander';
import { startWorker } from '../../run/worker';
import { closeSoon } from '../closing';
import { type CliContext, openOptions } from '../context';
import { openEngines } from '../open-engines';
import { openProjectJobs } from '../project-jobs';

/** Adds the verb. */
export function addWorker(program: Command, context: CliContext): void {
  program
    .command('worker')
    .description('work on runs and start jobs by schedule; any number may run')
    .addHelpText(
      'before',
      'Examples:\n  nightjar worker\n  DATABASE_URL=postgres://db/nightjar nightjar worker --quiet\n',
    )
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C: takes no new work, waits for the answers to mails in flight\n(worker.drainSeconds at most), then stops. Once more: leaves at once.',
    )
    .action(async (_own: unknown, command: Command) => {
      const engines = await openEngines(openOptions(context, command.optsWithGlobals()));
      try {
        const jobs = openProjectJobs(context);
        if (jobs === undefined) engines.log('warn', 'no jobs/ here: this worker starts no schedules', {});
        const worker = await startWorker(engines, jobs === undefined ? {} : { jobs });
        engines.log('info', 'worker ready', { pid: process.pid });
        if (!context.signal.aborted)
          await new Promise<void>((resolve) =>
            context.signal.addEventListener('abort', () => resolve(), { once: true }),
          );
        await worker.close();
        engines.log('info', 'worker stopped', { pid: process.pid });
      } finally {
        await closeSoon(engines);
      }
    });
}
