/** Serves the API in this process; used by `serve`, `up` and `worker`. */
import type { Override } from '../config/load';
import { NightjarError } from '../errors';
import { createServer, type NightjarServer } from '../server/server';
import { findApiTokens, findHealthTokens } from './api-tokens';
import type { CliContext } from './context';
import type { OpenEngines } from './open-engines';
import { projectJobs } from './project-jobs';

export interface ListenFlags {
  readonly host?: string;
  readonly port?: string;
}

/** Makes settings of the flags that say where to listen. @throws E_USAGE */
export function listenOverrides({ host, port }: ListenFlags): readonly Override[] {
  if (port !== undefined && !/^\d{1,5}$/.test(port)) {
    throw new NightjarError('E_USAGE', `--port is "${port}"; expected a port, 0 to 65535`, { fix: '--port 8470' });
  }
  return [
    ...(host === undefined ? [] : [{ path: 'server.host', value: host, flag: '--host' }]),
    ...(port === undefined ? [] : [{ path: 'server.port', value: Number(port), flag: '--port' }]),
  ];
}

/** Serves everything, and tells on stderr where, and where its tokens stand. */
export async function serveApi(context: CliContext, engines: OpenEngines): Promise<NightjarServer> {
  const { tokens, from } = findApiTokens({ ...context, settings: engines.settings }, engines.state);
  const server = createServer(engines, {
    serves: 'all',
    jobs: projectJobs(context),
    tokens,
  });
  const url = await server.listen();
  engines.log('info', 'listening', { url, access: from, callers: tokens.map(({ name }) => name).join(',') });
  return server;
}

/** Serves health and metrics alone, for whatever looks after a worker. */
export async function serveHealth(context: CliContext, engines: OpenEngines): Promise<NightjarServer> {
  const tokens = findHealthTokens({ ...context, settings: engines.settings }, engines.state);
  const server = createServer(engines, { serves: 'health', jobs: projectJobs(context), tokens });
  engines.log('info', 'listening', { url: await server.listen(), routes: '/healthz /readyz /metrics' });
  return server;
}
