/** Engines that are away for hours: a run waits, says so now and then, and goes on by itself. */
import { Kysely, PostgresDialect } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { createPool } from '../../src/database/connecting/connection';
import { listAttempts } from '../../src/database/runs/attempts';
import { findRun } from '../../src/database/runs/runs';
import type { Tables } from '../../src/database/schema';
import type { Engines } from '../../src/run/engines';
import { explainFailure } from '../../src/run/explain-failure';
import { processWork } from '../../src/run/process-work';
import { makeTestFolder } from '../support/nightjar';
import { findClosedPort } from '../support/smtp-server';
import { prepareSmallShop } from './support/small-shop';
import { begin, driveRun, emailSource, openWorld, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-outages');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
}, 60_000);
afterAll(() => shop.close());

const HOURS = 2;

/** What AWS's SDK throws where nobody answers, or where it is told to slow down. */
function awsError(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

/** A client of which every call fails. */
function failing<T extends { send: unknown }>(client: T, error: Error): T {
  return Object.assign(Object.create(client), { send: () => Promise.reject(error) });
}

it.each([
  ['a socket that nobody listens on', { code: 'ENOENT', syscall: 'connect' }, 'later'],
  ['a file that is not there', { code: 'ENOENT', syscall: 'open' }, 'never'],
  ['a replica after a failover', { code: '25006' }, 'later'],
  ['a statement that took too long', { code: '57014' }, 'later'],
  ['a row that is there already', { code: '23505' }, 'never'],
  ['no credentials for now', { name: 'CredentialsProviderError' }, 'later'],
  ['a slow body at S3', { name: 'RequestTimeout', $metadata: { httpStatusCode: 400 } }, 'later'],
  ['no permission', { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } }, 'afterFix'],
])('%s is told apart', (_what, fields, retry) => {
  expect(explainFailure(Object.assign(new Error('x'), fields)).retry).toBe(retry);
});

describe.each([
  [
    'Personalize throttles',
    (e: Engines) => ({ personalize: failing(e.personalize, awsError('ThrottlingException', 400)) }),
  ],
  ['Personalize is unreachable', (e: Engines) => ({ personalize: failing(e.personalize, awsError('TimeoutError')) })],
  [
    'S3 is unreachable',
    (e: Engines) => ({ s3: failing(e.s3, Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })) }),
  ],
])('%s for a night', (how, breakIt) => {
  it('and the run that has bought a batch job goes on when it is over; the log stays short', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource(how.toLowerCase().replaceAll(' ', '-').replace('is-un', 'un')));
    await driveRun(rig, id, (run) => run.state === 'waiting');
    const logged: string[] = [];
    const broken = { ...rig.engines, ...breakIt(rig.engines), log: (level: string) => void logged.push(level) };
    const began = rig.clock.now();

    const run = await driveRun({ ...rig, engines: broken }, id, () => rig.clock.now() - began > HOURS * 3_600_000);

    expect(run.state).toBe('waiting');
    expect(await listAttempts(shop.db, id)).toMatchObject([{ stage: 'infer', failure: { code: 'E_ENGINE_AWS' } }]);
    expect(logged.filter((level) => level === 'warn').length).toBeLessThanOrEqual(HOURS * 12 + 1);
    expect((await driveRun(rig, id)).state).toBe('finished');
    expect(await listAttempts(shop.db, id)).toEqual([]);
  });
});

it('the database itself away is no failure of the run: the work comes back', async () => {
  const rig = rigUp(shop);
  const id = await begin(rig, emailSource('database-away'));
  const pool = createPool({ host: '127.0.0.1', port: await findClosedPort() }, 'nightjar');
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const work = { runId: id, stage: 'prepare', shard: 0 };

  const outcome = await processWork({ ...rig.engines, db }, work, new AbortController().signal);
  await db.destroy();

  expect(outcome.kind).toBe('again');
  expect((await findRun(shop.db, id))?.state).toBe('planned');
});

it('the queue away after a piece of work loses nothing of it', async () => {
  const rig = rigUp(shop);
  const id = await begin(rig, emailSource('queue-away'));
  const add = () => Promise.reject(new Error('Connection is closed.'));
  const broken = { ...rig.engines, queue: { ...rig.engines.queue, add } };

  const outcome = await processWork(broken, { runId: id, stage: 'prepare', shard: 0 }, new AbortController().signal);

  expect(outcome).toEqual({ kind: 'done' });
  expect((await driveRun(rig, id)).state).toBe('finished');
});
