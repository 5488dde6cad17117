/** Starts what a production night runs on: PostgreSQL, Redis, an SMTP sink, and the local AWS in place of AWS. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type OpenEngines, openEngines } from '../../src/cli/open-engines';
import { loadSettings } from '../../src/config/load';
import { type LocalAws, startLocalAws } from '../../src/local/endpoint';
import { train } from '../../src/run/own-data/train';
import { personalizeDatasets } from '../../src/sample/datasets';
import { generateShop } from '../../src/sample/shop';
import { startPostgresServer } from '../../test/support/postgres-server';
import { findFreePort } from '../../test/support/private-process';
import { startRedisServer } from '../../test/support/redis-server';
import { addItems } from './people';
import { createQuickCompute } from './quick-compute';

export const ROOT = join(__dirname, '..', '..', '..');

export interface NightEngines {
  readonly engines: OpenEngines;
  readonly postgres: Awaited<ReturnType<typeof startPostgresServer>>;
  readonly redis: Awaited<ReturnType<typeof startRedisServer>>;
  readonly aws: LocalAws;
  readonly smtpPort: number;
  readonly sinkPid: number;
  /** Holds jobs/, templates/ and the state folders of workers. */
  readonly folder: string;
  /** What a nightjar process needs to find these engines. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What the job `bench` says, and the files of a template beside those of the examples. */
export interface NightProject {
  readonly job: string;
  readonly template?: { readonly name: string; readonly files: Readonly<Record<string, string>> };
}

const JOB = `about: A benchmark
kind: email
recommend: { solution: picks, results: 25 }
content: { template: picks, show: { items: 6 } }
`;

/** Starts everything, with the sample shop's items and nobody in it. */
export async function openNight(project: NightProject = { job: JOB }): Promise<NightEngines> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-night-'));
  const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const onClose = (close: () => unknown) => void closers.unshift(close);
  const postgres = await startPostgresServer({
    settings: { shared_buffers: '256MB', fsync: 'on', max_connections: 100 },
  });
  onClose(() => postgres.stop());
  const redis = await startRedisServer();
  onClose(() => redis.stop());
  const aws = await serveAws(folder);
  onClose(() => aws.close());
  // Without credentials of its own the local AWS takes any request, signed or not.
  await fetch(`${aws.endpoint}/nightjar`, { method: 'PUT' });
  const smtp = await startSink();
  onClose(smtp.stop);
  await makeProject(folder, project);
  const env = {
    DATABASE_URL: await postgres.createDatabase(),
    REDIS_URL: redis.url,
    SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    NIGHTJAR_AWS__ENDPOINT: aws.endpoint,
    NIGHTJAR_SECRET: '0123456789abcdef0123456789abcdef',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  };
  const engines = await openDriver(folder, env);
  onClose(() => engines.close());
  await addItems(engines.db, folder);
  await trainSolution(engines);
  const close = async () => {
    for (const one of closers) await one();
  };
  return { engines, postgres, redis, aws, smtpPort: smtp.port, sinkPid: smtp.pid, folder, env, close };
}

function openDriver(folder: string, env: Readonly<Record<string, string>>): Promise<OpenEngines> {
  // The SDK reads its credentials from the process's own environment.
  Object.assign(process.env, env);
  const defaultText = readFileSync(join(ROOT, 'config', 'default.yaml'), 'utf8');
  const { settings } = loadSettings({ defaultText, files: [], env, overrides: [] });
  const options = { settings, stateDir: join(folder, 'driver'), env, log: () => undefined, jobSeconds: 0 };
  return openEngines(options);
}

/** Any data will do: the quick compute learns nothing from it. */
async function trainSolution(engines: OpenEngines): Promise<void> {
  const { interactions } = personalizeDatasets(generateShop(7));
  await train(engines, {
    group: 'bench',
    datasets: [{ type: 'Interactions', ...interactions }],
    solutions: [{ solution: 'picks', recipe: 'aws-user-personalization' }],
    onProgress: () => undefined,
  });
}

function serveAws(folder: string): Promise<LocalAws> {
  const stateDir = join(folder, 'aws');
  mkdirSync(stateDir);
  const place = { region: 'us-east-1', accountId: '123456789012' };
  const compute = createQuickCompute(generateShop(7).items.map((item) => item.itemId));
  return startLocalAws({ stateDir, credentials: null, ...place, jobSeconds: 0, compute, now: () => Date.now() });
}

/** Postfix's own sink: takes every message and forgets it. */
async function startSink(): Promise<{ readonly port: number; readonly pid: number; stop(): void }> {
  const port = await findFreePort();
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const sink = spawn('/usr/sbin/smtp-sink', [...user, `127.0.0.1:${port}`, '1000'], { stdio: 'ignore' });
  for (let tries = 0; tries < 100; tries++) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      setTimeout(() => socket.destroy(), 200).unref();
    });
    if (answers) return { port, pid: sink.pid ?? 0, stop: () => void sink.kill('SIGKILL') };
    await wait(50);
  }
  throw new Error('smtp-sink does not answer: apt-get install postfix');
}

async function makeProject(folder: string, { job, template }: NightProject): Promise<void> {
  mkdirSync(join(folder, 'jobs'));
  await cp(join(ROOT, 'templates'), join(folder, 'templates'), { recursive: true });
  await writeFile(join(folder, 'jobs', 'bench.yaml'), job);
  for (const [name, text] of Object.entries(template?.files ?? {})) {
    const shared = name.startsWith('partials/');
    const file = join(folder, 'templates', shared ? '' : (template?.name ?? ''), name);
    mkdirSync(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
