/** Gives a test a PostgreSQL as production has it: Debian's programs, TCP on a free port, a password, in a temporary folder. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { makeCertificate } from './certificate';
import {
  findFreePort,
  makeServerFolder,
  type PrivateProcess,
  removeServerFolder,
  SERVER_USER,
  startPrivateProcess,
} from './private-process';

export interface PostgresServerOptions {
  /** Takes connections with TLS only, under a certificate of its own (`caFile`). */
  readonly tls?: boolean;
  /** Names in that certificate, such as `DNS:localhost`; 127.0.0.1 and localhost unless told. */
  readonly certificateNames?: readonly string[];
  /** Settings of the server, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

export interface PostgresServer {
  readonly port: number;
  /** Its major version, such as 15. */
  readonly major: number;
  readonly user: string;
  readonly password: string;
  /** With TLS: what `sslrootcert` or NODE_EXTRA_CA_CERTS must name. */
  readonly caFile: string | undefined;
  /** `postgres://user:password@127.0.0.1:<port>/<database>`; the database is `postgres` unless told. */
  url(database?: string): string;
  /** Makes an empty database of a random name and answers its URL. */
  createDatabase(): Promise<string>;
  /** Runs statements as the superuser, by default in the database `postgres`, and answers the rows of the last. */
  query(text: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** SIGKILL to the postmaster and all its processes, and waits until they are gone. What was committed is there after `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data after `kill` or `shutdown`, through crash recovery if need be. */
  restart(): Promise<void>;
  /** Ends it in good order, cutting sessions off; its data stays. */
  shutdown(): Promise<void>;
  /** Lets neither the postmaster nor new sessions go on (sessions that are open do); `thaw` lets it. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';
const USER = 'nightjar';

/** Starts one in about two seconds: call it in beforeAll, and `stop` in afterAll. */
export async function startPostgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { major, bin } = findPrograms();
  const folder = await makeServerFolder('postgres', SERVER_USER);
  const port = await findFreePort();
  const password = randomBytes(9).toString('hex');
  const caFile = await makeCluster({ bin, folder, password, options });
  const connection = { host: '127.0.0.1', port, user: USER, password, ssl: caFile !== undefined && INSECURE };
  const query = async (text: string, database = 'postgres') => runSql({ ...connection, database }, text);
  const start = () =>
    startPrivateProcess({
      command: join(bin, 'postgres'),
      args: ['-D', join(folder, 'data'), ...listSettings({ port, ...options.settings })],
      folder,
      stopSignal: 'SIGINT',
      isReady: () => query('SELECT 1'),
      user: SERVER_USER,
    });
  let running: PrivateProcess | undefined = await start();
  const end = async (how: 'kill' | 'stop') => {
    const ending = running;
    running = undefined;
    await ending?.[how]();
  };
  const url = (database = 'postgres') => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  return {
    ...{ port, major, user: USER, password, caFile, url, query },
    createDatabase: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await query(`CREATE DATABASE ${name}`);
      return url(name);
    },
    kill: () => end('kill'),
    shutdown: () => end('stop'),
    restart: async () => {
      running ??= await start();
    },
    freeze: () => running?.freeze(),
    thaw: () => running?.thaw(),
    stop: async () => {
      await end('kill');
      await removeServerFolder(folder);
    },
  };
}

const INSECURE = { rejectUnauthorized: false };

/** The oldest version that is installed: the newest is what the embedded database brings. */
function findPrograms(): { readonly major: number; readonly bin: string } {
  const found = (existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .map((name) => ({ major: Number(name), bin: join(DEBIAN, name, 'bin') }))
    .filter(({ major, bin }) => Number.isInteger(major) && existsSync(join(bin, 'initdb')))
    .sort((a, b) => a.major - b.major);
  const oldest = found[0];
  if (oldest === undefined) throw new Error(`no PostgreSQL below ${DEBIAN}: apt-get install postgresql`);
  return oldest;
}

interface ClusterParts {
  readonly bin: string;
  readonly folder: string;
  readonly password: string;
  readonly options: PostgresServerOptions;
}

/** Makes the data folder, and answers the certificate's file where there is one. */
async function makeCluster({ bin, folder, password, options }: ClusterParts): Promise<string | undefined> {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  await chmod(passwordFile, 0o644);
  const access = ['-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  await promisify(execFile)(
    join(bin, 'initdb'),
    ['-D', data, ...access, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    { cwd: folder, ...(SERVER_USER ?? {}) },
  );
  if (options.tls !== true) return undefined;
  const names = options.certificateNames === undefined ? {} : { names: options.certificateNames };
  const { certFile, keyFile } = await makeCertificate(folder, { ...names, user: SERVER_USER });
  await appendFile(
    join(data, 'postgresql.conf'),
    `ssl = on\nssl_cert_file = '${certFile}'\nssl_key_file = '${keyFile}'\n`,
  );
  await writeFile(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  return certFile;
}

function listSettings(settings: Readonly<Record<string, string | number>>): readonly string[] {
  const base = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // The kernel keeps what was written when a process is killed; only a power cut would lose it.
    fsync: 'off',
    shared_buffers: '32MB',
    max_connections: 60,
  };
  return Object.entries({ ...base, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function runSql(connection: ConstructorParameters<typeof Client>[0], text: string) {
  const client = new Client(connection);
  // A server that is killed on purpose must not end the test by an error that nobody waits for.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const rows: readonly Record<string, unknown>[] = (await client.query(text)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
