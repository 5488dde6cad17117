/** What a mail shows is decided when it is made: by stock, by what was bought and shown since, by the fallback of those alike. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { currentCatalogueVersion, readCatalogue, saveItems } from '../../src/database/catalogue';
import { saveInteractions } from '../../src/database/people/interactions';
import { findRun } from '../../src/database/runs/runs';
import { formatPlan } from '../../src/job/plan-text';
import { fallbackFor } from '../../src/run/mails/fallback';
import { readPlan } from '../../src/run/plan-record';
import { planRun } from '../../src/run/plan-run';
import { startRun } from '../../src/run/start-run';
import { makeTestFolder } from '../support/nightjar';
import { PEOPLE, SLOT } from './support/small-shop';
import { begin, driveRun, emailSource, openShop, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-show');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
}, 60_000);
afterAll(() => shop.close());

interface Row {
  readonly userId: string;
  readonly state: string;
  readonly reason: string | null;
  readonly slate: readonly string[];
  readonly shown: readonly string[] | null;
}

async function ledger(runId: string): Promise<readonly Row[]> {
  const rows = await shop.db
    .selectFrom('delivery')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('user_id')
    .execute();
  return rows.map((row) => ({
    userId: row.user_id,
    state: row.state,
    reason: row.reason,
    slate: row.slate as string[],
    shown: row.shown as string[] | null,
  }));
}

const beginOn = async (rig: Rig, job: ReturnType<typeof emailSource>, slot: string) =>
  (await startRun(rig.engines, { source: job, slot, again: false })).runId;

const source = (name: string, show: string) => emailSource(name, { show });

it('the ledger keeps what each accepted mail has shown, in its order', async () => {
  const rig = rigUp(shop);
  const run = await driveRun(rig, await begin(rig, source('shown', '{ items: 3 }')));
  const rows = await ledger(run.runId);
  expect(rows).toHaveLength(PEOPLE);
  for (const row of rows) expect(row).toMatchObject({ state: 'accepted', shown: row.slate.slice(0, 3) });
});

it('what the last mails of the job have shown is not shown again for so long', async () => {
  const rig = rigUp(shop);
  const job = source('again', '{ items: 2, notShownWithin: 7d }');
  const first = await driveRun(rig, await begin(rig, job));
  const before = new Map((await ledger(first.runId)).map((row) => [row.userId, row.shown ?? []]));
  const next = await driveRun(rig, await beginOn(rig, job, '2026-03-03'));
  for (const row of await ledger(next.runId)) {
    expect(row.state).toBe('accepted');
    expect(row.shown?.filter((id) => before.get(row.userId)?.includes(id))).toEqual([]);
  }
  rig.clock.advanceTo(rig.clock.now() + 8 * 86_400_000);
  const later = await driveRun(rig, await beginOn(rig, job, '2026-03-11'));
  const repeats = (await ledger(later.runId)).filter((row) =>
    row.shown?.some((id) => before.get(row.userId)?.includes(id)),
  );
  expect(repeats.length).toBeGreaterThan(0);
});

it('what was bought after the plan is not shown', async () => {
  const rig = rigUp(shop);
  const id = await begin(rig, source('bought', '{ items: 2, notBoughtWithin: 30d }'));
  await driveRun(rig, id, (run) => run.state === 'sending');
  const planned = await ledger(id);
  const [somebody] = planned;
  const itemId = somebody?.slate[0] ?? '';
  const timestamp = Math.floor(rig.clock.now() / 1000) - 60;
  await saveInteractions(shop.db, [{ userId: somebody?.userId ?? '', itemId, timestamp, eventType: 'Purchase' }]);

  await driveRun(rig, id);

  const after = new Map((await ledger(id)).map((row) => [row.userId, row.shown ?? []]));
  expect(itemId).not.toBe('');
  expect(after.get(somebody?.userId ?? '')).not.toContain(itemId);
  expect(after.get(somebody?.userId ?? '')).toHaveLength(2);
  expect([...after.values()].flat()).toContain(itemId);
});

it('what was sold out or taken from the catalogue after the plan is not shown; the price stays that of the run', async () => {
  const rig = rigUp(shop);
  const id = await begin(rig, source('stock', '{ items: 2, fallback: none }'));
  await driveRun(rig, id, (run) => run.state === 'sending');
  const planned = await ledger(id);
  const [soldOut = '', gone = '', dearer = ''] = planned[0]?.slate ?? [];
  const catalogue = await readCatalogue(shop.db, await currentCatalogueVersion(shop.db));
  const [first, third] = [catalogue.get(soldOut), catalogue.get(dearer)];
  if (first === undefined || third === undefined) throw new Error('the slate is too short');
  const changed = [
    { ...first, stock: 0 },
    { ...third, price: 99_999 },
  ];
  const deleted = new Set([gone]);
  await saveItems(shop.db, changed, { replace: false, deleted, now: Date.now() });

  await driveRun(rig, id);

  const shown = new Map((await ledger(id)).map((row) => [row.userId, row.shown ?? []]));
  expect(shown.get(planned[0]?.userId ?? '')?.[0]).toBe(dearer);
  expect([...shown.values()].flat()).not.toContain(soldOut);
  expect([...shown.values()].flat()).not.toContain(gone);
});

it('with less than the least to show nobody gets a mail, and the reason is told', async () => {
  const rig = rigUp(shop);
  const run = await driveRun(
    rig,
    await begin(rig, source('least', '{ items: 4, min: 4, fallback: [nothing] , minPrice: 1000000 }')),
  );
  expect(run.state).toBe('finished');
  const rows = await ledger(run.runId);
  expect(new Set(rows.map((row) => `${row.state} ${row.reason}`))).toEqual(new Set(['excluded no_recommendations']));
});

it('popular items go by what people share', async () => {
  const rig = rigUp(shop);
  await shop.db.updateTable('contact').set({ country: 'DE' }).where('user_id', '<=', 'u020').execute();
  await saveItems(
    shop.db,
    ['only-de', 'only-rest'].map((itemId) => ({
      itemId,
      title: itemId,
      price: 5,
      currency: 'EUR',
      categories: [],
      attributes: {},
    })),
    { replace: false, now: Date.now() },
  );
  const timestamp = Date.parse(`${SLOT}T00:00:00Z`) / 1000 - 3600;
  const visit = (userId: string, itemId: string) =>
    Array.from({ length: 30 }, (_, n) => ({ userId, itemId, timestamp: timestamp - n, eventType: 'view' }));
  await saveInteractions(shop.db, [...visit('u001', 'only-de'), ...visit('u030', 'only-rest')]);
  const id = await begin(
    rig,
    source('alike', '{ items: 1, fallback: { popularBy: country }, minPrice: 4.99, maxPrice: 5 }'),
  );
  const run = await driveRun(rig, id);
  expect(Object.keys(readPlan((await findRun(shop.db, run.runId))?.plan).popularBy?.lists ?? {})).toContain('DE');
  const shown = new Map((await ledger(id)).map((row) => [row.userId, row.shown?.[0]]));
  expect(shown.get('u002')).toBe('only-de');
});

it.each(['constructor', '__proto__', 'toString'])(
  'a contact whose value is %s gets what is popular with all',
  async (value) => {
    const contact = { userId: 'odd', attributes: { tier: value } };
    const planned = { popular: ['p'], popularBy: { attribute: 'tier', lists: { gold: ['g'] } } };
    expect(fallbackFor({ fallback: { popularBy: 'tier' } }, planned, contact)).toEqual(['p']);
    expect(
      fallbackFor(
        { fallback: { popularBy: 'constructor' } },
        { ...planned, popularBy: { attribute: value, lists: {} } },
        contact,
      ),
    ).toEqual(['p']);
  },
);

it('a plan notes what rules name and the catalogue has not', async () => {
  const show = '{ items: 2, maxPer: { categry: 2, category: 1 }, fallback: [i001, tea-0144, tea-0145] }';
  const plan = await planRun(rigUp(shop).engines, { source: source('unknown-names', show), slot: SLOT });
  expect(plan.notes).toEqual([
    'content.show.maxPer names "categry", which no item has, and so it limits nothing; did you mean category?',
    'content.show.fallback names items that the catalogue has not: tea-0144, tea-0145',
  ]);
  expect(formatPlan(plan)).toContain('\n  NOTE          content.show.maxPer names "categry", which no item has');
});

it.each([
  ['countri', 'write "popularBy: country"'],
  ['email', 'write "fallback: popular", or name another'],
])('popular items by %s are refused before anything is bought', async (name, fix) => {
  const rig = rigUp(shop);
  const wish = { source: source('odd', `{ items: 2, fallback: { popularBy: ${name} } }`), slot: SLOT };
  await expect(planRun(rig.engines, wish)).rejects.toMatchObject({ code: 'E_JOB_FIELD', fix });
  const id = await begin(rig, wish.source);
  expect(await driveRun(rig, id)).toMatchObject({ state: 'failed', error: { code: 'E_JOB_FIELD' } });
});
