/** Destinations that are away while a run delivers: they are waited for once in a run, and all are tried anew by a retry. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { OpenEngines } from '../../src/cli/open-engines';
import { hasOpenShard } from '../../src/database/runs/shards';
import { watchSource } from '../../src/run/audiences/try-destination';
import { retryRun } from '../../src/run/operate/retry';
import { processWork } from '../../src/run/process-work';
import { makeTestFolder } from '../support/nightjar';
import { beginWith, readFolder } from './support/audience-answers';
import { watchS3 } from './support/old-run';
import { userId } from './support/small-shop';
import { audienceSource, driveRun, openShop, type Rig, rigUp } from './support/world';

jest.setTimeout(120_000);

const users = Array.from({ length: 20 }, (_, n) => userId(n + 1));
const PARTS = ['fans.a', 'fans.b', 'rest.a', 'rest.b'];
const folder = makeTestFolder('nightjar-away');
let shop: OpenEngines;
let rig: Rig;
let server: Server;
let port: number;
let status: number;
let uploads: string[] = [];
let logged: string[] = [];
let onLog: (message: string) => void = () => undefined;

const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
const close = () => new Promise((resolve) => server.close(resolve));

beforeAll(async () => {
  shop = await openShop(folder);
  server = createServer((request, answer) => {
    request.resume();
    request.on('end', () => {
      uploads.push(path.basename(request.url ?? ''));
      answer.writeHead(status, { connection: 'close' }).end();
    });
  });
  await listen(0);
  port = (server.address() as AddressInfo).port;
  const destinations = {
    bucket: { url: `s3://${shop.settings.storage.bucket}/partner/` },
    partner: { url: `http://127.0.0.1:${port}/in/`, retryAfterSeconds: [0.01, 0.01] },
  };
  const { engines, ...rest } = rigUp(shop);
  const log: typeof engines.log = (_level, message) => {
    logged.push(message);
    onLog(message);
  };
  rig = { ...rest, engines: { ...engines, log, settings: { ...engines.settings, destinations } } };
});
beforeEach(() => {
  [uploads, logged, status] = [[], [], 201];
  onLog = () => undefined;
});
afterAll(async () => {
  if (server.listening) await close();
  await shop.close();
});

function source(name: string, more = ', combine: { fans: tea, rest: "everyone & !tea" }, split: { a: 50%, b: 50% }') {
  const { file, text, template } = audienceSource(name);
  const audience = `audience: { to: audiences/${name}/, formats: [csv], deliver: [partner, bucket]${more} }`;
  return { file, text: text.replace(/^audience: .*$/m, audience), template };
}

const retry = (runId: string) => retryRun(rig.engines, runId, { only: [], fresh: undefined });
const csvOf = (parts: readonly string[]) => parts.map((part) => `${part}.csv`);
const waits = () => logged.filter((message) => message === 'destination is away').length;

it('a destination that answers but takes nothing is waited for once, and then tried once for each part', async () => {
  status = 503;
  const runId = await beginWith(rig, source('answering'), { slot: '2026-03-02', users });
  expect(await driveRun(rig, runId)).toMatchObject({
    state: 'failed',
    error: {
      code: 'E_DESTINATION_AWAY',
      message: 'the destination "partner" answers with 503, and lacks fans.a, fans.b, rest.a and 1 more',
      fix: `when it is back, let the run go on: nightjar runs retry ${runId}`,
    },
  });
  expect(uploads).toEqual(csvOf(['fans.a', 'fans.a', ...PARTS]));
  expect(waits()).toBe(2);
  expect([...(await readFolder(rig, `partner/${runId}/`)).keys()]).toHaveLength(8);

  // A person who lets it go on has it waited for anew.
  [uploads, logged] = [[], []];
  await retry(runId);
  expect((await driveRun(rig, runId)).state).toBe('failed');
  expect(uploads).toEqual(csvOf(['fans.a', 'fans.a', ...PARTS]));
  expect(waits()).toBe(2);
});

it('a file that a destination chokes on keeps no other part from it', async () => {
  const runId = await beginWith(rig, source('choking'), { slot: '2026-03-02', users });
  const judge = (request: { readonly url?: string | undefined }) => {
    status = request.url?.endsWith('fans.a.csv') === true ? 500 : 201;
  };
  server.on('request', judge);
  const failed = await driveRun(rig, runId);
  server.off('request', judge);
  expect(failed.error).toMatchObject({ message: 'the destination "partner" answers with 500, and lacks fans.a' });
  expect(uploads).toEqual([
    ...csvOf(['fans.a', 'fans.a', 'fans.a']),
    ...PARTS.slice(1).flatMap((part) => [`${part}.csv`, `${part}.manifest.json`]),
  ]);
});

it('one where nobody answers is not tried again in the run, and its retry tries everything', async () => {
  const runId = await beginWith(rig, source('unreached'), { slot: '2026-03-02', users });
  await close();
  // It is back as soon as the first part was given up.
  let back: Promise<void> | undefined;
  onLog = (message) => {
    if (message === 'audience not delivered') back ??= listen(port);
  };
  const failed = await driveRun(rig, runId);
  await back;
  expect(failed.error).toMatchObject({
    code: 'E_DESTINATION_AWAY',
    message: 'the destination "partner" can\'t be reached (ECONNREFUSED), and lacks fans.a, fans.b, rest.a and 1 more',
  });
  expect(waits()).toBe(2);
  expect(logged.filter((message) => message === 'audience not delivered')).toHaveLength(4);
  expect(uploads).toEqual([]);

  await retry(runId);
  expect((await driveRun(rig, runId)).state).toBe('finished');
  expect(uploads).toEqual(PARTS.flatMap((part) => [`${part}.csv`, `${part}.manifest.json`]));
});

it('one that has answered and is gone for a moment is waited for', async () => {
  const runId = await beginWith(rig, source('flaky'), { slot: '2026-03-02', users });
  const judge = (request: { readonly url?: string | undefined }) => {
    status = request.url?.endsWith('fans.a.csv') === true ? 500 : 201;
  };
  server.on('request', judge);
  let back: Promise<void> | undefined;
  onLog = (message) => {
    if (message === 'audience not delivered' && back === undefined) server.close();
    if (message === 'destination is away' && !server.listening) back ??= listen(port);
  };
  const failed = await driveRun(rig, runId);
  server.off('request', judge);
  await back;
  expect(failed.error).toMatchObject({ message: 'the destination "partner" answers with 500, and lacks fans.a' });
  expect(waits()).toBe(3);
  expect(uploads.slice(3)).toEqual(PARTS.slice(1).flatMap((part) => [`${part}.csv`, `${part}.manifest.json`]));
});

it('two destinations that fail are both told', async () => {
  const runId = await beginWith(rig, source('both', ''), { slot: '2026-03-02', users });
  status = 403;
  const destinations = { ...rig.engines.settings.destinations, bucket: { url: 's3://no-such-bucket/in/' } };
  const engines = { ...rig.engines, settings: { ...rig.engines.settings, destinations } };
  expect((await driveRun({ ...rig, engines }, runId)).error).toMatchObject({
    code: 'E_DESTINATION_REFUSED',
    message:
      'the destination "partner" refuses the upload (403), and lacks tea; ' +
      'the destination "bucket" refuses the upload (NoSuchBucket), and lacks tea',
    fix: expect.stringMatching(/^set destinations.partner.authorization.*; and make the bucket "no-such-bucket"/),
  });
});

it('a file that can not be read for a while is no fault of the destination, and fails no run', async () => {
  const runId = await beginWith(rig, source('unread', ''), { slot: '2026-03-02', users });
  await driveRun(rig, runId, async () => (await hasOpenShard(shop.db, runId, 'deliver')) && written(runId));
  const lost = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  const s3 = watchS3(rig.engines.s3, (name, input) => {
    if (name === 'GetObjectCommand' && JSON.stringify(input).includes('tea.csv"')) throw lost;
  });
  const work = { runId, stage: 'deliver', shard: 0 };
  const outcome = await processWork({ ...rig.engines, s3 }, work, new AbortController().signal);
  expect(outcome.kind).toBe('again');
  expect(waits()).toBe(0);
  expect((await driveRun(rig, runId)).state).toBe('finished');
});

const written = async (runId: string) => !(await hasOpenShard(shop.db, runId, 'write'));

it('why a reader stops is no failure of what it reads', async () => {
  let closed = 0;
  const chunks = async function* () {
    try {
      for (;;) yield new Uint8Array(9);
    } finally {
      closed += 1;
    }
  };
  const { open, failures } = watchSource(chunks);
  const cut = Readable.from(open());
  await once(cut, 'readable');
  cut.destroy(new Error('the connection is cut'));
  await once(cut, 'error');
  expect({ failures, closed }).toEqual({ failures: [], closed: 1 });

  const lost = new Error('lost');
  const unread = watchSource(async function* () {
    yield new Uint8Array(9);
    throw lost;
  });
  await expect(buffer(Readable.from(unread.open()))).rejects.toBe(lost);
  expect(unread.failures).toEqual([{ error: lost }]);
});

it('of two workers that have one audience in hand, the later one tries nothing again', async () => {
  status = 503;
  const runId = await beginWith(rig, source('twice', ''), { slot: '2026-03-02', users });
  await driveRun(rig, runId, (run) => run.state === 'writing');
  const signal = new AbortController().signal;
  for (const stage of ['write', 'deliver']) {
    const work = { runId, stage, shard: 0 };
    await Promise.all([processWork(rig.engines, work, signal), processWork(rig.engines, work, signal)]);
  }
  expect(uploads).toEqual(csvOf(['tea', 'tea', 'tea']));
  expect((await driveRun(rig, runId)).state).toBe('failed');
  status = 201;
  await retry(runId);
  expect((await driveRun(rig, runId)).state).toBe('finished');
});
