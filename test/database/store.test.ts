/** Opening the database, whose it is, and the queries on runs, contacts, items and interactions. */
import { hashSubject } from '../../src/content/suppression';
import { currentCatalogueVersion, readCatalogue, saveItems } from '../../src/database/catalogue';
import { claimInstance, type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { withLock } from '../../src/database/connecting/lock';
import { streamContactPages } from '../../src/database/people/contact-pages';
import { countContacts, findContacts, saveContacts } from '../../src/database/people/contacts';
import { countInteractions, popularItems, saveInteractions } from '../../src/database/people/interactions';
import { saveSuppressions } from '../../src/database/people/suppressions';
import { clearAttempts, countAttempt } from '../../src/database/runs/attempts';
import { findLatestRun, listRuns, openRuns } from '../../src/database/runs/run-lists';
import { createRun, findRun, moveRun, runEvents } from '../../src/database/runs/runs';
import { addShards, finishShard, listShards } from '../../src/database/runs/shards';
import type { Contact, Item } from '../../src/job/people';
import { startTestPostgres, type TestPostgres } from '../support/database';

const T0 = Date.UTC(2026, 2, 2, 2);
let postgres: TestPostgres;
let database: OpenDatabase;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await openDatabase(await postgres.createDatabase());
}, 60_000);
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

describe('a database', () => {
  it('opened by six at once on its first day is brought up to date once', async () => {
    const connection = await postgres.createDatabase();

    const opened = await Promise.all(Array.from({ length: 6 }, () => openDatabase({ ...connection, max: 2 })));

    const migrations = await opened[0]?.pool.query('SELECT name FROM nightjar.kysely_migration');
    await Promise.all(opened.map((one) => one.close()));
    expect(migrations?.rows).toEqual([
      { name: '0001-main-job' },
      { name: '0002-engines' },
      { name: '0003-schedules' },
      { name: '0004-guards' },
      { name: '0005-triggers' },
      { name: '0006-api' },
      { name: '0007-told' },
      { name: '0008-proof' },
      { name: '0009-show' },
      { name: '0010-suppression' },
      { name: '0011-clicks' },
      { name: '0012-audience-versions' },
      { name: '0013-sections' },
      { name: '0014-making' },
      { name: '0015-written-queries' },
    ]);
  });

  it('that can not be reached is E_ENGINE_DATABASE, worth another try', async () => {
    const nowhere = openDatabase({ host: '127.0.0.1', port: 1, user: 'nightjar', database: 'nightjar' });

    await expect(nowhere).rejects.toMatchObject({
      code: 'E_ENGINE_DATABASE',
      exitCode: 5,
      retry: 'later',
      fix: expect.stringContaining('start PostgreSQL there'),
    });
  });

  it('that belongs to another instance is refused with exit 6: a borrowed one must send nothing', async () => {
    await claimInstance(database.db, { instance: 'shop', now: T0 });
    await claimInstance(database.db, { instance: 'shop', now: T0 + 1 });

    await expect(claimInstance(database.db, { instance: 'staging', now: T0 })).rejects.toMatchObject({
      code: 'E_ENGINE_INSTANCE',
      exitCode: 6,
      message: 'the database belongs to the instance "shop", the settings say "staging"',
    });
  });

  it('lets one at a time hold a lock, also where its holder fails', async () => {
    const log: string[] = [];
    const hold = (name: string) =>
      withLock(database.db, 'turn', async () => {
        log.push(`${name} in`);
        await Promise.resolve();
        log.push(`${name} out`);
        if (name === 'a') throw new Error('a fails');
      });

    await Promise.allSettled([hold('a'), hold('b'), hold('c')]);

    expect(log.filter((_, n) => n % 2 === 0).map((line) => line.slice(0, 1))).toEqual(
      log.filter((_, n) => n % 2 === 1).map((line) => line.slice(0, 1)),
    );
    expect(log).toHaveLength(6);
  });

  it('leaves connections for what is done under locks, also for a lock within a lock', async () => {
    const small = await openDatabase({ ...(await postgres.createDatabase()), max: 5 });
    const count = () => countContacts(small.db);
    const work = Array.from({ length: 12 }, (_, n) =>
      withLock(small.db, `work ${n}`, () => withLock(small.db, `part of ${n}`, count)),
    );

    const done = await Promise.race([
      Promise.all(work),
      new Promise<string>((resolve) => setTimeout(resolve, 10_000, 'all wait for each other').unref()),
    ]);

    expect(done).toEqual(Array.from({ length: 12 }, () => 0));
    await small.close();
  });
});

