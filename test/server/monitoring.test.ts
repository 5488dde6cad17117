/** What monitoring sees: health, readiness and metrics. */

import { readFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import path from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { OpenEngines } from '../../src/cli/open-engines';
import { announceLanes, type LanePresence } from '../../src/database/pacing/worker-lanes';
import { pauseJob } from '../../src/database/runs/job-schedules';
import { noteLateSlot } from '../../src/database/runs/late';
import { createFigureSource, readFigures } from '../../src/server/metrics/figures';
import { METRIC_NAMES } from '../../src/server/metrics/gauges';
import { prepareSmallShop, SLOT } from '../run/support/small-shop';
import { begin, driveRun, emailSource, openWorld, type Rig, rigUp } from '../run/support/world';
import { makeTestFolder, ROOT } from '../support/nightjar';
import { makeJobs, makeUnreachable, type Served, serve, TOKENS } from './support/served';

const folder = makeTestFolder('nightjar-monitoring');
let shop: OpenEngines;
let rig: Rig;
const open: Served[] = [];
let lanes: LanePresence | undefined;
const guarded = {
  ...emailSource('guarded'),
  text: `${emailSource('guarded').text}guard: { recipients: { max: 3 } }\n`,
};
const clocked = emailSource('clocked');
const jobs = makeJobs(
  emailSource('picks'),
  guarded,
  {
    ...clocked,
    text: `${clocked.text}schedule: { cron: 30 2 * * *, timezone: Asia/Tokyo }\n`,
  },
  { ...emailSource('wrong'), text: 'kind: letter\n' },
);

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
  rig = rigUp(shop);
}, 60_000);
afterAll(async () => {
  await lanes?.leave();
  for (const { server } of open) await server.close();
  await shop?.close();
});

async function serving(engines = rig.engines, options: Parameters<typeof serve>[2] = {}): Promise<Served> {
  const served = await serve(engines, jobs, options);
  open.push(served);
  return served;
}

