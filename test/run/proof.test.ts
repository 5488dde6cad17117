/** The proof of a run: sample mails to a seed list, each once whatever crashes; then the run waits for its time or a person. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { NOBODY, verifyUnsubscribe } from '../../src/content/links';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { findProof } from '../../src/database/runs/proofs';
import { findRun, moveRun, type RunRow } from '../../src/database/runs/runs';
import { formatReport } from '../../src/report/text';
import type { Engines } from '../../src/run/engines';
import { exitCodeOf, followRun } from '../../src/run/follow-run';
import { approveRun } from '../../src/run/operate/approve';
import { cancelRun } from '../../src/run/operate/cancel';
import { retryRun } from '../../src/run/operate/retry';
import { readStanding } from '../../src/run/operate/standing';
import { processWork } from '../../src/run/process-work';
import { readSummary } from '../../src/run/stored-summary';
import { reconcile } from '../../src/run/worker';
import { makeTestFolder } from '../support/nightjar';
import { type FaultySmtpServer, type SmtpServerOptions, startSmtpServer } from '../support/smtp-server';
import { headersOf, textOf, tokensOf } from './support/mail-text';
import { dyingAt } from './support/old-run';
import { makeSendingRun, readLedger, stockShop } from './support/sending-run';
import { driveRun, openWorld, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-proof');
const SEEDS = ['seed@shop.example', 'boss@shop.example'];
const PEOPLE = 5;
const MINUTE = 60_000;
let shop: OpenEngines;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  shop = await openWorld(folder);
  await stockShop(shop);
}, 60_000);
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => shop.close());

async function serve(options: SmtpServerOptions = {}): Promise<{ server: FaultySmtpServer; rig: Rig }> {
  const server = await startSmtpServer(options);
  const rig = rigUp(shop, { mailUrl: server.url, retryAfterSeconds: [60, 60], silenceMs: 500 });
  closing.push(
    () => server.close(),
    () => rig.close(),
  );
  return { server, rig };
}

/** A run whose output has been read: what comes next is its proof. */
async function makeRun(rig: Rig, name: string, proof: string): Promise<string> {
  const wish = {
    name,
    domains: { 'people.example': PEOPLE },
    send: `{ proof: { to: [${SEEDS.join(', ')}], ${proof} } }`,
  };
  const { runId } = await makeSendingRun(rig.engines, wish);
  await moveRun(shop.db, runId, { from: 'sending', to: 'collecting', now: rig.clock.now() });
  return runId;
}

const work = (engines: Engines, runId: string) =>
  processWork(engines, { runId, stage: 'close-collecting', shard: 0 }, new AbortController().signal);

const proofsOf = (server: FaultySmtpServer) => server.received.filter((mail) => SEEDS.includes(mail.to[0] ?? ''));
const peopleOf = (server: FaultySmtpServer) => server.received.filter((mail) => !SEEDS.includes(mail.to[0] ?? ''));
const stateOf = ({ state, pausedReason }: RunRow) => `${state}(${pausedReason ?? ''})`;

/** Each mail of a proof by whom it shows and who got it. */
function namesOf(server: FaultySmtpServer): readonly string[] {
  return proofsOf(server).map((mail) => `${headersOf(mail.message).get('message-id')} ${mail.to[0]}`);
}

