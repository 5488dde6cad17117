/** The redirect of click links over HTTP, and what it counts as a person's and as a program's. */
import fastify, { type FastifyInstance } from 'fastify';
import { makeClickToken } from '../../src/content/item-links';
import { NOBODY } from '../../src/content/links';
import { countClicks } from '../../src/database/clicks';
import { type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { createRun } from '../../src/database/runs/runs';
import { addClicks } from '../../src/server/clicks';
import { startTestPostgres, type TestPostgres } from '../support/database';

const SECRET = 'a secret of thirty-two characters';
const SENT = Date.UTC(2026, 2, 2, 2);
const BROWSER = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148';
const TARGET = 'https://shop.example/i/1?utm_source=x';
let postgres: TestPostgres;
let database: OpenDatabase;
let app: FastifyInstance;
let url: string;
let now = SENT;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await openDatabase(await postgres.createDatabase());
  app = fastify();
  addClicks(app, { db: database.db, log: () => undefined, now: () => now, secret: SECRET });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await database.close();
  await postgres.stop();
});

/** A run whose mails went to some users at `SENT`, each with the items i1 … i4. */
async function makeRun(job: string, users: readonly string[]): Promise<string> {
  const runId = `${job}.2026-03-02`;
  const at = new Date(SENT);
  const run = {
    runId,
    job,
    slot: '2026-03-02',
    n: 1,
    kind: 'email' as const,
    bundleUri: 's3://b/k',
    catalogueVersion: 1,
  };
  await createRun(database.db, run, SENT);
  const rows = users.map((userId) => ({
    job,
    slot: '2026-03-02',
    user_id: userId,
    run_id: runId,
    address_hash: `hash of ${userId}`,
    state: 'accepted',
    due_at: at,
    fallback: false,
    attempt: 1,
    answered_at: at,
    shown: JSON.stringify(['i1', 'i2', 'i3', 'i4']),
  }));
  await database.db.insertInto('delivery').values(rows).execute();
  return runId;
}

interface Visit {
  readonly agent?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly method?: string;
  /** Seconds after the mail was sent. */
  readonly after?: number;
}

async function visit(
  runId: string,
  userId: string,
  itemId: string,
  { agent = BROWSER, method = 'GET', after = 600, headers = {}, target = TARGET }: Visit = {},
) {
  now = SENT + after * 1000;
  const token = makeClickToken({ runId, userId, itemId, url: target }, SECRET);
  const sent = { 'user-agent': agent, ...headers };
  const answer = await fetch(`${url}/c/${token}`, { method, redirect: 'manual', headers: sent });
  return { status: answer.status, location: answer.headers.get('location') };
}

/** Counting goes on after the answer. */
async function expectCounts(runId: string, counts: { readers: number; clicks: number; programs: number }) {
  for (let look = 0; look < 50; look++) {
    if (JSON.stringify(await countClicks(database.db, runId)) === JSON.stringify(counts)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await countClicks(database.db, runId)).toEqual(counts);
}

it('leads to where the mail said, and counts each link of a reader once', async () => {
  const runId = await makeRun('plain', ['a', 'b']);
  expect(await visit(runId, 'a', 'i1')).toEqual({ status: 302, location: TARGET });
  await visit(runId, 'a', 'i1', { after: 700 });
  await visit(runId, 'a', 'i2', { after: 800 });
  await visit(runId, 'b', 'i1', { after: 900 });
  await expectCounts(runId, { readers: 2, clicks: 3, programs: 0 });
});

it('HEAD leads on and is not counted', async () => {
  const runId = await makeRun('head', ['a']);
  expect(await visit(runId, 'a', 'i1', { method: 'HEAD' })).toEqual({ status: 302, location: TARGET });
  await visit(runId, 'a', 'i2');
  await expectCounts(runId, { readers: 1, clicks: 1, programs: 0 });
});

it('programs are counted apart: by their name, by their haste, by following everything at once', async () => {
  const runId = await makeRun('programs', ['named', 'hasty', 'greedy', 'person']);
  await visit(runId, 'named', 'i1', { agent: 'Mozilla/5.0 (compatible; LinkScanner/2.0)' });
  await visit(runId, 'hasty', 'i1', { after: 3 });
  for (const itemId of ['i1', 'i2', 'i3', 'i4']) await visit(runId, 'greedy', itemId, { after: 300 });
  await visit(runId, 'person', 'i1');
  await expectCounts(runId, { readers: 1, clicks: 1, programs: 6 });
});

it('a person who comes after a program is counted as one', async () => {
  const runId = await makeRun('both', ['a']);
  await visit(runId, 'a', 'i1', { after: 2 });
  await visit(runId, 'a', 'i1', { after: 5000 });
  await expectCounts(runId, { readers: 1, clicks: 1, programs: 0 });
});

it('a person who comes after a program that follows everything, in or after its haste, is counted as one', async () => {
  const runId = await makeRun('behind', ['hasty', 'greedy']);
  for (const itemId of ['i1', 'i2', 'i3', 'i4']) await visit(runId, 'hasty', itemId, { after: 3 });
  for (const itemId of ['i1', 'i2', 'i3', 'i4']) await visit(runId, 'greedy', itemId, { after: 300 });
  await expectCounts(runId, { readers: 0, clicks: 0, programs: 8 });
  await visit(runId, 'hasty', 'i1', { after: 4000 });
  await visit(runId, 'greedy', 'i2', { after: 5000 });
  await expectCounts(runId, { readers: 2, clicks: 2, programs: 6 });
});

it('a phone named Cubot is no robot, and what a browser loads ahead is no click', async () => {
  const runId = await makeRun('names', ['a', 'b']);
  await visit(runId, 'a', 'i1', { agent: 'Mozilla/5.0 (Linux; Android 12; CUBOT X30) AppleWebKit/537.36' });
  await visit(runId, 'b', 'i1', { headers: { 'sec-purpose': 'prefetch;prerender' } });
  await expectCounts(runId, { readers: 1, clicks: 1, programs: 1 });
});

it('an address in any letters leads on, in the form that headers need', async () => {
  const runId = await makeRun('letters', ['a']);
  expect(await visit(runId, 'a', 'i1', { target: 'https://shop.example/お茶?q=ü' })).toEqual({
    status: 302,
    location: 'https://shop.example/%E3%81%8A%E8%8C%B6?q=%C3%BC',
  });
});

it('what belongs to no mail leads on and counts for nothing', async () => {
  const runId = await makeRun('none', ['a']);
  for (const [userId, itemId] of [
    ['stranger', 'i1'],
    ['a', 'never shown'],
    [NOBODY, 'i1'],
  ] as const)
    expect((await visit(runId, userId, itemId)).status).toBe(302);
  expect((await visit('gone.2026-03-02', 'a', 'i1')).status).toBe(302);
  await visit(runId, 'a', 'i1');
  await expectCounts(runId, { readers: 1, clicks: 1, programs: 0 });
});

it('a token that was changed leads nowhere', async () => {
  const token = makeClickToken({ runId: 'r', userId: 'a', itemId: 'i1', url: TARGET }, SECRET);
  const answer = await fetch(`${url}/c/${token.slice(0, -2)}`, { redirect: 'manual' });
  expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({ status: 404, location: null });
});