/** Reads `name{labels} value` lines. */
function readMetrics(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

describe('health', () => {
  it('is well where everything answers, and wants no token', async () => {
    const served = await serving();
    expect(await served.call('GET', '/healthz', { token: null })).toMatchObject({
      status: 200,
      json: { status: 'ok' },
    });
    const ready = await served.call('GET', '/readyz', { token: null });
    expect(ready).toMatchObject({
      status: 200,
      json: { ready: true, checks: { database: { status: 'ok' }, queue: { status: 'ok' }, storage: { status: 'ok' } } },
    });
  });

  it('is not ready where an engine refuses or is silent, and names which, but no host', async () => {
    const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const s3 = new S3Client({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      forcePathStyle: true,
      credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
    });
    const served = await serving({ ...rig.engines, s3, db: makeUnreachable() });
    const began = Date.now();
    const ready = await served.call('GET', '/readyz', { token: null });
    expect(ready).toMatchObject({
      status: 503,
      json: {
        ready: false,
        checks: { database: { status: 'failed' }, queue: { status: 'ok' }, storage: { status: 'late' } },
      },
    });
    expect(Date.now() - began).toBeLessThan(6000);
    expect(ready.text).not.toMatch(/127\.0\.0\.1|hidden|ECONN/);
    silent.close();
  });

  it('is all that a worker serves, with metrics', async () => {
    const served = await serving(rig.engines, { serves: 'health' });
    expect((await served.call('GET', '/readyz')).status).toBe(200);
    expect((await served.call('GET', '/metrics')).status).toBe(200);
    expect((await served.call('GET', '/api/jobs')).status).toBe(404);
  });
});

describe('metrics', () => {
  it('are open to programs of this machine alone, unless the settings say otherwise', async () => {
    const statusOf = async (served: Served, headers: Record<string, string> = {}, token: string | null = null) =>
      (await served.call('GET', '/metrics', { token, headers })).status;
    const loopback = await serving();
    expect(await statusOf(loopback)).toBe(200);
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'x-forwarded-host', 'cf-connecting-ip'])
      expect(await statusOf(loopback, { [name]: '10.0.0.1' })).toBe(401);
    expect(await statusOf(loopback, { 'x-forwarded-for': '10.0.0.1' }, TOKENS.reader)).toBe(200);
    // fetch sets Host itself, so that a name of another machine is asked for by its own socket.
    expect(await askAs(loopback.url, 'shop.example')).toContain('401 Unauthorized');
    expect(await askAs(loopback.url, 'localhost:8470')).toContain('200 OK');
    // A proxy that names nobody, as nginx does by default.
    expect(await askAs(loopback.url, '127.0.0.1:8470', '1.0')).toContain('401 Unauthorized');
    expect(await statusOf(await serving(rig.engines, { metrics: 'token' }))).toBe(401);
    expect(await statusOf(await serving(rig.engines, { metrics: 'open' }), { via: 'proxy' })).toBe(200);
  });

  it('tell what the database knows', async () => {
    await driveRun(rig, await begin(rig, emailSource('picks')));
    await driveRun(rig, await begin(rig, guarded));
    const sending = await begin(rig, emailSource('clocked'));
    await driveRun(rig, sending, (run) => run.state === 'sending');
    await pauseJob(shop.db, 'guarded', rig.clock.now());
    await noteLateSlot(shop.db, {
      ...{ job: 'guarded', slot: SLOT, runId: undefined, deadline: rig.clock.now(), others: 0, rules: {} },
      now: rig.clock.now(),
    });
    lanes = await announceLanes(shop.db, 3);
    rig.clock.advanceTo(rig.clock.now() + 90_000);
    const served = await serving({
      ...rig.engines,
      settings: { ...rig.engines.settings, budget: { month: '10 USD' } },
    });
    await served.call('GET', '/api/runs/none');
    const { text, headers } = await served.call('GET', '/metrics');
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const metrics = readMetrics(text);
    expect(Object.fromEntries(metrics)).toMatchObject({
      nightjar_database_up: 1,
      nightjar_batch_jobs_quota: 5,
      nightjar_workers: 1,
      nightjar_send_lanes: 3,
      nightjar_month_unpriced_batch_jobs: 0,
      'nightjar_month_budget{currency="USD"}': 10,
      'nightjar_runs{job="picks",state="finished"}': 1,
      'nightjar_runs{job="picks",state="failed"}': 0,
      'nightjar_runs{job="guarded",state="paused"}': 1,
      'nightjar_runs{job="clocked",state="sending"}': 1,
      'nightjar_open_deliveries{job="clocked",state="planned"}': 40,
      'nightjar_late_slots{job="picks"}': 0,
      'nightjar_late_slots{job="guarded"}': 1,
      'nightjar_batch_jobs_in_flight{kind="inference"}': 0,
      'nightjar_batch_jobs_waiting{kind="segment"}': 0,
      'nightjar_oldest_batch_job_seconds{kind="inference"}': 0,
      'nightjar_job_paused{job="guarded"}': 1,
      'nightjar_job_paused{job="clocked"}': 0,
      'nightjar_job_wrong{job="wrong"}': 1,
      'nightjar_job_wrong{job="picks"}': 0,
    });
    const now = rig.clock.now() / 1000;
    expect(metrics.get('nightjar_oldest_due_delivery_seconds{job="clocked"}')).toBeGreaterThanOrEqual(90);
    expect(metrics.get('nightjar_job_last_finished_timestamp_seconds{job="picks"}')).toBeGreaterThan(now - 3600);
    expect(metrics.get('nightjar_job_next_start_timestamp_seconds{job="clocked"}')).toBeGreaterThan(now);
    // Two batch jobs of 40 lines, at 0.067 USD per 1,000.
    expect(metrics.get('nightjar_month_cost{currency="USD"}')).toBeCloseTo(2 * 0.00268, 5);
    expect([...metrics.keys()].some((key) => key.startsWith('process_cpu_'))).toBe(true);
    const counted = [...metrics.keys()].filter((key) => key.startsWith('nightjar_http_request_duration_seconds_count'));
    expect(counted).toEqual([
      'nightjar_http_request_duration_seconds_count{method="GET",route="/api/runs/:run",status="404"}',
    ]);
  });

  it('bear no labels but jobs, and words that there is a fixed number of', async () => {
    const served = await serving();
    for (let n = 0; n < 20; n++) await served.call('GET', `/nothing/${n}?x=${n}`);
    const { text } = await served.call('GET', '/metrics');
    const labels = new Set(
      [...text.matchAll(/^nightjar_\w+\{([^}]*)\}/gm)].flatMap(([, all = '']) => all.match(/\w+(?==")/g) ?? []),
    );
    expect([...labels].sort()).toEqual(['currency', 'job', 'kind', 'le', 'method', 'route', 'state', 'status']);
    expect(text).not.toContain('/nothing');
    expect(text).not.toContain(SLOT);
  });

  it('stand in docs/api.md, and follow the rules of their names', async () => {
    const docs = readFileSync(path.join(ROOT, 'docs', 'api.md'), 'utf8');
    for (const name of METRIC_NAMES) {
      expect(docs).toContain(`\`${name}\``);
      expect(name).toMatch(/^nightjar_[a-z_]+[a-z]$/);
    }
    const known = [...METRIC_NAMES, 'nightjar_http_request_duration_seconds'];
    expect([...docs.matchAll(/nightjar_\w+/g)].map(([name]) => name).filter((name) => !known.includes(name))).toEqual(
      [],
    );
    const { text } = await (await serving()).call('GET', '/metrics');
    const shown = [...text.matchAll(/^# TYPE (nightjar_\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }));
    for (const { name, type } of shown)
      expect({ name, isTotal: name.endsWith('_total') }).toEqual({ name, isTotal: type === 'counter' });
    expect(shown.map(({ name }) => name).sort()).toEqual([...known].sort());
  });

  it('say so where the database is away, and show no figures that nobody has read', async () => {
    const served = await serving({ ...rig.engines, db: makeUnreachable() });
    const { status, text } = await served.call('GET', '/metrics');
    expect(status).toBe(200);
    const metrics = readMetrics(text);
    expect(metrics.get('nightjar_database_up')).toBe(0);
    const figures = METRIC_NAMES.filter(
      (name) => !['nightjar_database_up', 'nightjar_batch_jobs_quota'].includes(name),
    );
    for (const key of metrics.keys()) for (const name of figures) expect(key.startsWith(name)).toBe(false);
  });

  it('say so too where the database is silent, before a scraper gives up', async () => {
    const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const served = await serving({ ...rig.engines, db: makeUnreachable(port) });
    const metrics = readMetrics((await served.call('GET', '/metrics')).text);
    expect(metrics.get('nightjar_database_up')).toBe(0);
    expect(metrics.has('nightjar_workers')).toBe(false);
    silent.close();
  }, 10_000);

  it('are those of before while reading takes long, and none before the first, or of a database that has gone', async () => {
    const figures = await readFigures(rig.engines, () => ({ jobs: [], wrong: [] }));
    const waiting: ((read: typeof figures) => void)[] = [];
    const source = createFigureSource(() => new Promise((resolve) => waiting.push(resolve)), 10);
    expect(await source.read()).toBeUndefined();
    expect(await source.read()).toBeUndefined();
    expect(waiting).toHaveLength(1);
    waiting[0]?.(figures);
    expect(await source.read()).toBe(figures);
    source.forget();
    expect(await source.read()).toBeUndefined();
    // What was asked of the database that has gone comes too late, and counts no more.
    waiting[0]?.(figures);
    expect(await source.read()).toBeUndefined();
    expect(waiting).toHaveLength(2);
  });

  it('are read once for all who ask within some seconds', async () => {
    let reads = 0;
    const source = createFigureSource(async () => {
      reads += 1;
      throw new Error('away');
    });
    const asked = [source.read(), source.read(), source.read()];
    for (const answer of await Promise.allSettled(asked)) expect(answer.status).toBe('rejected');
    expect(reads).toBe(1);
    await expect(source.read()).rejects.toThrow('away');
    expect(reads).toBe(2);
  });
});

/** Asks with a Host header of one's own, and answers the status line. */
async function askAs(url: string, host: string, version: '1.0' | '1.1' = '1.1'): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(`GET /metrics HTTP/${version}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.on('end', () => resolve(text.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}