describe('a proof', () => {
  it('shows the seed list the mails of sample people as they will be, and takes nobody off a list', async () => {
    const { server, rig } = await serve();
    const runId = await makeRun(rig, 'shown', 'samples: 2');
    const run = await driveRun(rig, runId);

    expect(stateOf(run)).toBe('paused(proof)');
    expect(exitCodeOf(run, undefined)).toBe(6);
    expect(run.error).toMatchObject({
      code: 'E_RUN_PROOF',
      message: '4 proofs were sent to s…@shop.example, b…@shop.example; the run waits for a person',
      fix: expect.stringContaining(`nightjar runs approve ${runId}`),
    });
    expect(server.received.map((mail) => mail.to[0])).toEqual([...SEEDS, ...SEEDS]);
    expect(await countDeliveries(shop.db, runId)).toMatchObject({ planned: PEOPLE, accepted: 0 });
    expect(new Set(namesOf(server)).size).toBe(4);

    await approveRun(rig.engines, runId, 'kim');
    expect((await driveRun(rig, runId)).state).toBe('finished');
    expect(proofsOf(server)).toHaveLength(4);
    expect(peopleOf(server)).toHaveLength(PEOPLE);

    const shown = (await findProof(shop.db, runId))?.mails[0]?.userId;
    const [proof] = proofsOf(server);
    const real = peopleOf(server).find((mail) => mail.to[0] === `${shown}@people.example`);
    if (proof === undefined || real === undefined) throw new Error('a mail is missing');
    const [ofProof, ofReal] = [headersOf(proof.message), headersOf(real.message)];
    expect(ofProof.get('subject')).toBe(`[proof] ${ofReal.get('subject')}`);
    expect(ofProof.get('from')).toBe(ofReal.get('from'));
    expect(ofProof.get('to')).toBe(SEEDS[0]);
    expect(ofProof.get('x-nightjar-proof')).toBe(`${runId}; sample 1 of 2`);
    expect(ofReal.has('x-nightjar-proof')).toBe(false);

    const [token = ''] = tokensOf(real.message);
    expect(verifyUnsubscribe(token, shop.secret)).toEqual({ userId: shown, list: 'shown' });
    for (const mail of proofsOf(server))
      expect(tokensOf(mail.message).map((text) => verifyUnsubscribe(text, shop.secret))).toEqual([
        { userId: NOBODY, list: 'shown' },
      ]);
    const bodyOf = (message: Buffer) => textOf(message).replaceAll(/=_\w+|\/u\/[\w-]+/g, '');
    const [proofBody, realBody] = [proof, real].map(({ message }) => bodyOf(message).split('\r\n\r\n').slice(1));
    expect(proofBody).toEqual(realBody);
  });

  it('holds the run until its time is over; then it goes on by itself', async () => {
    const { server, rig } = await serve();
    const runId = await makeRun(rig, 'held', 'hold: 30m, samples: 1');
    const began = rig.clock.now();
    const paused = await driveRun(rig, runId);
    expect(paused.error).toMatchObject({ message: expect.stringMatching(/; the run waits until 20.*Z$/) });
    expect((await readStanding(shop, paused)).proof).toMatchObject({
      mails: [
        { to: 's…@shop.example', state: 'accepted' },
        { to: 'b…@shop.example', state: 'accepted' },
      ],
      heldUntil: expect.stringMatching(/Z$/),
    });
    const told: string[] = [];
    const stop = new AbortController();
    const followed = followRun(rig.engines, runId, {
      signal: stop.signal,
      onProgress: ({ held }) => {
        told.push(held ?? '');
        stop.abort();
      },
    });
    expect((await followed).state).toBe('paused');
    expect(told).toEqual([
      expect.stringMatching(/^its proof was sent; it goes on at 20.*Z, or: nightjar runs approve held/),
    ]);

    rig.clock.advanceTo(began + 29 * MINUTE);
    await reconcile(rig.engines);
    expect((await findRun(shop.db, runId))?.state).toBe('paused');
    rig.clock.advanceTo(began + 32 * MINUTE);
    await Promise.all([reconcile(rig.engines), reconcile(rig.engines)]);
    expect((await findRun(shop.db, runId))?.state).toBe('collecting');
    const run = await driveRun(rig, runId);
    expect(run.state).toBe('finished');
    expect([proofsOf(server).length, peopleOf(server).length]).toEqual([2, PEOPLE]);
    const summary = readSummary(run);
    expect(summary?.proof).toMatchObject({ mails: 2, accepted: 2, by: 'hold' });
    if (summary !== undefined)
      expect(formatReport(summary)).toMatch(
        /proof +2 e-mails to s…@shop\.example, b…@shop\.example: 2 accepted;\s+gone\s+on\s+by\s+hold/,
      );
  });

  it('waits for a person where it has no hold: approve lets it go on, retry does not', async () => {
    const { server, rig } = await serve();
    const runId = await makeRun(rig, 'waits', 'samples: 1');
    const paused = await driveRun(rig, runId);
    rig.clock.advanceTo(rig.clock.now() + 90 * 24 * 60 * MINUTE);
    await reconcile(rig.engines);
    expect((await findRun(shop.db, runId))?.state).toBe('paused');
    expect((await readStanding(shop, paused)).advice.map(({ command }) => command)).toEqual([
      `nightjar runs approve ${runId}`,
      `nightjar runs cancel ${runId}`,
    ]);
    await expect(retryRun(rig.engines, runId, { only: [], fresh: undefined })).rejects.toMatchObject({
      code: 'E_USAGE',
      fix: `nightjar runs approve ${runId}`,
    });
    const approvals = await Promise.allSettled([
      approveRun(rig.engines, runId, 'kim'),
      approveRun(rig.engines, runId, 'lee'),
    ]);
    expect(approvals.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(approvals.find((one) => one.status === 'fulfilled')).toMatchObject({
      value: { was: 'paused(proof)', state: 'collecting', proof: { accepted: 2 } },
    });
    expect((await driveRun(rig, runId)).state).toBe('finished');
    expect(proofsOf(server)).toHaveLength(2);
  });

  it('of a run that is cancelled lets nothing follow', async () => {
    const { server, rig } = await serve();
    const runId = await makeRun(rig, 'ended', 'hold: 1m, samples: 1');
    await driveRun(rig, runId);
    await cancelRun(rig.engines, runId);
    rig.clock.advanceTo(rig.clock.now() + 5 * MINUTE);
    await reconcile(rig.engines);
    expect((await findRun(shop.db, runId))?.state).toBe('cancelled');
    await expect(approveRun(rig.engines, runId, 'kim')).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(peopleOf(server)).toEqual([]);
    expect((await readLedger(shop, runId)).every((row) => row.state === 'dropped')).toBe(true);
  });
});

describe('a proof is sent once', () => {
  it('however many workers come to it at a time', async () => {
    const { server, rig } = await serve();
    const runId = await makeRun(rig, 'many', 'samples: 3');
    const workers = Array.from({ length: 4 }, (_, nth) => ({ ...rig.engines, token: `worker${nth}` }));
    await Promise.all(workers.map((engines) => work(engines, runId)));
    await driveRun(rig, runId);
    expect(namesOf(server)).toHaveLength(6);
    expect(new Set(namesOf(server)).size).toBe(6);
  });

  it('wherever its worker dies, and what may have been sent is shown and never sent again', async () => {
    const { server, rig } = await serve();
    let deaths = 0;
    let doubts = 0;
    for (let nth = 1; nth < 60; nth += 1) {
      const runId = await makeRun(rig, `dies-${nth}`, 'samples: 1');
      const before = server.received.length;
      const dying = dyingAt(rig.engines, nth);
      await work({ ...dying.engines, token: `dying${nth}` }, runId).catch(() => undefined);
      const died = dying.calls() >= nth;
      deaths += died ? 1 : 0;
      const run = await driveRun(rig, runId);
      const sent = server.received.slice(before).map((mail) => mail.to[0]);
      expect(sent.length).toBe(new Set(sent).size);
      const states = (await findProof(shop.db, runId))?.mails.map(({ state }) => state) ?? [];
      expect(states).toHaveLength(2);
      const unknown = states.filter((state) => state === 'unknown').length;
      doubts += unknown;
      expect(states.filter((state) => state === 'accepted').length + unknown).toBe(2);
      expect(sent.length).toBeGreaterThanOrEqual(2 - unknown);
      expect(stateOf(run)).toBe('paused(proof)');
      if (!died) break;
    }
    expect(deaths).toBeGreaterThan(8);
    expect(doubts).toBeGreaterThan(0);
  });

  it('also where the server takes it and never answers', async () => {
    const { server, rig } = await serve({ faults: { body: (nth) => (nth === 1 ? { drop: 'reset' } : undefined) } });
    const runId = await makeRun(rig, 'silent', 'hold: 1m, samples: 1');
    const run = await driveRun(rig, runId);
    expect(run.error).toMatchObject({ message: expect.stringContaining('(of 1 it is not known whether it arrived)') });
    expect((await readStanding(shop, run)).proof?.mails.map(({ state }) => state)).toEqual(['unknown', 'accepted']);
    expect(proofsOf(server).map((mail) => mail.to[0])).toEqual(SEEDS);
  });
});

it('a proof of which nobody knows whether it arrived waits for a person, and nothing else is advised', async () => {
  const { server, rig } = await serve({ faults: { body: { drop: 'reset' } } });
  const runId = await makeRun(rig, 'doubtful', 'hold: 1m, samples: 1');
  const run = await driveRun(rig, runId);
  expect(stateOf(run)).toBe('paused(proof:failed)');
  expect(run.error).toMatchObject({ fix: expect.not.stringContaining('runs retry') });
  await retryRun(rig.engines, runId, { only: [], fresh: undefined });
  expect(stateOf(await driveRun(rig, runId))).toBe('paused(proof:failed)');
  expect(proofsOf(server)).toHaveLength(2);
});

describe('a proof that is not taken', () => {
  it('stops the run with the answer of the server; retry sends it again, and what was taken stays', async () => {
    const refuse = { on: true };
    const { server, rig } = await serve({
      faults: {
        rcpt: (nth) => (refuse.on && nth === 2 ? { reply: '550 5.1.1 <boss@shop.example> no such user' } : undefined),
      },
    });
    const runId = await makeRun(rig, 'refused', 'hold: 1m, samples: 1');
    const run = await driveRun(rig, runId);
    expect(stateOf(run)).toBe('paused(proof:failed)');
    expect(run.error).toMatchObject({
      code: 'E_RUN_PROOF',
      message: expect.stringMatching(
        /^1 of 2 proofs were not taken, the first: "550 5\.1\.1 <…@shop\.example> no such user"/,
      ),
    });
    rig.clock.advanceTo(rig.clock.now() + 60 * MINUTE);
    await reconcile(rig.engines);
    expect((await findRun(shop.db, runId))?.state).toBe('paused');
    expect((await readStanding(shop, run)).advice[0]?.command).toBe(`nightjar runs retry ${runId}`);

    refuse.on = false;
    await retryRun(rig.engines, runId, { only: [], fresh: undefined });
    expect(stateOf(await driveRun(rig, runId))).toBe('paused(proof)');
    expect(proofsOf(server).map((mail) => mail.to[0])).toEqual(SEEDS);
    expect(peopleOf(server)).toEqual([]);
  });

  it('goes on without where a person says so', async () => {
    const { server, rig } = await serve({ faults: { rcpt: (nth) => (nth <= 2 ? { reply: '550 no' } : undefined) } });
    const runId = await makeRun(rig, 'without', 'samples: 1');
    expect(stateOf(await driveRun(rig, runId))).toBe('paused(proof:failed)');
    await approveRun(rig.engines, runId, 'kim');
    expect((await driveRun(rig, runId)).state).toBe('finished');
    expect(peopleOf(server)).toHaveLength(PEOPLE);
  });

  it('is tried again where the server puts it off, and given up after three times', async () => {
    const { server, rig } = await serve({
      faults: { rcpt: (nth) => (nth === 1 ? { reply: '451 4.7.1 later' } : undefined) },
    });
    const runId = await makeRun(rig, 'put-off', 'samples: 1');
    expect(await work(rig.engines, runId)).toMatchObject({ kind: 'again', at: expect.any(Number) });
    expect((await findRun(shop.db, runId))?.state).toBe('collecting');
    expect(stateOf(await driveRun(rig, runId))).toBe('paused(proof)');
    expect(proofsOf(server).map((mail) => mail.to[0])).toEqual([...SEEDS].reverse());

    const never = await serve({ faults: { rcpt: { reply: '451 4.7.1 later' } } });
    const other = await makeRun(never.rig, 'never', 'samples: 1');
    expect(stateOf(await driveRun(never.rig, other))).toBe('paused(proof:failed)');
    expect(never.server.commands.filter((line) => /^RCPT/i.test(line))).toHaveLength(6);
  });

  it('waits for a server that is away, and fails nothing', async () => {
    const { rig } = await serve({ faults: { connect: { reply: '421 4.3.2 closed' } } });
    const runId = await makeRun(rig, 'away', 'samples: 1');
    expect(await work(rig.engines, runId)).toMatchObject({ kind: 'again' });
    const run = await findRun(shop.db, runId);
    expect(run?.state).toBe('collecting');
    expect((await findProof(shop.db, runId))?.mails.map(({ state }) => state)).toEqual(['planned', 'planned']);
  });
});
