/** Opens the engines that the settings name, embedded or not, and closes them in reverse order. */
import { randomBytes } from 'node:crypto';
import { PersonalizeClient } from '@aws-sdk/client-personalize';
import type { PoolConfig } from 'pg';
import type { Settings } from '../config/settings';
import { claimInstance, createPool, type Database, openDatabase } from '../database/connection';
import { readBootId } from '../database/embedded/boot-id';
import { startEmbeddedPostgres } from '../database/embedded/postgres';
import { type SharedService, shareService } from '../database/embedded/service';
import { openStateFolder, type StateFolder } from '../database/embedded/state-folder';
import { NightjarError } from '../errors';
import { createCompute } from '../local/compute/compute';
import { startLocalAws } from '../local/endpoint';
import { startInbox } from '../mail/inbox';
import { openJournal } from '../mail/journal';
import { createMailer } from '../mail/mailer';
import { openQueue, type QueueConnection } from '../queue/work-queue';
import type { Engines, Log } from '../run/engines';
import { type AwsConnection, createS3Client, ensureBucket } from '../storage/client';
import { credentialsOf } from '../storage/credentials';
import { createReleases, type Releases } from './releases';

export interface OpenOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** How long the local AWS lets a job take at least, in seconds. */
  readonly jobSeconds: number;
}

export interface OpenEngines extends Engines {
  readonly state: StateFolder;
  close(): Promise<void>;
}

export interface OpenStore {
  readonly db: Database;
  readonly state: StateFolder;
  readonly connection: PoolConfig;
  readonly releases: Releases;
}

/** Opens the database alone, which is all that listing and importing need. */
export async function openStore(options: OpenOptions): Promise<OpenStore> {
  const releases = createReleases();
  try {
    const state = await openStateFolder(options.stateDir);
    const connection = await connectDatabase(options, releases);
    const database = await openDatabase(connection);
    releases.add('database', () => database.close());
    await claimInstance(database.db, { instance: options.settings.instance, now: Date.now() });
    return { db: database.db, state, connection, releases };
  } catch (error) {
    await releases.run();
    throw error;
  }
}

/** Another S3-compatible store than the endpoint's own, by the same credentials. */
function storageEndpoint({ storage }: Settings): { endpoint?: string } {
  return storage.endpoint === null ? {} : { endpoint: storage.endpoint };
}

async function connectDatabase({ settings, stateDir }: OpenOptions, releases: Releases): Promise<PoolConfig> {
  if (settings.database.url !== 'embedded') return { connectionString: settings.database.url };
  const postgres = await startEmbeddedPostgres({ stateDir });
  releases.add('embedded PostgreSQL', () => postgres.release());
  return postgres.connection;
}

/** Opens everything that runs need. */
export async function openEngines(options: OpenOptions): Promise<OpenEngines> {
  const store = await openStore(options);
  const { releases, state, db } = store;
  try {
    const { settings, log } = options;
    const aws = await connectAws(options, store);
    const s3 = createS3Client({ ...aws, ...storageEndpoint(settings) });
    releases.add('S3', async () => s3.destroy());
    await ensureBucket(s3, settings.storage.bucket, { create: settings.aws.endpoint === 'embedded' });
    const personalize = new PersonalizeClient({ ...aws, maxAttempts: 3 });
    releases.add('Personalize', async () => personalize.destroy());
    const queue = await openQueue(connectQueue(options, store), {
      lockMs: settings.queue.lockSeconds * 1000,
      stalledMs: settings.queue.stalledSeconds * 1000,
    });
    releases.add('queue', () => queue.close());
    const mailer = createMailer({ url: await connectMail(options, store), connections: settings.mail.connections });
    releases.add('mail', () => mailer.close());
    const sending = await openSending(store);
    const secret = readSecret(options, state);
    const places = {
      journalDir: state.journal,
      tempDir: state.tmp,
      inboxDir: settings.mail.url === 'embedded' ? state.inbox : undefined,
    };
    return {
      settings,
      db,
      s3,
      personalize,
      queue,
      mailer,
      secret,
      log,
      state,
      ...sending,
      ...places,
      now: () => Date.now(),
      close: () => releases.run(),
    };
  } catch (error) {
    await releases.run();
    throw error;
  }
}

