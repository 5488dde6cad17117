/** The verb `up`: everything in one process, engines, worker with schedules, and server, until it is told to stop. */
import type { Command } from 'commander';
import { startWorker } from '../../run/worker';
import { closeSoon } from '../closing';
import { type CliContext, openOptions } from '../context';
import { openEngines } from '../open-engines';
import { openProjectJobs } from '../project-jobs';
import { type ListenFlags, listenOverrides, serveApi } from '../serve-here';
import { untilStopped } from '../until-stopped';

/** Adds the verb. */
export function addUp(program: Command, context: CliContext): void {
  program
    .command('up')
    .description('worker, schedules and HTTP API in one process')
    .option('--port <port>', 'port to listen at; 0 takes a free one (server.port)')
    .option('--host <host>', 'address to listen at (server.host)')
    .addHelpText('before', 'Examples:\n  nightjar up\n  nightjar up --project shop --port 8080\n')
    .addHelpText(
      'after',
      '\nThe same as nightjar worker and nightjar serve together.\nSIGTERM or Ctrl-C: takes no new work, waits for the answers to mails in flight.',
    )
    .action(async (own: ListenFlags, command: Command) => upVerb(context, own, command));
}

async function upVerb(context: CliContext, own: ListenFlags, command: Command): Promise<void> {
  const overrides = listenOverrides(own);
  const engines = await openEngines(openOptions(context, command.optsWithGlobals(), { overrides }));
  try {
    // The port first: where it is taken, nothing has begun.
    const server = await serveApi(context, engines);
    try {
      const jobs = openProjectJobs(context);
      if (jobs === undefined) engines.log('warn', 'no jobs/ here: no schedules are started', {});
      const worker = await startWorker(engines, jobs === undefined ? {} : { jobs });
      engines.log('info', 'worker ready', { pid: process.pid });
      await untilStopped(context);
      await Promise.all([server.close(), worker.close()]);
    } finally {
      await server.close();
    }
    engines.log('info', 'stopped', { pid: process.pid });
  } finally {
    await closeSoon(engines);
  }
}