describe('runs', () => {
  const run = {
    runId: 'picks.2026-03-02',
    job: 'picks',
    slot: '2026-03-02',
    n: 1,
    kind: 'email' as const,
    bundleUri: 's3://b/k',
    catalogueVersion: 1,
  };

  it('are created once, move on only from the state they are in, and remember where they failed', async () => {
    expect([await createRun(database.db, run, T0), await createRun(database.db, run, T0 + 1)]).toEqual([true, false]);
    const move = (from: 'planned' | 'preparing', to: 'preparing' | 'failed', now: number) =>
      moveRun(database.db, run.runId, {
        from,
        to,
        now,
        ...(to === 'failed' ? { error: { code: 'E_BUG', message: 'no' } } : {}),
      });

    expect([await move('planned', 'preparing', T0 + 2), await move('planned', 'preparing', T0 + 3)]).toEqual([
      true,
      false,
    ]);
    expect(await move('preparing', 'failed', T0 + 4)).toBe(true);
    expect(await findRun(database.db, run.runId)).toMatchObject({
      state: 'failed',
      resumeState: 'preparing',
      error: { code: 'E_BUG' },
    });
    expect(await runEvents(database.db, run.runId)).toEqual([
      { state: 'planned', at: T0 },
      { state: 'preparing', at: T0 + 2 },
      { state: 'failed', at: T0 + 4 },
    ]);
    expect(await openRuns(database.db)).toEqual([]);
  });

  it('are listed newest first, a page at a time, and the newest of a slot is found', async () => {
    for (const n of [2, 3, 4]) await createRun(database.db, { ...run, runId: `${run.runId}.${n}`, n }, T0 + n);

    const first = await listRuns(database.db, { limit: 2 });
    const last = first.at(-1);
    const rest = await listRuns(database.db, { limit: 2, ...(last === undefined ? {} : { before: last }) });

    expect([...first, ...rest].map((row) => row.n)).toEqual([4, 3, 2, 1]);
    expect((await findLatestRun(database.db, 'picks', '2026-03-02'))?.n).toBe(4);
    expect((await openRuns(database.db)).map((row) => row.n)).toEqual([2, 3, 4]);
  });

  it('have shards that are laid out once and finished; attempts are counted beside them until they are cleared', async () => {
    await addShards(database.db, run.runId, { stage: 'collect', specs: [{ part: 0 }, { part: 1 }] });
    await addShards(database.db, run.runId, { stage: 'collect', specs: [{ part: 9 }] });
    await finishShard(database.db, run.runId, { stage: 'collect', shard: 1, result: { lines: 3 }, now: T0 });
    const work = { stage: 'collect', shard: 0 };
    const attempts = [
      await countAttempt(database.db, run.runId, work),
      await countAttempt(database.db, run.runId, work),
    ];
    await clearAttempts(database.db, run.runId);

    expect([...attempts, await countAttempt(database.db, run.runId, work)]).toEqual([1, 2, 1]);
    expect(await listShards(database.db, run.runId, 'collect')).toEqual([
      { shard: 0, spec: { part: 0 }, result: undefined, done: false },
      { shard: 1, spec: { part: 1 }, result: { lines: 3 }, done: true },
    ]);
  });
});

