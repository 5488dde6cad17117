/** Runs one night with worker processes as an operator would, and reads from the outside what it took. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { runEvents } from '../../src/database/runs/runs';
import { type NightEngines, ROOT } from './engines';
import { type EngineSeconds, readCpu, readEngineCpu } from './process-cpu';

/** What a night took. Seconds are those between the run's own events. */
export interface NightFigures {
  readonly recipients: number;
  readonly prepareSeconds: number;
  /** Until Personalize's job is there and done, by the quick compute: not counted as nightjar's. */
  readonly waitingSeconds: number;
  readonly collectSeconds: number;
  readonly sendSeconds: number;
  /** Of all worker processes, from the start of the run to its end: what a busy machine blurs least. */
  readonly workerCpuSeconds: number;
  /** Of the engines, in the same time. */
  readonly engineCpu: EngineSeconds;
  /** Highest resident memory of a worker process. */
  readonly workerPeakMb: number;
  readonly redisPeakMb: number;
  /** Scripts that the queue ran: some three a queue job. */
  readonly queueCalls: number;
  readonly databaseMb: number;
  readonly walMb: number;
}

const BIN = join(ROOT, 'bin', 'nightjar.js');
/** What Node.js is told for each worker, such as `--cpu-prof --cpu-prof-dir=FOLDER`. */
const workerArgs = (process.env.BENCH_WORKER_ARGS ?? '').split(' ').filter((arg) => arg !== '');

/** Runs the job for a slot with so many workers, which are there and idle when it begins. */
export async function runNight(night: NightEngines, wish: { slot: string; workers: number }): Promise<NightFigures> {
  const before = await readCounters(night);
  const workers = Array.from({ length: wish.workers }, (_, n) => startWorker(night, n));
  try {
    const idle = await waitUntilIdle(workers);
    const enginesBefore = await readEngineCpu(night);
    const runId = await startRun(night, wish.slot);
    let peak = 0;
    let redisPeak = 0;
    for (;;) {
      const row = await night.engines.db
        .selectFrom('run')
        .select(['state', 'error'])
        .where('run_id', '=', runId)
        .executeTakeFirst();
      peak = Math.max(peak, ...workers.map(readPeakMb));
      redisPeak = Math.max(redisPeak, await readRedisMb(night));
      if (row?.state === 'finished') break;
      if (row?.state === 'failed' || row?.state === 'paused') throw new Error(`${runId}: ${JSON.stringify(row)}`);
      await wait(100);
    }
    const workerCpuSeconds = sumCpu(workers) - idle;
    const engineCpu = subtract(await readEngineCpu(night), enginesBefore);
    return {
      ...(await readFigures(night, runId)),
      ...(await readGrowth(night, before)),
      workerCpuSeconds,
      engineCpu,
      workerPeakMb: peak,
      redisPeakMb: redisPeak,
    };
  } finally {
    await Promise.all(workers.map(stop));
  }
}

/** CPU seconds in a second, of a process that has nothing to do. */
const IDLE_CPU = 0.05;

/** Loading its modules is not a worker's part of the run. Answers the CPU seconds used by then. */
async function waitUntilIdle(workers: readonly ChildProcess[]): Promise<number> {
  let before = 0;
  for (let seconds = 0; seconds < 60; seconds += 1) {
    await wait(1000);
    const used = sumCpu(workers);
    if (used - before < IDLE_CPU * workers.length) return used;
    before = used;
  }
  throw new Error('a worker is busy before the run has begun');
}

function startWorker(night: NightEngines, n: number): ChildProcess {
  const state = join(night.folder, `worker-${n}`);
  const child = spawn(process.execPath, [...workerArgs, BIN, 'worker', '--state', state], {
    cwd: night.folder,
    env: { ...process.env, ...night.env, NIGHTJAR_LOG__LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return child;
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

async function startRun(night: NightEngines, slot: string): Promise<string> {
  const state = join(night.folder, 'starter');
  const args = ['run', 'bench', '--date', slot, '--detach', '--confirm', 'bench', '--state', state];
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: night.folder,
    env: { ...process.env, ...night.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let id = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    id += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`nightjar run ended with ${code}`);
  return id.trim();
}

async function readFigures(night: NightEngines, runId: string) {
  const events = await runEvents(night.engines.db, runId);
  const at = (state: string) => events.find((event) => event.state === state)?.at ?? Number.NaN;
  const seconds = (from: string, to: string) => (at(to) - at(from)) / 1000;
  const count = await sql<{ count: number }>`SELECT count(*) AS count FROM delivery WHERE run_id = ${runId}`.execute(
    night.engines.db,
  );
  return {
    recipients: count.rows[0]?.count ?? 0,
    prepareSeconds: seconds('planned', 'waiting'),
    waitingSeconds: seconds('waiting', 'collecting'),
    collectSeconds: seconds('collecting', 'sending'),
    sendSeconds: seconds('sending', 'finished'),
  };
}

interface Counters {
  readonly databaseBytes: number;
  readonly walBytes: number;
  readonly queueCalls: number;
}

async function readCounters({ engines, redis }: NightEngines): Promise<Counters> {
  const row = await sql<{ size: number; wal: number }>`
    SELECT pg_database_size(current_database()) AS size, (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint AS wal`.execute(
    engines.db,
  );
  const client = redis.connect();
  const info = await client.info('commandstats');
  client.disconnect();
  // Every step of a queue job (added, taken, delayed, ended) is one script.
  const calls = /cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1];
  return { databaseBytes: row.rows[0]?.size ?? 0, walBytes: row.rows[0]?.wal ?? 0, queueCalls: Number(calls ?? 0) };
}

async function readGrowth(night: NightEngines, before: Counters) {
  const after = await readCounters(night);
  return {
    databaseMb: (after.databaseBytes - before.databaseBytes) / 1e6,
    walMb: (after.walBytes - before.walBytes) / 1e6,
    queueCalls: after.queueCalls - before.queueCalls,
  };
}

function sumCpu(children: readonly ChildProcess[]): number {
  return children.reduce((sum, { pid }) => sum + readCpu(pid ?? 0), 0);
}

function subtract(after: EngineSeconds, before: EngineSeconds): EngineSeconds {
  return {
    postgres: after.postgres - before.postgres,
    redis: after.redis - before.redis,
    sink: after.sink - before.sink,
    driver: after.driver - before.driver,
  };
}

/** Linux alone tells the peak of another process. */
function readPeakMb(child: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function readRedisMb({ redis }: NightEngines): Promise<number> {
  const client = redis.connect();
  const info = await client.info('memory');
  client.disconnect();
  return Number(/used_memory_peak:(\d+)/.exec(info)?.[1] ?? 0) / 1e6;
}
