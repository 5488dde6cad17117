/** The verb `worker`: works on whatever is queued until it is told to stop. */
import type { Command } from 'commander';
import { startWorker } from '../../run/worker';
import { closeSoon } from '../closing';
import { type CliContext, openOptions } from '../context';
import { openEngines } from '../open-engines';
import { openProjectJobs } from '../project-jobs';
import { type ListenFlags, listenOverrides, serveHealth } from '../serve-here';
import { untilStopped } from '../until-stopped';

/** Adds the verb. */
export function addWorker(program: Command, context: CliContext): void {
  program
    .command('worker')
    .description('work on runs, and start jobs by schedule')
    .option('--port <port>', 'serve /healthz, /readyz and /metrics at this port; 0 takes a free one')
    .option('--host <host>', 'address to listen at, where --port is given (server.host)')
    .addHelpText(
      'before',
      'Examples:\n  nightjar worker\n  DATABASE_URL=postgres://db/nightjar nightjar worker --quiet\n',
    )
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C: takes no new work, waits for the answers to mails in flight\n(worker.drainSeconds at most), then stops. Once more: leaves at once.',
    )
    .action(async (own: ListenFlags, command: Command) => {
      const overrides = listenOverrides(own);
      const engines = await openEngines(openOptions(context, command.optsWithGlobals(), { overrides }));
      try {
        const health = own.port === undefined ? undefined : await serveHealth(context, engines);
        const jobs = openProjectJobs(context);
        if (jobs === undefined) engines.log('warn', 'no jobs/ here: this worker starts no schedules', {});
        const worker = await startWorker(engines, jobs === undefined ? {} : { jobs });
        engines.log('info', 'worker ready', { pid: process.pid });
        await untilStopped(context);
        await Promise.all([worker.close(), health?.close()]);
        engines.log('info', 'worker stopped', { pid: process.pid });
      } finally {
        await closeSoon(engines);
      }
    });
}
