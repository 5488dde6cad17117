/** A worker that is told to stop ends within its time, whatever hangs, and leaves no mail without a word on it. */
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { openRuns } from '../../src/database/runs/run-lists';
import { findRun } from '../../src/database/runs/runs';
import { cancelRun } from '../../src/run/operate/cancel';
import { startRun } from '../../src/run/start-run';
import { makeTestFolder, type Running, startNightjar } from '../support/nightjar';
import { type FaultySmtpServer, type SmtpServerOptions, startSmtpServer } from '../support/smtp-server';
import { PEOPLE, prepareSmallShop, SLOT } from './support/small-shop';
import { emailSource, openWorld } from './support/world';

const folder = makeTestFolder('nightjar-drain');
const state = path.join(folder, 'state');
const DRAIN_SECONDS = 4;
let shop: OpenEngines;
let server: FaultySmtpServer;

beforeAll(async () => {
  shop = await openWorld(state);
  await prepareSmallShop(shop);
}, 60_000);
afterEach(async () => {
  await server.close();
  // The next test's worker would go on with it.
  for (const run of await openRuns(shop.db)) await cancelRun(shop, run.runId);
});
afterAll(() => shop.close());

/** Starts a worker process that sends to a server of the test, and waits until it hangs in the first mails. */
async function startSending(job: string, faults: SmtpServerOptions['faults'], hanging: () => boolean) {
  server = await startSmtpServer({ ...(faults === undefined ? {} : { faults }) });
  const { runId } = await startRun(shop, { source: emailSource(job), slot: SLOT, again: false });
  const worker = startNightjar(['worker', '--state', state], {
    env: { SMTP_URL: server.url, NIGHTJAR_WORKER__DRAIN_SECONDS: String(DRAIN_SECONDS) },
  });
  for (let look = 0; look < 1500 && !hanging(); look++) await wait(20);
  expect(hanging()).toBe(true);
  return { runId, worker };
}

async function stop({ child, ended }: Running) {
  const began = Date.now();
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  return { code, stderr, seconds: (Date.now() - began) / 1000 };
}

it('with a mail server that is silent after the final dot: those mails are known as unknown, the others stay planned', async () => {
  const { runId, worker } = await startSending(
    'drain-body',
    { body: { silent: true } },
    () => server.received.length >= 8,
  );

  const { code, seconds } = await stop(worker);

  expect(code).toBe(143);
  expect(seconds).toBeLessThan(DRAIN_SECONDS + 5);
  const counts = await countDeliveries(shop.db, runId);
  expect(counts.unknown).toBe(server.received.length);
  expect(counts.claimed).toBe(0);
  expect(counts.planned + counts.deferred).toBe(PEOPLE - server.received.length);
  expect((await findRun(shop.db, runId))?.state).toBe('sending');
});

it('with a mail server that is silent before the body: nothing is unknown', async () => {
  const commands = () => server.commands.filter((line) => line.startsWith('MAIL')).length;
  const { runId, worker } = await startSending('drain-mail', { mail: { silent: true } }, () => commands() >= 4);

  const { code, seconds } = await stop(worker);

  expect(code).toBe(143);
  expect(seconds).toBeLessThan(DRAIN_SECONDS + 5);
  expect(await countDeliveries(shop.db, runId)).toMatchObject({ claimed: 0, unknown: 0, accepted: 0 });
});

it('a second signal ends it at once', async () => {
  const { worker } = await startSending('drain-twice', { body: { silent: true } }, () => server.received.length >= 1);
  const began = Date.now();
  const stopping = listenFor(worker, 'stopping');
  worker.child.kill('SIGTERM');
  await stopping;
  worker.child.kill('SIGTERM');

  expect((await worker.ended).code).toBe(143);
  expect((Date.now() - began) / 1000).toBeLessThan(DRAIN_SECONDS / 2);
});

/** Waits until the process says a text on stderr. */
function listenFor({ child }: Running, text: string): Promise<void> {
  return new Promise((resolve) => {
    child.stderr?.on('data', (chunk: string) => (chunk.includes(text) ? resolve() : undefined));
  });
}