async function openSending({ state, releases }: OpenStore) {
  const token = randomBytes(12).toString('hex');
  const bootId = await readBootId(() => Date.now());
  const journal = openJournal({ dir: state.journal, token, bootId });
  releases.add('journal', async () => journal.close());
  return { token, bootId, journal };
}

async function connectAws(options: OpenOptions, store: OpenStore): Promise<AwsConnection> {
  const { aws } = options.settings;
  if (aws.endpoint !== 'embedded') {
    const endpoint = aws.endpoint === null ? {} : { endpoint: aws.endpoint };
    return { region: aws.region, ...endpoint, ...credentialsOf(aws) };
  }
  const service = await shareLocalAws(options, store);
  const credentials = { accessKeyId: LOCAL_ACCESS_KEY, secretAccessKey: service.token };
  return { region: aws.region, endpoint: `http://127.0.0.1:${service.port}`, credentials };
}

/** The access key of the local AWS; its secret is made anew with the state folder. */
export const LOCAL_ACCESS_KEY = 'NIGHTJARLOCAL';

/** What the verb `local` asks for: a port of its own (0 takes a free one), and whether signatures are checked. */
export interface LocalAwsWish {
  readonly port: number;
  readonly auth: boolean;
}

/** Serves the local AWS, or finds the process that does: one a state folder, or jobs could be bought twice. */
export async function shareLocalAws(
  options: OpenOptions,
  { connection, state, releases }: OpenStore,
  own: LocalAwsWish = { port: 0, auth: true },
): Promise<SharedService> {
  const { region, roleArn } = options.settings.aws;
  const service = await shareService({
    connection,
    name: 'local-aws',
    now: () => Date.now(),
    serve: async (wish) => {
      const token = wish.token ?? randomBytes(20).toString('hex');
      const compute = createCompute();
      const local = await startLocalAws({
        stateDir: state.root,
        port: own.port === 0 ? (wish.port ?? 0) : own.port,
        credentials: own.auth ? { accessKeyId: LOCAL_ACCESS_KEY, secretAccessKey: token } : null,
        region,
        accountId: roleArn.split(':')[4] ?? '123456789012',
        jobSeconds: options.jobSeconds,
        compute,
        now: () => Date.now(),
      });
      const close = async () => {
        await local.close();
        await compute.close();
      };
      return { port: local.port, token, close };
    },
    onError: (error) => options.log('warn', 'local AWS not taken over', { reason: String(error) }),
  });
  releases.add('local AWS', () => service.release());
  return service;
}

async function connectMail(options: OpenOptions, { connection, state, releases }: OpenStore): Promise<string> {
  const { url } = options.settings.mail;
  if (url !== 'embedded') return url;
  const service = await shareService({
    connection,
    name: 'inbox',
    now: () => Date.now(),
    serve: async (wish) => {
      const token = wish.token ?? randomBytes(20).toString('hex');
      const inbox = await startInbox({
        dir: state.inbox,
        token,
        ...(wish.port === undefined ? {} : { port: wish.port }),
      });
      return { port: inbox.port, token, close: () => inbox.close() };
    },
    onError: (error) => options.log('warn', 'inbox not taken over', { reason: String(error) }),
  });
  releases.add('inbox', () => service.release());
  return `smtp://nightjar:${service.token}@127.0.0.1:${service.port}`;
}

function connectQueue({ settings }: OpenOptions, { connection, releases }: OpenStore): QueueConnection {
  const { url } = settings.queue;
  if (url !== 'embedded' && url !== 'database') return { kind: 'redis', url };
  const pool = createPool({ max: 6, ...connection }, 'bullmq');
  releases.add('queue pool', () => pool.end());
  return { kind: 'postgres', pool };
}

/** The embedded default makes its signing secret itself; anywhere else links must survive the loss of this machine. */
function readSecret({ settings, env }: OpenOptions, state: StateFolder): string {
  const given = env.NIGHTJAR_SECRET;
  if (given !== undefined && given.length >= 32) return given;
  if (given === undefined && settings.database.url === 'embedded') return state.secret;
  throw new NightjarError(
    'E_CONFIG_FIELD',
    `NIGHTJAR_SECRET is ${given === undefined ? 'not set' : 'shorter than 32 characters'}; it signs the unsubscribe links`,
    {
      fix: 'export NIGHTJAR_SECRET="$(openssl rand -hex 32)", and keep it for ever',
    },
  );
}
