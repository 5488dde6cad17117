/** The world of a round: its engines, two workers, and how each of them is struck and comes back. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientConfig } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/database/embedded/postgres';
import { ROOT, type Running, startNightjar } from '../../support/nightjar';
import { findFreePort } from '../../support/private-process';
import type { AwsAccess } from './aws';
import { describeMailServer, type MailServer } from './mail-server';
import type { RoundPlan } from './plan';
import { listProcessesWith } from './process';
import { query, type Servers } from './servers';
import { copyState, type Shop, writeJobs } from './shop';
import { mountSmallDisk, type SmallDisk } from './small-disk';
import { type Note, type Supervised, supervise } from './supervised';

export interface World {
  readonly folder: string;
  readonly mail: MailServer;
  readonly workers: readonly Supervised[];
  /** The local AWS as a process of its own; undefined where a worker serves it. */
  readonly aws: Supervised | undefined;
  readonly servers: Servers;
  /** The disk of the state folder, where the plan gives it one. */
  readonly disk?: SmallDisk | undefined;
  /** Where the work queue is. */
  readonly queue:
    | { readonly kind: 'redis'; readonly url: string }
    | { readonly kind: 'postgres'; readonly connection: ClientConfig };
  /** Runs SQL; throws while the database is down. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  awsAccess(): Promise<AwsAccess>;
  killPostgres(): Promise<void>;
  restartPostgres(): Promise<void>;
  /** Starts nightjar beside the workers. */
  cli(args: readonly string[]): Running;
  /** Gives up what is left; after the processes were stopped. */
  close(): Promise<void>;
}

export interface WorldWish {
  readonly plan: RoundPlan;
  readonly folder: string;
  readonly shop: Shop;
  readonly servers: Servers;
  readonly note: Note;
}

const BIN = path.join(ROOT, 'bin', 'nightjar.js');

/** Opens a world and starts everything in it but the workers. */
export async function openWorld(wish: WorldWish): Promise<World> {
  const { plan, folder } = wish;
  const project = path.join(folder, 'project');
  mkdirSync(project, { recursive: true });
  writeJobs(project, { rate: plan.ratePerSecond, unknown: plan.unknown });
  const { mailLatencyMs: latencyMs, smtp: misbehaviours } = plan;
  const mail = describeMailServer({ folder, port: await findFreePort(), latencyMs, misbehaviours, note: wish.note });
  mail.process.start();
  const open = plan.world === 'embedded' ? openEmbedded : openOutside;
  try {
    return await open({ ...wish, project, mail });
  } catch (error) {
    await mail.process.kill();
    throw error;
  }
}

type Parts = WorldWish & { readonly project: string; readonly mail: MailServer };

/** Short locks and leases, so that a round sees everything that a night does. */
function settingsOf({ plan, mail }: Parts): Record<string, string> {
  return {
    SMTP_URL: mail.url,
    NIGHTJAR_SECRET: 'the secret of these rounds, 32 characters',
    NIGHTJAR_QUEUE__LOCK_SECONDS: '2',
    NIGHTJAR_QUEUE__STALLED_SECONDS: '1',
    NIGHTJAR_QUEUE__RECONCILE_SECONDS: '1',
    NIGHTJAR_WORKER__LEASE_SECONDS: '8',
    NIGHTJAR_AWS__POLL_SECONDS: '0.2',
    NIGHTJAR_MAIL__CONNECTIONS: String(plan.connections),
    NIGHTJAR_MAIL__RETRY_AFTER_SECONDS: '[1, 1, 1, 2, 2, 3, 3, 3]',
    NIGHTJAR_LOG__FORMAT: 'json',
  };
}

interface WorkerParts {
  readonly parts: Parts;
  readonly env: Readonly<Record<string, string>>;
  readonly states: readonly string[];
}

function describeWorkers({ parts, env, states }: WorkerParts): readonly Supervised[] {
  return states.map((state, n) => {
    const name = `worker-${n}`;
    const args = [BIN, 'worker', '--state', state];
    return supervise(name, { args, cwd: parts.project, env, log: path.join(parts.folder, `${name}.log`) }, parts.note);
  });
}