describe('contacts', () => {
  const contact = (userId: string, fields: Partial<Contact> = {}): Contact => ({ userId, attributes: {}, ...fields });
  const save = (contacts: readonly Contact[]) =>
    saveContacts(
      database.db,
      contacts.map((one) => ({ contact: one, addressHash: one.email === undefined ? undefined : `hash-${one.email}` })),
      T0,
    );

  it('come back as they were saved, in the byte order of their ids, with the suppression of their address', async () => {
    const full = contact('ä', {
      email: 'a@b.example',
      firstName: 'Ä',
      locale: 'de-AT',
      consent: ['news'],
      consentAt: '2026-01-02T03:04:05.000Z',
      attributes: { shoe: '42' },
    });
    expect(await save([full, contact('Z'), contact('a'), contact('b')])).toBe(4);
    await saveSuppressions(database.db, [
      { subject: hashSubject('hash-a@b.example'), reason: 'bounce', source: 'test', at: T0 },
    ]);
    await saveSuppressions(database.db, [
      { subject: hashSubject('hash-a@b.example'), reason: 'manual', source: 'test', at: T0 },
    ]);

    const streamed = [];
    for await (const page of streamContactPages(database.db)) streamed.push(...page);

    expect(streamed.map((row) => row.contact.userId)).toEqual(['Z', 'a', 'b', 'ä']);
    expect(streamed.at(-1)).toEqual({ contact: full, addressHash: 'hash-a@b.example', suppression: 'bounce' });
    expect([...(await findContacts(database.db, ['b', 'nobody'])).keys()]).toEqual(['b']);
  });

  it('saved again count only where they differ', async () => {
    expect(await save([contact('a'), contact('b', { firstName: 'Bo' })])).toBe(1);
    expect(await countContacts(database.db)).toBe(4);
  });
});

describe('the catalogue', () => {
  const item = (itemId: string, price: number): Item => ({
    itemId,
    title: itemId,
    price,
    categories: ['tea'],
    attributes: { b: '1', a: '2' },
  });
  const save = (items: readonly Item[], replace = false) => saveItems(database.db, items, { replace, now: T0 });

  it('keeps each version whole, so that a run sees the prices it began with', async () => {
    expect(await save([item('i1', 1), item('i2', 2)])).toEqual({ version: 1, changed: 2, removed: 0 });
    expect(await save([{ ...item('i1', 1), attributes: { a: '2', b: '1' } }])).toEqual({
      version: 1,
      changed: 0,
      removed: 0,
    });
    expect(await save([item('i1', 9)], true)).toEqual({ version: 2, changed: 1, removed: 1 });

    const [old, now] = [await readCatalogue(database.db, 1), await readCatalogue(database.db, 2)];
    expect([old.get('i1')?.price, old.get('i2')?.price]).toEqual([1, 2]);
    expect([now.get('i1')?.price, now.has('i2')]).toEqual([9, false]);
    expect(await currentCatalogueVersion(database.db)).toBe(2);
  });
});

describe('interactions', () => {
  it('are appended, duplicates dropped, and the most used items of a time told', async () => {
    const at = T0 / 1000;
    const visits = [
      { userId: 'a', itemId: 'i1', timestamp: at },
      { userId: 'b', itemId: 'i1', timestamp: at, eventType: 'view' },
      { userId: 'b', itemId: 'i3', timestamp: at - 10 },
      { userId: 'c', itemId: 'i2', timestamp: at },
    ];
    expect([await saveInteractions(database.db, visits), await saveInteractions(database.db, visits)]).toEqual([4, 0]);

    expect(await countInteractions(database.db)).toBe(4);
    expect(await popularItems(database.db, { since: T0, limit: 5 })).toEqual(['i1', 'i2']);
    expect(await popularItems(database.db, { since: 0, limit: 2 })).toEqual(['i1', 'i2']);
  });
});
