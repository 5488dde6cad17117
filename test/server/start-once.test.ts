/** Idempotency keys: one key, one run, whatever happens between the call and its answer. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { noteApiCall } from '../../src/database/runs/api-calls';
import { listRuns } from '../../src/database/runs/run-lists';
import { KEPT_MS } from '../../src/server/start-once';
import { addContacts, makeContact, prepareSmallShop } from '../run/support/small-shop';
import { driveRun, emailSource, openWorld, type Rig, rigUp } from '../run/support/world';
import { makeTestFolder } from '../support/nightjar';
import { makeJobs, type Reply, type Served, serve, TOKENS } from './support/served';

const folder = makeTestFolder('nightjar-keys');
const SLOT = '2026-03-02';
let shop: OpenEngines;
let rig: Rig;
let served: Served;
const jobs = makeJobs();

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
  rig = rigUp(shop);
  served = await serve(rig.engines, jobs);
}, 60_000);
afterAll(async () => {
  await served?.server.close();
  await shop?.close();
});

interface Wish {
  readonly key?: string;
  readonly body?: object;
  readonly token?: string;
  readonly at?: Served;
}

function start(
  job: string,
  { key, body = { slot: SLOT }, token = TOKENS.marketing, at = served }: Wish = {},
): Promise<Reply> {
  return at.call('POST', `/api/jobs/${job}/runs`, {
    token,
    body,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
}

async function runsOf(job: string): Promise<readonly string[]> {
  return (await listRuns(shop.db, { limit: 100, job })).map(({ runId }) => runId).sort();
}

const addPerson = (group: string, nth: number) =>
  addContacts(shop, [makeContact(`${group}-${nth}`, { attributes: { group } })]);

/** Makes a job whose slot has been run: a call with `again` would make another run each time. */
async function finishedJob(name: string): Promise<string> {
  jobs.add(emailSource(name, { where: `{ consent: true, group: ${name} }` }));
  await addPerson(name, 1);
  const { json } = await start(name, { body: { slot: SLOT } });
  await driveRun(rig, String(json?.run));
  return name;
}

it('calls at the same time, of two servers, start one run; the same key answers it later too', async () => {
  jobs.add(emailSource('many'));
  const second = await serve(rig.engines, jobs);
  const servers = Array.from({ length: 12 }, (_, nth) => (nth % 2 === 0 ? served : second));
  const replies = await Promise.all(servers.map((at) => start('many', { key: 'k1', at })));
  await second.server.close();
  expect(replies.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 11 }, () => 200), 202]);
  expect(await runsOf('many')).toEqual([`many.${SLOT}`]);
  // The order of members is no difference, and defaults are none.
  const repeated = await start('many', { key: 'k1', body: { again: false, params: {}, slot: SLOT } });
  expect(repeated).toMatchObject({ status: 200, json: { run: `many.${SLOT}`, how: 'found' } });
});

it('a key with another request is refused; the keys of others are others', async () => {
  jobs.add(emailSource('other'));
  await start('other', { key: 'k2' });
  for (const body of [{ slot: '2026-03-03' }, { slot: SLOT, again: true }, { slot: SLOT, limit: 3 }, {}])
    expect(await start('other', { key: 'k2', body })).toMatchObject({
      status: 422,
      json: { error: { code: 'E_API_KEY' } },
    });
  expect(await start('many', { key: 'k2' })).toMatchObject({ status: 422 });
  expect(await runsOf('other')).toEqual([`other.${SLOT}`]);
  const another = await start('other', { key: 'k2', body: { slot: '2026-03-03' }, token: TOKENS.ops });
  expect(another).toMatchObject({ status: 202, json: { run: 'other.2026-03-03' } });
  expect(await start('other', { key: 'white space' })).toMatchObject({
    status: 400,
    json: { error: { code: 'E_API_REQUEST' } },
  });
});

