/** Measures whole nights on PostgreSQL and Redis: orchestration, the deliver stage beside a plain loop, growth with the recipients. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openNight, ROOT } from './night/engines';
import { type NightFigures, runNight } from './night/night';
import { measurePlainLoop } from './night/peer';
import { addPeople } from './night/people';
import type { BenchLine } from './parse';

/** Recipients of the growing nights; BENCH_RECIPIENTS=1000000 adds the largest. */
const SIZES = [1000, 10_000, 31_623, 100_000];
const CONNECTIONS = 8;

/** Runs nights of growing size with one worker, the size for the comparison with two, and the plain loop in between. */
export async function run(): Promise<readonly BenchLine[]> {
  build();
  const largest = Number(process.env.BENCH_RECIPIENTS ?? SIZES.at(-1));
  const sizes = [...SIZES.filter((size) => size < largest), largest];
  const night = await openNight();
  try {
    const lines: BenchLine[] = [];
    const figures: NightFigures[] = [];
    let people = 0;
    for (const [n, size] of sizes.entries()) {
      await addPeople(night.engines.db, { from: people, to: size });
      people = size;
      const one = await runNight(night, { slot: `2026-01-${String(n + 1).padStart(2, '0')}`, workers: 1 });
      figures.push(one);
      lines.push(describeNight(`${size} recipients, one worker`, one));
      if (size !== COMPARED) continue;
      lines.push(...(await compare(night, one)));
    }
    return [...lines, ...describeGrowth(figures)];
  } finally {
    await night.close();
  }
}

/** The size at which nightjar stands beside the plain loop. */
const COMPARED = 10_000;

async function compare(night: Awaited<ReturnType<typeof openNight>>, one: NightFigures): Promise<readonly BenchLine[]> {
  const plain = await measurePlainLoop(night, { mails: COMPARED, connections: CONNECTIONS });
  const two = await runNight(night, { slot: '2026-02-01', workers: 2 });
  const rate = (figures: NightFigures) => figures.recipients / (figures.collectSeconds + figures.sendSeconds);
  const line = (subject: string, mails: number): BenchLine => ({
    subject,
    figures: { 'mails/s': Math.round(mails), ratio: (mails / plain).toFixed(2) },
  });
  return [
    line('deliver: plain nodemailer loop', plain),
    line('deliver: nightjar, one worker', rate(one)),
    line('deliver: nightjar, two workers', rate(two)),
  ];
}

function describeNight(subject: string, night: NightFigures): BenchLine {
  const round = (value: number) => value.toFixed(value < 10 ? 2 : 0);
  return {
    subject,
    figures: {
      'prepare s': round(night.prepareSeconds),
      'waiting s': round(night.waitingSeconds),
      'collect s': round(night.collectSeconds),
      'send s': round(night.sendSeconds),
      'worker MB': round(night.workerPeakMb),
      'Redis MB': round(night.redisPeakMb),
      'queue calls': night.queueCalls,
      'database MB': round(night.databaseMb),
      'WAL MB': round(night.walMb),
    },
  };
}

/** The exponent k of time ~ recipients^k, by least squares on logarithms; nights below 10,000 are start-up. */
function describeGrowth(nights: readonly NightFigures[]): readonly BenchLine[] {
  const large = nights.filter((night) => night.recipients >= COMPARED);
  if (large.length < 2) return [];
  const exponent = (seconds: (night: NightFigures) => number) =>
    slope(large.map((night) => [Math.log(night.recipients), Math.log(seconds(night))])).toFixed(2);
  return [
    {
      subject: 'growth: exponent of time over recipients',
      figures: {
        'prepare and collect': exponent((night) => night.prepareSeconds + night.collectSeconds),
        send: exponent((night) => night.sendSeconds),
      },
    },
  ];
}

function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([value]) => value));
  const y = mean(points.map(([, value]) => value));
  const upper = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return upper / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

/** Workers are processes of the built command line. */
function build(): void {
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.js')], { stdio: ['ignore', 2, 2] });
  if (built.status !== 0) throw new Error('the build failed');
}
