/** The verb `serve`: the HTTP API, monitoring and health, until it is told to stop. */
import type { Command } from 'commander';
import { closeSoon } from '../closing';
import { type CliContext, openOptions } from '../context';
import { openEnginesLate } from '../late-engines';
import { type ListenFlags, listenOverrides, serveApi } from '../serve-here';
import { untilStopped } from '../until-stopped';

/** Adds the verb. */
export function addServe(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description('serve the HTTP API, /metrics and /healthz')
    .option('--port <port>', 'port to listen at; 0 takes a free one (server.port)')
    .option('--host <host>', 'address to listen at (server.host)')
    .addHelpText('before', 'Examples:\n  nightjar serve\n  nightjar serve --port 8080 --host 0.0.0.0\n')
    .addHelpText('after', '\nTokens: NIGHTJAR_API_TOKENS=name:token. Routes, roles, metrics: docs/api.md')
    .action(async (own: ListenFlags, command: Command) => {
      const overrides = listenOverrides(own);
      const { engines, failed } = await openEnginesLate(openOptions(context, command.optsWithGlobals(), { overrides }));
      try {
        const server = await serveApi(context, engines);
        await Promise.race([untilStopped(context), failed]).finally(() => server.close());
        engines.log('info', 'server stopped', { pid: process.pid });
      } finally {
        await closeSoon(engines);
      }
    });
}
