/** SIGKILL at random moments of the demo: nothing is sent twice, bought twice, or lost. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { messageIdOf, type NightFacts, readNight } from '../support/night-invariants';
import { listFiles, makeTestFolder, runNightjar, startNightjar } from '../support/nightjar';
import { openState } from '../support/open-state';

const KILLS = process.env.NIGHTJAR_TEST_LONG === '1' ? 20 : 3;
/** The demo takes about this long; kills fall anywhere in it. */
const SPAN_MS = 12_000;
const SEED = Number(process.env.NIGHTJAR_FAULT_SEED ?? 20261125);

const folder = makeTestFolder('nightjar-kill');

describe('the demo, killed again and again', () => {
  it('with the embedded inbox: every Message-ID once, one batch job a fingerprint, everyone handled', async () => {
    const state = path.join(folder, 'inbox-world');
    await killRepeatedly(state, {});
    const end = await runNightjar(['demo', '--state', state, '--json']);
    expect({ code: end.code, stderr: end.code === 0 ? '' : end.stderr }).toEqual({ code: 0, stderr: '' });
    const night = await look(state);
    const ids = listFiles(path.join(state, 'inbox'), '.eml').map((file) => messageIdOf(readFileSync(file, 'latin1')));
    expect(new Set(ids).size).toBe(ids.length);
    expect(night.ledger.accepted).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(1000);
    expect(openRows(night)).toBe(0);
    expectBoughtOnce(night);
  }, 600_000);

  it('with an SMTP server outside: nobody gets a second mail, and only mails in flight are unknown', async () => {
    const state = path.join(folder, 'smtp-world');
    const server = await startCountingServer();
    const env = { SMTP_URL: `smtp://127.0.0.1:${server.port}` };
    await killRepeatedly(state, env);
    const end = await runNightjar(['demo', '--state', state, '--json'], { env });
    const night = await look(state);
    await server.close();
    const unknown = night.ledger.unknown ?? 0;
    expect(end.code).toBe(unknown === 0 ? 0 : 6);
    expect(Math.max(...server.accepted.values())).toBe(1);
    expect(unknown).toBeLessThanOrEqual(KILLS * 8);
    expect(openRows(night) - unknown).toBe(0);
    expect(server.accepted.size).toBeGreaterThanOrEqual(night.ledger.accepted ?? 0);
    expect(server.accepted.size).toBeLessThanOrEqual((night.ledger.accepted ?? 0) + unknown);
    expectBoughtOnce(night);
  }, 600_000);
});

function openRows(night: NightFacts): number {
  return ['planned', 'claimed', 'deferred', 'unknown'].reduce((sum, state) => sum + (night.ledger[state] ?? 0), 0);
}

function expectBoughtOnce(night: NightFacts): void {
  expect(new Set(night.batchJobs).size).toBe(night.batchJobs.length);
  expect(night.batchJobs).toHaveLength(night.fingerprints);
  expect(night.intended).toBe(night.fingerprints);
}

async function killRepeatedly(state: string, env: Record<string, string>): Promise<void> {
  const random = createRandom(SEED);
  for (let kill = 0; kill < KILLS; kill++) {
    const running = startNightjar(['demo', '--state', state], { env });
    await Promise.race([wait(200 + random() * SPAN_MS), running.ended]);
    running.child.kill('SIGKILL');
    await running.ended;
  }
}

async function look(state: string): Promise<NightFacts> {
  const engines = await openState(state);
  try {
    return await readNight(engines);
  } finally {
    await engines.close();
  }
}

/** Lives outside the killed process and counts what it has accepted by Message-ID. */
async function startCountingServer(): Promise<{ port: number; accepted: Map<string, number>; close(): Promise<void> }> {
  const accepted = new Map<string, number>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, _session, callback) => {
      let raw = '';
      stream.on('data', (chunk: Buffer) => {
        raw += chunk.toString('latin1');
      });
      stream.on('end', () => {
        const id = messageIdOf(raw);
        accepted.set(id, (accepted.get(id) ?? 0) + 1);
        callback(null, 'queued');
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, accepted, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** mulberry32: the same kills for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
