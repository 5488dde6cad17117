/** To whom a run is kept: send.onlyTo outside production, and onlyTo of a run; and a proof beside a guard. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { findRun } from '../../src/database/runs/runs';
import { formatPlan } from '../../src/job/plan-text';
import { formatReport } from '../../src/report/text';
import { approveRun } from '../../src/run/operate/approve';
import { planRun } from '../../src/run/plan-run';
import { startRun } from '../../src/run/start-run';
import { readSummary } from '../../src/run/stored-summary';
import { makeTestFolder } from '../support/nightjar';
import { driveToOutput } from './support/outputs';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import { readLedger } from './support/sending-run';
import { addContacts, makeContact, PEOPLE, prepareSmallShop, SLOT } from './support/small-shop';
import { audienceSource, begin, driveRun, emailSource, openWorld, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-safe-steps');
const ONLY_TO = 'onlyTo: [u001@people.example, "*@team.example"]';
let shop: OpenEngines;
let server: RecordingServer;
let rig: Rig;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
  await addContacts(shop, [
    makeContact('t1', { email: 'Kim@Team.example' }),
    makeContact('t2', { email: 'lee@team.example' }),
  ]);
}, 60_000);
beforeEach(async () => {
  server = await startRecordingServer();
  rig = rigUp(shop, { mailUrl: server.url });
});
afterEach(async () => {
  await rig.close();
  await server.close();
});
afterAll(() => shop.close());

const production = (of: Rig): Rig => ({
  ...of,
  engines: { ...of.engines, settings: { ...of.engines.settings, production: true } },
});
const arrivals = () => server.arrivals.map(({ to }) => to.toLowerCase()).sort();
const TEAM = ['kim@team.example', 'lee@team.example'];
const ALL = PEOPLE + TEAM.length;

describe('send.onlyTo', () => {
  it('outside production keeps everybody else out, before anything is bought', async () => {
    const source = emailSource('kept', { send: `{ ${ONLY_TO} }` });
    const plan = await planRun(rig.engines, { source, slot: SLOT });
    const runId = await begin(rig, source);
    const run = await driveRun(rig, runId);

    expect(run.state).toBe('finished');
    expect(arrivals()).toEqual([...TEAM, 'u001@people.example']);
    expect((await batchJobsOf(shop.db, runId)).map(({ lines }) => lines)).toEqual([3]);
    expect(await countDeliveries(shop.db, runId)).toMatchObject({ accepted: 3, excluded: 0 });
    expect(plan).toMatchObject({
      recipients: 3,
      leftOut: [{ name: 'only_to', count: ALL - 3 }],
      avoided: { rows: ALL - 3 },
    });
    expect(formatPlan(plan)).toContain(
      `u001@people.example, *@team.example\n${' '.repeat(16)}send.onlyTo, as this is no production`,
    );
    const summary = readSummary(run);
    expect(summary).toMatchObject({
      contacts: { leftOut: [{ name: 'only_to', count: ALL - 3 }] },
      avoided: { rows: ALL - 3 },
      onlyTo: [{ by: 'job', isInForce: true }],
    });
    if (summary !== undefined) expect(formatReport(summary)).toMatch(/only to .*\(send\.onlyTo,\s+no production\)/);
  });

  it('in production restricts nobody, and plan and report say so', async () => {
    const source = emailSource('free', { send: `{ ${ONLY_TO} }` });
    const own = production(rig);
    expect(formatPlan(await planRun(own.engines, { source, slot: SLOT }))).toContain(
      'send.onlyTo, NOT IN FORCE: this is production',
    );
    const runId = await begin(own, source);
    const run = await driveRun(own, runId);
    expect(arrivals()).toHaveLength(ALL);
    expect(readSummary(run)?.onlyTo).toMatchObject([{ by: 'job', isInForce: false }]);
  });

  it('counts again when a mail is made: an address that has changed meanwhile, and a worker outside production', async () => {
    const where = '{ consent: true, group: moving }';
    const people = ['m1', 'm2'].map((id) =>
      makeContact(id, { email: `${id}@team.example`, attributes: { group: 'moving' } }),
    );
    await addContacts(shop, people);
    const runId = await begin(rig, emailSource('moving', { where, send: `{ ${ONLY_TO} }` }));
    await driveToOutput(rig, runId);
    await addContacts(shop, [makeContact('m2', { email: 'm2@elsewhere.example', attributes: { group: 'moving' } })]);
    await driveRun(rig, runId);
    expect(arrivals()).toEqual(['m1@team.example']);
    expect((await readLedger(shop, runId)).map(({ state, reason }) => `${state} ${reason}`)).toEqual([
      'accepted null',
      'excluded only_to',
    ]);

    const own = production(rig);
    const other = await begin(
      own,
      emailSource('mixed', { where: '{ consent: true, group: main }', send: `{ ${ONLY_TO} }` }),
    );
    await driveRun(own, other, (run) => run.state === 'sending');
    await driveRun(rig, other);
    expect(await countDeliveries(shop.db, other)).toMatchObject({ accepted: 3, excluded: ALL - 3 });
  });

  it('where nothing keeps an instance outside production to the team, and mails leave the machine, the plan warns', async () => {
    const source = emailSource('unkept');
    const warning = /WARNING +this is no production/;
    expect(formatPlan(await planRun(rig.engines, { source, slot: SLOT }))).toMatch(warning);
    for (const engines of [shop, production(rig).engines])
      expect(formatPlan(await planRun(engines, { source, slot: SLOT }))).not.toMatch(warning);
    const kept = await planRun(rig.engines, { source, slot: SLOT, onlyTo: ['*@team.example'] });
    expect(formatPlan(kept)).not.toMatch(warning);
    expect(kept).toMatchObject({ examples: [expect.stringMatching(/^.…@team\.example$/i), expect.any(String)] });
  });
});

describe('onlyTo of a run', () => {
  it('plans nobody else, also in production, and another run of the slot reaches the others', async () => {
    const own = production(rig);
    const source = emailSource('trial');
    const trial = await startRun(own.engines, { source, slot: SLOT, again: false, onlyTo: ['lee@team.example'] });
    const run = await driveRun(own, trial.runId);
    expect(arrivals()).toEqual(['lee@team.example']);
    expect((await batchJobsOf(shop.db, trial.runId)).map(({ lines }) => lines)).toEqual([1]);
    expect(readSummary(run)).toMatchObject({
      chosen: 1,
      contacts: { leftOut: expect.arrayContaining([{ name: 'not_in_run', count: ALL - 1 }]) },
      avoided: { rows: 0 },
      onlyTo: [{ by: 'run', patterns: ['lee@team.example'] }],
    });

    await expect(startRun(own.engines, { source, slot: SLOT, again: false })).rejects.toMatchObject({
      code: 'E_RUN_PARAMS',
      message: expect.stringContaining('has only to l…@team.example; asked for is no list of addresses'),
    });
    const rest = await startRun(own.engines, { source, slot: SLOT, again: true });
    await driveRun(own, rest.runId);
    expect(arrivals()).toHaveLength(ALL);
    expect(new Set(arrivals()).size).toBe(ALL);
  });

  it('holds beside that of the job', async () => {
    const source = emailSource('narrower', { send: `{ ${ONLY_TO} }` });
    const { runId } = await startRun(rig.engines, {
      source,
      slot: SLOT,
      again: false,
      onlyTo: ['*@people.example', 'lee@team.example'],
    });
    await driveRun(rig, runId);
    expect(arrivals()).toEqual(['lee@team.example', 'u001@people.example']);
  });

  it('of nobody who is left, of an audience job, or of what is no pattern is refused before there is a run', async () => {
    const source = emailSource('nowhere');
    const start = (onlyTo: readonly string[], of: Parameters<typeof startRun>[1]['source'] = source) =>
      startRun(rig.engines, { source: of, slot: SLOT, again: false, onlyTo });
    await expect(start(['*'])).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(start([])).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(start(['a@b.example'], audienceSource('tea'))).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(await findRun(shop.db, `nowhere.${SLOT}`)).toBeUndefined();

    const { runId } = await start(['nobody@nowhere.example']);
    expect(await driveRun(rig, runId)).toMatchObject({ state: 'failed', error: { code: 'E_RUN_NO_RECIPIENTS' } });
    expect(await batchJobsOf(shop.db, runId)).toEqual([]);
  });
});

it('guards come before the proof, and each wants its own approval', async () => {
  const source = emailSource('both', { send: '{ proof: { to: [seed@shop.example], samples: 2 } }' });
  const runId = await begin(rig, { ...source, text: `${source.text}guard: { itemShare: 1% }\n` });
  expect((await driveRun(rig, runId)).pausedReason).toBe('guard:itemShare');
  expect(server.asked).toEqual([]);

  await approveRun(rig.engines, runId, 'kim');
  expect((await driveRun(rig, runId)).pausedReason).toBe('proof');
  expect(arrivals()).toEqual(['seed@shop.example', 'seed@shop.example']);

  await approveRun(rig.engines, runId, 'lee');
  const run = await driveRun(rig, runId);
  expect(run.state).toBe('finished');
  expect(arrivals()).toHaveLength(2 + ALL);
  expect(readSummary(run)).toMatchObject({ approvals: [{ guard: 'itemShare', by: 'kim' }], proof: { by: 'lee' } });
});