async function openOutside(parts: Parts): Promise<World> {
  const { folder, plan, servers, project, mail } = parts;
  const databaseUrl = await servers.createShopDatabase();
  const connection = { connectionString: databaseUrl };
  await servers.redis.flush();
  const awsState = path.join(folder, 'aws');
  copyState(parts.shop.state, awsState);
  const port = await findFreePort();
  const log = path.join(folder, 'aws.log');
  const seconds = ['--job-seconds', String(plan.jobSeconds)];
  const args = [BIN, 'local', '--port', String(port), '--json', '--state', awsState, ...seconds];
  const aws = supervise('aws', { args, cwd: project, env: { NIGHTJAR_LOG__FORMAT: 'json' }, log }, parts.note);
  aws.start();
  const access = await waitForAws(log).catch(async (error: unknown) => {
    await aws.kill();
    throw error;
  });
  const env = {
    ...settingsOf(parts),
    DATABASE_URL: databaseUrl,
    ...(plan.world === 'redis' ? { REDIS_URL: servers.redis.url } : { NIGHTJAR_QUEUE__URL: 'database' }),
    NIGHTJAR_AWS__ENDPOINT: access.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
  };
  const states = [0, 1].map((n) => path.join(folder, plan.machines === 1 ? 'machine' : `machine-${n}`));
  return {
    ...{ folder, mail, aws, servers, workers: describeWorkers({ parts, env, states }) },
    queue: plan.world === 'redis' ? { kind: 'redis', url: servers.redis.url } : { kind: 'postgres', connection },
    sql: (text, values) => query(connection, text, values),
    awsAccess: async () => access,
    killPostgres: () => servers.postgres.kill(),
    restartPostgres: () => servers.postgres.restart(),
    cli: (cliArgs) => startNightjar([...cliArgs, '--state', states[0] ?? folder], { cwd: project, env }),
    close: async () => undefined,
  };
}

/** The keys stand in what the local AWS prints once it serves. */
async function waitForAws(log: string): Promise<AwsAccess> {
  for (let look = 0; look < 600; look++) {
    const text = readFileSync(log, 'utf8');
    const read = (name: string) => new RegExp(`"${name}": "([^"]+)"`).exec(text)?.[1];
    const [endpoint, accessKeyId, secretAccessKey] = [read('endpoint'), read('accessKeyId'), read('secretAccessKey')];
    if (endpoint !== undefined && accessKeyId !== undefined && secretAccessKey !== undefined)
      return { endpoint, accessKeyId, secretAccessKey };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the local AWS did not come up: ${readFileSync(log, 'utf8')}`);
}

async function openEmbedded(parts: Parts): Promise<World> {
  const { folder, project, mail, servers } = parts;
  const state = path.join(folder, 'state');
  const disk = parts.plan.diskMb === undefined ? undefined : mountSmallDisk(state, parts.plan.diskMb);
  copyState(parts.shop.state, state);
  let use: EmbeddedPostgres = await startEmbeddedPostgres({ stateDir: state });
  const { connection }: { readonly connection: ClientConfig } = use;
  const env = settingsOf(parts);
  const sql: World['sql'] = (text, values) => query(connection, text, values);
  return {
    ...{ folder, mail, servers, sql, aws: undefined, workers: describeWorkers({ parts, env, states: [state, state] }) },
    queue: { kind: 'postgres', connection },
    disk,
    awsAccess: async () => {
      const [row] = await sql(`SELECT port, token FROM nightjar.embedded_service WHERE name = 'local-aws'`);
      return {
        endpoint: `http://127.0.0.1:${row?.port}`,
        accessKeyId: 'NIGHTJARLOCAL',
        secretAccessKey: String(row?.token),
      };
    },
    killPostgres: () => killServerOf(state),
    restartPostgres: async () => {
      const former = use;
      use = await startEmbeddedPostgres({ stateDir: state });
      await former.release();
    },
    cli: (args) => startNightjar([...args, '--state', state], { cwd: project, env }),
    close: async () => {
      await use.release();
      await use.waitUntilStopped();
      disk?.unmount();
    },
  };
}

/** SIGKILL to the postmaster; its children see that and leave. */
async function killServerOf(state: string): Promise<void> {
  for (const one of await listProcessesWith(state)) {
    if (/postgres\b.* -D /.test(one.command)) process.kill(one.pid, 'SIGKILL');
  }
}
