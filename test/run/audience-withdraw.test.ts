/** Audiences and parts that are taken out of their job: who still holds their people, and how they are taken out there. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { listHeldParts } from '../../src/database/audiences/held';
import { listVersions } from '../../src/database/audiences/versions';
import { findRun } from '../../src/database/runs/runs';
import { listShards } from '../../src/database/runs/shards';
import { listAudienceNotes } from '../../src/report/audience-notes';
import { formatReport } from '../../src/report/text';
import { findLeftBehind } from '../../src/run/audiences/withdraw-audience';
import { openBundle } from '../../src/run/bundle';
import { retryRun } from '../../src/run/operate/retry';
import { planRun } from '../../src/run/plan-run';
import { readSummary } from '../../src/run/stored-summary';
import { makeTestFolder } from '../support/nightjar';
import { beginWith, firstCells, manifestOf, readFolder } from './support/audience-answers';
import { userId } from './support/small-shop';
import { audienceSource, driveRun, openShop, type Rig, rigUp } from './support/world';

jest.setTimeout(180_000);

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => userId(from + n));
const folder = makeTestFolder('nightjar-withdraw');
let shop: OpenEngines;
let rig: Rig;

beforeAll(async () => {
  shop = await openShop(folder);
  const { engines, ...rest } = rigUp(shop);
  const url = `s3://${shop.settings.storage.bucket}`;
  const destinations = {
    partner: { url: `${url}/partner/` },
    lake: { url: `${url}/lake/` },
    gone: { url: 's3://no-such-bucket/' },
  };
  rig = { ...rest, engines: { ...engines, settings: { ...engines.settings, destinations } } };
});
afterAll(() => shop.close());

interface Fields {
  readonly queries?: readonly string[];
  readonly audience: string;
  readonly more?: string;
}

function source(name: string, { queries = ['tea'], audience, more = '' }: Fields) {
  const segment = `queries: { ${queries.map((query) => `${query}: ITEMS.CATEGORY = "tea"`).join(', ')} }`;
  const { file, text, template } = audienceSource(name, { segment });
  const written = `audience: { to: audiences/${name}/, formats: [csv], ${audience} }`;
  return { file, text: `${text.replace(/^audience: .*$/m, written)}${more}`, template };
}

async function run(job: ReturnType<typeof source>, slot: string, users: readonly string[]) {
  const runId = await beginWith(rig, job, { slot, users });
  const end = await driveRun(rig, runId);
  const summary = readSummary(end);
  return { runId, state: end.state, error: end.error, summary, notes: listAudienceNotes(summary ?? {}) };
}

async function planNotes(job: ReturnType<typeof source>) {
  const plan = await planRun(rig.engines, { source: job, slot: '2026-04-01' });
  return plan.notes ?? [];
}

it('is told of by the report and the plan, and taken out once the job says so', async () => {
  const name = 'fewer';
  const deliver = 'change: { files: changes }, deliver: [partner]';
  const guard = 'guard: { members: { min: 3, shrink: 50% } }\n';
  const both = source(name, { queries: ['tea', 'coffee'], audience: deliver, more: guard });
  await run(both, '2026-03-02', ids(1, 5));
  const fewer = source(name, { audience: deliver, more: guard });
  const holds =
    'coffee is no longer in the job, and the destination partner still holds 5 people of 2026-03-02; ' +
    'to have them removed: add "withdraw: [coffee]" to audience';
  expect(await planNotes(fewer)).toEqual([holds]);
  const second = await run(fewer, '2026-03-03', ids(1, 5));
  expect(second.notes).toEqual([{ tone: 'warning', text: holds }]);

  expect(await planNotes(source(name, { audience: `${deliver}, withdraw: [cofee]` }))).toEqual([
    holds,
    'audience.withdraw has cofee, of which nobody holds anything: is coffee meant?',
  ]);

  const withdrawing = source(name, { audience: `${deliver}, withdraw: [coffee]`, more: guard });
  expect(await planNotes(withdrawing)).toEqual([
    'coffee is withdrawn: the destination partner is told to remove 5 people of 2026-03-02',
  ]);
  const third = await run(withdrawing, '2026-03-04', ids(1, 5));
  expect(third).toMatchObject({ state: 'finished', notes: [] });
  const files = await readFolder(rig, `partner/${third.runId}/`);
  expect([...files.keys()]).toEqual(['coffee.manifest.json', 'coffee.remove.csv', 'tea.manifest.json']);
  expect(firstCells(files.get('coffee.remove.csv'))).toEqual(ids(1, 5));
  expect(manifestOf(files, 'coffee')).toMatchObject({ members: 0, lost: 5, formats: [{ removed: 5, added: 0 }] });
  expect(third.summary?.audiences?.[1]).toMatchObject({ name: 'coffee', members: 0, isWithdrawn: true });
  expect(formatReport(third.summary ?? fail())).toContain(`coffee: withdrawn; +0 -5 since ${name}.2026-03-02`);

  // It is done once, and then the line can go.
  expect(await planNotes(withdrawing)).toEqual([
    'audience.withdraw has coffee, of which nobody holds anything: take it out of the list',
  ]);
  const fourth = await run(withdrawing, '2026-03-05', ids(1, 6));
  expect([...(await readFolder(rig, `partner/${fourth.runId}/`)).keys()]).toEqual(['tea.add.csv', 'tea.manifest.json']);
  expect(await listShards(shop.db, fourth.runId, 'deliver')).toHaveLength(1);
  expect(await planNotes(fewer)).toEqual([]);

  // Who comes back is compared with nobody.
  const fifth = await run(both, '2026-03-06', ids(4, 6));
  const back = await readFolder(rig, `partner/${fifth.runId}/`);
  expect(firstCells(back.get('coffee.add.csv'))).toEqual(ids(4, 6));
});

it('a part of a split that has another name now is withdrawn beside those that stay', async () => {
  const name = 'renamed';
  const rules = (split: string) => `change: { files: changes }, deliver: [partner], split: { ${split} }`;
  await run(source(name, { audience: rules('a: 40%, b: 40%, holdout: 20%') }), '2026-03-02', ids(1, 20));
  const [heldA, heldB] = await listHeldParts(shop.db, name);
  const before = await readFolder(rig, `partner/${name}.2026-03-02/`);
  const other = rules('a: 40%, c: 40%, holdout: 20%');
  expect(await planNotes(source(name, { audience: other }))).toEqual([
    expect.stringMatching(
      new RegExp(`^tea.b is no longer in the job.* ${heldB?.members} people .*withdraw: \\[tea.b\\]`),
    ),
  ]);

  const { runId, summary, notes } = await run(
    source(name, { audience: `${other}, withdraw: [tea.b]` }),
    '2026-03-03',
    ids(1, 20),
  );
  const files = await readFolder(rig, `partner/${runId}/`);
  expect(firstCells(files.get('tea.b.remove.csv'))).toEqual(firstCells(before.get('tea.b.csv')));
  expect(firstCells(files.get('tea.c.csv'))).toEqual(firstCells(before.get('tea.b.csv')));
  expect(notes).toEqual([]);
  const [tea] = summary?.audiences ?? [];
  expect(tea?.parts?.map(({ name: part, members }) => [part, members])).toEqual([
    ['a', heldA?.members],
    ['c', heldB?.members],
    ['holdout', 20 - (heldA?.members ?? 0) - (heldB?.members ?? 0)],
    ['b', 0],
  ]);
  expect(tea).toMatchObject({ members: 20, change: { drifts: false } });
  expect(formatReport(summary ?? fail())).toContain('part b: withdrawn');
});

it('a name alone stands for all parts; whole files are empty ones', async () => {
  const name = 'whole';
  const deliver = 'deliver: [partner, lake]';
  const combine = 'combine: { all: tea, few: tea }';
  await run(source(name, { audience: `${deliver}, ${combine}, split: { a: 50%, b: 50% }` }), '2026-03-02', ids(1, 8));
  const left = source(name, { audience: 'deliver: [lake], combine: { all: tea }, withdraw: [all.a, all.b, few]' });
  expect(await planNotes(left)).toHaveLength(4);
  expect((await planNotes(left))[2]).toMatch(
    /^few.a is withdrawn: the destination lake is told to remove \d+ people of 2026-03-02; audience.deliver lacks partner, where they/,
  );
  const { runId, state } = await run(left, '2026-03-03', ids(1, 8));
  expect(state).toBe('finished');
  const files = await readFolder(rig, `lake/${runId}/`);
  const csv = [...files.keys()].filter((file) => file.endsWith('.csv'));
  expect(csv).toEqual(['all.a.csv', 'all.b.csv', 'all.csv', 'few.a.csv', 'few.b.csv']);
  expect(csv.map((file) => firstCells(files.get(file)).length)).toEqual([0, 0, 8, 0, 0]);
  expect((await listHeldParts(shop.db, name)).map(({ audience, part }) => `${audience}.${part}`)).toEqual(['all.']);
});

it('what was delivered to some destinations alone is held too, and a withdrawal that fails goes on by a retry', async () => {
  const name = 'failing';
  const rules = 'change: { files: changes }, deliver: [partner, gone]';
  const first = await run(source(name, { queries: ['tea', 'coffee'], audience: rules }), '2026-03-02', ids(1, 5));
  expect(first.state).toBe('failed');
  expect(await listHeldParts(shop.db, name)).toEqual(
    ['coffee', 'tea'].map((audience) => {
      return { audience, part: '', members: 5, slot: '2026-03-02', destinations: ['partner'] };
    }),
  );
  const withdrawing = source(name, { audience: `${rules}, withdraw: [coffee]` });
  const second = await run(withdrawing, '2026-03-03', ids(1, 5));
  expect(second.state).toBe('failed');
  const settings = { ...rig.engines.settings };
  const engines = {
    ...rig.engines,
    settings: { ...settings, destinations: { ...settings.destinations, gone: settings.destinations.lake ?? fail() } },
  };
  await retryRun(engines, second.runId, { only: [], fresh: undefined });
  expect((await driveRun({ ...rig, engines }, second.runId)).state).toBe('finished');
  for (const place of ['partner', 'lake']) {
    const files = await readFolder(rig, `${place}/${second.runId}/`);
    expect(firstCells(files.get('coffee.remove.csv'))).toEqual(ids(1, 5));
  }
  expect((await listHeldParts(shop.db, name)).map(({ audience }) => audience)).toEqual(['tea']);
  const versions = await listVersions(shop.db, { job: name, audience: 'coffee', runId: second.runId });
  expect(versions).toMatchObject([{ members: 0, deliveredAt: expect.any(Number) }]);
});

it('where no destination is told, the plan says so', async () => {
  const name = 'untold';
  await run(source(name, { queries: ['tea', 'coffee'], audience: 'deliver: [partner]' }), '2026-03-02', ids(1, 3));
  expect(await planNotes(source(name, { audience: 'deliver: [lake], withdraw: [coffee]' }))).toEqual([
    'coffee is withdrawn, and nobody is told: audience.deliver lacks partner, ' +
      'where 3 people of 2026-03-02 stay until a person removes them',
  ]);
});

it('a part that is named as files are leaves the files of what is withdrawn alone', async () => {
  const name = 'words';
  const rules = 'change: { files: changes }, deliver: [partner]';
  await run(source(name, { audience: rules }), '2026-03-02', ids(1, 8));
  const split = source(name, { audience: `${rules}, split: { remove: 50%, b: 50% }, withdraw: [tea]` });
  const { runId, state } = await run(split, '2026-03-03', ids(1, 8));
  expect(state).toBe('finished');
  const files = await readFolder(rig, `partner/${runId}/`);
  expect(firstCells(files.get('tea.withdrawn.remove.csv'))).toEqual(ids(1, 8));
  const made = ['tea.remove.csv', 'tea.b.csv'].flatMap((file) => firstCells(files.get(file)));
  expect(made.sort()).toEqual(ids(1, 8));

  // And back: the part is withdrawn beside all in one.
  const whole = source(name, { audience: `${rules}, withdraw: [tea.remove, tea.b]` });
  const back = await run(whole, '2026-03-04', ids(1, 8));
  expect(back.state).toBe('finished');
  const after = await readFolder(rig, `partner/${back.runId}/`);
  expect(firstCells(after.get('tea.add.csv'))).toEqual(ids(1, 8));
  const gone = ['tea.remove.withdrawn.remove.csv', 'tea.b.withdrawn.remove.csv'];
  expect(gone.flatMap((file) => firstCells(after.get(file))).sort()).toEqual(ids(1, 8));
});

it('what a later run has made is left behind by none before, nor what is named by params', async () => {
  const name = 'later';
  const audience = 'deliver: [partner]';
  const first = await run(source(name, { audience }), '2026-03-02', ids(1, 3));
  await run(source(name, { queries: ['tea', 'coffee'], audience }), '2026-03-03', ids(1, 3));
  const { job } = await openBundle(rig.engines, source(name, { audience: `${audience}, withdraw: [coffee]` }));
  if (job.kind !== 'audience') throw new Error('it is an audience job');
  const begun = (await findRun(shop.db, first.runId)) ?? fail();
  expect((await findLeftBehind(shop, job)).withdrawn).toMatchObject([{ audience: 'coffee' }]);
  expect(await findLeftBehind(shop, job, begun)).toEqual({ withdrawn: [], forgotten: [] });

  const rest = { ...job, audience: { ...job.audience, withdraw: [] } };
  expect((await findLeftBehind(shop, rest)).forgotten).toMatchObject([{ audience: 'coffee' }]);
  const queries = [{ name: 'tea', by: 'item' as const, itemId: 'tea' }];
  const byParams = {
    ...rest,
    paramRules: [{ name: 'of', type: 'list' as const }],
    segment: { ...job.segment, queries },
  };
  expect((await findLeftBehind(shop, byParams)).forgotten).toEqual([]);
});

function fail(): never {
  throw new Error('there is none');
}
