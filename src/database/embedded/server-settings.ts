/** Lists the settings of the embedded server. They stand on its command line, so that a newer nightjar changes them. */
import { PORT } from './socket-folder';

/** The first version that reads without helper processes on request. */
const IO_METHOD_MAJOR = 18;

/** Sized for a laptop: about 40 MB for the server, and connections for half a dozen processes. */
const SETTINGS: Readonly<Record<string, string | number>> = {
  listen_addresses: '',
  port: PORT,
  unix_socket_permissions: '0700',
  max_connections: 60,
  shared_buffers: '32MB',
  // One server is the whole installation: nothing is replicated, and bulk loads may skip the log.
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_wal_size: '512MB',
  jit: 'off',
  huge_pages: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  // Statements and their details hold addresses of people, which no log may.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Lists the arguments of `postgres`; the data folder comes first, as `isServer` expects. */
export function listServerArguments(server: { data: string; socketFolder: string; major: number }): readonly string[] {
  const settings = server.major >= IO_METHOD_MAJOR ? { ...SETTINGS, io_method: 'sync' } : SETTINGS;
  const pairs = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // PostgreSQL takes a list of folders here, with commas between them unless they are quoted.
  const folder = `"${server.socketFolder.replaceAll('"', '""')}"`;
  return ['-D', server.data, '-c', `unix_socket_directories=${folder}`, ...pairs];
}