it('a call that was cut off before it noted its run finds it, also a further run of a slot', async () => {
  const job = await finishedJob('cut');
  const call = { caller: 'marketing', key: 'k3', job, slot: SLOT };
  const asked = { slot: SLOT, again: true };
  await addPerson(job, 2);
  // What a first call leaves that dies after its run was made: its intent, and the run.
  const first = await start(job, { key: 'k3-same', body: asked });
  expect(first.json).toMatchObject({ run: `${job}.${SLOT}.2`, how: 'created' });
  await driveRun(rig, `${job}.${SLOT}.2`);
  const { request_hash: requestHash } = await shop.db
    .selectFrom('api_call')
    .select('request_hash')
    .where('key', '=', 'k3-same')
    .executeTakeFirstOrThrow();
  await addPerson(job, 3);
  await noteApiCall(shop.db, { ...call, requestHash, runsBefore: 1 }, rig.clock.now());
  const repeated = await start(job, { key: 'k3', body: asked });
  expect(repeated).toMatchObject({ status: 200, json: { run: `${job}.${SLOT}.2`, how: 'found' } });
  // There is somebody left whom another run would reach.
  expect((await start(job, { key: 'k3-same', body: asked })).json).toMatchObject({ run: `${job}.${SLOT}.2` });
  expect(await runsOf(job)).toEqual([`${job}.${SLOT}`, `${job}.${SLOT}.2`]);
});

it('a call that was cut off does not take the run that somebody else has made meanwhile with another limit', async () => {
  jobs.add(emailSource('taken'));
  const call = { caller: 'marketing', key: 'k6', job: 'taken', slot: SLOT };
  const asked = { slot: SLOT, limit: 1 };
  // A call of the same wish leaves its hash; its run is forgotten, as if it had never been made.
  await start('taken', { key: 'k6-same', body: asked });
  const { request_hash: requestHash } = await shop.db
    .selectFrom('api_call')
    .select('request_hash')
    .where('key', '=', 'k6-same')
    .executeTakeFirstOrThrow();
  await shop.db.updateTable('run').set({ recipient_limit: null }).where('run_id', '=', `taken.${SLOT}`).execute();
  await noteApiCall(shop.db, { ...call, requestHash, runsBefore: 0 }, rig.clock.now());
  expect(await start('taken', { key: 'k6', body: asked })).toMatchObject({
    status: 409,
    json: { error: { code: 'E_RUN_PARAMS' } },
  });
});

it('a key answers its run whatever has become of the job meanwhile', async () => {
  jobs.add(emailSource('moved'));
  const first = await start('moved', { key: 'k7' });
  expect(first.status).toBe(202);
  jobs.add({ ...emailSource('moved'), text: 'about: Wrong\nkind: letter\n' });
  expect(await start('moved', { key: 'k7' })).toMatchObject({ status: 200, json: { run: first.json?.run } });
  expect(await start('moved', { key: 'k7', body: {} })).toMatchObject({
    status: 422,
    json: { error: { code: 'E_API_KEY' } },
  });
});

it('of calls at the same time that ask for different runs of a slot one is answered, and the other refused', async () => {
  jobs.add(emailSource('raced'));
  const bodies = [1, 2].map((limit) => ({ slot: SLOT, limit }));
  const replies = await Promise.all(bodies.map((body) => start('raced', { body })));
  expect(replies.map(({ status }) => status).sort()).toEqual([202, 409]);
  expect(replies.find(({ status }) => status === 409)?.json).toMatchObject({ error: { code: 'E_RUN_PARAMS' } });
});

it('a request that came to nothing frees its key', async () => {
  jobs.add({ ...emailSource('mended'), text: 'about: Wrong\nkind: letter\n' });
  expect(await start('mended', { key: 'k4' })).toMatchObject({ status: 422, json: { error: { code: 'E_JOB_FIELD' } } });
  jobs.add(emailSource('mended', { solution: 'none-such' }));
  expect(await start('mended', { key: 'k4', body: { slot: '2026-03-03' } })).toMatchObject({ status: 422 });
  jobs.add(emailSource('mended'));
  expect(await start('mended', { key: 'k4' })).toMatchObject({ status: 202, json: { how: 'created' } });
});

it('a day later it is still the run of the first call, and after 30 days a key is free', async () => {
  jobs.add(emailSource('daily'));
  const first = await start('daily', { key: 'k5', body: {} });
  expect(first.status).toBe(202);
  rig.clock.advanceTo(rig.clock.now() + 86_400_000);
  expect((await start('daily', { key: 'k5', body: {} })).json).toMatchObject({ run: first.json?.run, how: 'found' });
  rig.clock.advanceTo(rig.clock.now() + KEPT_MS);
  const later = await start('daily', { key: 'k5', body: {} });
  expect(later.status).toBe(202);
  expect(later.json?.run).not.toBe(first.json?.run);
});
