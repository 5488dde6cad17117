/** Gives a test a Redis of its own: Debian's redis-server on a free port, with its data in a temporary folder. */
import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import { makeCertificate } from './certificate';
import { findFreePort, makeServerFolder, removeServerFolder, startPrivateProcess } from './private-process';

export interface RedisServerOptions {
  /** Asked of the default user. */
  readonly password?: string;
  /** Another user who may do everything, of the form `name` with the same password. */
  readonly user?: string;
  /** Listens with TLS only, under a certificate of its own (`caFile`). */
  readonly tls?: boolean;
  /** `noeviction` unless told. */
  readonly maxmemoryPolicy?: string;
}

export interface RedisServer {
  readonly port: number;
  /** `redis://[:password@]127.0.0.1:<port>`, or rediss://. */
  readonly url: string;
  /** With TLS: what NODE_EXTRA_CA_CERTS must name. */
  readonly caFile: string | undefined;
  readonly password: string | undefined;
  /** SIGKILL, as a power cut. What was acknowledged is on disk (append-only file, synced at each write). */
  kill(): Promise<void>;
  /** Starts it again on the same port and data after `kill` or `shutdown`. */
  restart(): Promise<void>;
  /** Ends it in good order; its data stays. */
  shutdown(): Promise<void>;
  /** Forgets everything, as a Redis whose disk was lost. */
  flush(): Promise<void>;
  /** Answers nothing while its connections stay open; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
  /** A connection of its own to look inside; the caller disconnects it. */
  connect(): Redis;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Without the one option whose general type the constructor doesn't take. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const NO_RETRIES: Options = { retryStrategy: () => null, maxRetriesPerRequest: 0, lazyConnect: true };

/** Starts one: call it in beforeAll, and `stop` in afterAll. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await makeServerFolder('redis');
  const port = await findFreePort();
  const certificate = options.tls === true ? await makeCertificate(folder) : undefined;
  const tls = certificate === undefined ? {} : { tls: { ca: [readFileSync(certificate.certFile)] } };
  const login = options.password === undefined ? {} : { password: options.password };
  const target: Options = { host: '127.0.0.1', port, ...login, ...tls };
  const open = (extra: Options) => {
    const client = new Redis({ ...target, ...extra });
    // Connections of a server that is killed on purpose fail, and their commands say so.
    client.on('error', () => undefined);
    return client;
  };
  const start = () =>
    startPrivateProcess({
      command: 'redis-server',
      args: listArguments({ options, port, folder, certificate }),
      folder,
      stopSignal: 'SIGTERM',
      isReady: () => useClient(open(NO_RETRIES), (client) => client.ping()),
    });
  let running: Awaited<ReturnType<typeof start>> | undefined = await start();
  const end = async (how: 'kill' | 'stop') => {
    const ending = running;
    running = undefined;
    await ending?.[how]();
  };
  return {
    port,
    url: `${options.tls ? 'rediss' : 'redis'}://${options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`}127.0.0.1:${port}`,
    caFile: certificate?.certFile,
    password: options.password,
    kill: () => end('kill'),
    shutdown: () => end('stop'),
    restart: async () => {
      running ??= await start();
    },
    flush: async () => void (await useClient(open(NO_RETRIES), (client) => client.flushall())),
    freeze: () => running?.freeze(),
    thaw: () => running?.thaw(),
    connect: () => open({ maxRetriesPerRequest: 1 }),
    stop: async () => {
      running?.thaw();
      await end('kill');
      await removeServerFolder(folder);
    },
  };
}

async function useClient<T>(client: Redis, use: (client: Redis) => Promise<T>): Promise<T> {
  try {
    await client.connect();
    return await use(client);
  } finally {
    client.disconnect();
  }
}

interface ServerParts {
  readonly options: RedisServerOptions;
  readonly port: number;
  readonly folder: string;
  readonly certificate: { readonly certFile: string; readonly keyFile: string } | undefined;
}

function listArguments({ options, port, folder, certificate }: ServerParts): readonly string[] {
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const place = ['--dir', folder, '--bind', '127.0.0.1', '--daemonize', 'no'];
  const ports =
    certificate === undefined
      ? ['--port', String(port)]
      : ['--port', '0', '--tls-port', String(port), ...listTlsArguments(certificate)];
  const login = options.password === undefined ? [] : ['--requirepass', options.password];
  const user =
    options.user === undefined ? [] : ['--user', options.user, 'on', `>${options.password ?? ''}`, '~*', '&*', '+@all'];
  return [
    ...ports,
    ...place,
    ...durable,
    ...login,
    ...user,
    '--maxmemory-policy',
    options.maxmemoryPolicy ?? 'noeviction',
  ];
}

function listTlsArguments({ certFile, keyFile }: { certFile: string; keyFile: string }): readonly string[] {
  return [
    '--tls-cert-file',
    certFile,
    '--tls-key-file',
    keyFile,
    '--tls-ca-cert-file',
    certFile,
    '--tls-auth-clients',
    'no',
  ];
}
