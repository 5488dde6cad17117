/** The sets that expressions name, on a real database and S3: each once a run, and refused before anything is bought where they are not there. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readMembers } from '../../src/audience/members';
import type { OpenEngines } from '../../src/cli/open-engines';
import { readJob } from '../../src/cli/project';
import { listVersions } from '../../src/database/audiences/versions';
import { planDeliveries } from '../../src/database/ledger/deliveries';
import { saveInteractions } from '../../src/database/people/interactions';
import { saveSuppressions } from '../../src/database/people/suppressions';
import { listArtefacts } from '../../src/database/runs/artefacts';
import { createRun, findRun } from '../../src/database/runs/runs';
import { formatError, isNightjarError } from '../../src/errors';
import { formatPlan } from '../../src/job/plan-text';
import { openAudience } from '../../src/run/audiences/open-audience';
import { loadBundle } from '../../src/run/bundle';
import { deleteRunObjects } from '../../src/run/keep/delete-run-objects';
import { planRun } from '../../src/run/plan-run';
import { headObject, readObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { addContacts, makeContact, PEOPLE, SLOT, userId } from './support/small-shop';
import { audienceSource, begin, driveRun, openShop, type Rig, rigUp } from './support/world';

const stateDir = mkdtempSync(path.join(tmpdir(), 'nightjar-sets-'));
const EVERYBODY = Array.from({ length: PEOPLE }, (_, n) => userId(n + 1));
const TEA = 'queries: { tea: ITEMS.CATEGORY = "tea" }';

let shop: OpenEngines;
let rig: Rig;

beforeAll(async () => {
  shop = await openShop(stateDir);
  rig = rigUp(shop);
});

afterAll(async () => {
  await rig.close();
  await shop.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** An audience job whose expressions all name the one query that there is. */
function sourceOf(name: string, audience: string, lists: Readonly<Record<string, string>> = {}) {
  const source = audienceSource(name, { segment: TEA });
  const text = source.text.replace(/^audience:.*$/m, `audience: { ${audience} }`);
  return { ...source, text, ...(Object.keys(lists).length === 0 ? {} : { lists }) };
}

async function finish(source: ReturnType<typeof sourceOf>): Promise<string> {
  const runId = await begin(rig, source);
  const run = await driveRun(rig, runId);
  expect(run).toMatchObject({ state: 'finished', error: undefined });
  return runId;
}

/** Audience (and part) → its members in a finished run, as they are stored. */
async function membersOf(runId: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {};
  for (const { audience, part, uri } of await listVersions(shop.db, { runId })) {
    const ids: string[] = [];
    for await (const batch of readMembers(readObject(shop.s3, parseS3Uri(uri))))
      ids.push(...batch.map((m) => m.userId));
    found[part === '' ? audience : `${audience}.${part}`] = ids;
  }
  return found;
}

async function acceptMails(job: string, slot: string, users: readonly string[], answeredAt: number): Promise<void> {
  const runId = `${job}.${slot}`;
  await createRun(
    shop.db,
    { runId, job, slot, n: 1, kind: 'email', bundleUri: 's3://b/k', catalogueVersion: 1 },
    answeredAt,
  );
  const rows = users.map((id) => ({ userId: id, addressHash: `hash-${id}`, domain: 'people.example' }));
  await planDeliveries(shop.db, { runId, job, slot }, { rows, now: answeredAt });
  const accepted = { state: 'accepted', answered_at: new Date(answeredAt) };
  await shop.db.updateTable('delivery').set(accepted).where('run_id', '=', runId).execute();
  await shop.db.updateTable('run').set({ state: 'finished' }).where('run_id', '=', runId).execute();
}

const DAY = 86_400_000;

it('takes everyone, the suppressed, buyers, recipients, lists and audiences of other jobs', async () => {
  await saveSuppressions(shop.db, [{ subject: `user:${userId(3)}`, reason: 'manual', source: 'test', at: Date.now() }]);
  await saveInteractions(shop.db, [
    { userId: userId(5), itemId: 'i001', timestamp: Math.floor(Date.now() / 1000) - 86_400, eventType: 'Purchase' },
    { userId: userId(6), itemId: 'i001', timestamp: Math.floor(Date.now() / 1000) - 86_400, eventType: 'view' },
    {
      userId: userId(7),
      itemId: 'i001',
      timestamp: Math.floor(Date.now() / 1000) - 40 * 86_400,
      eventType: 'purchase',
    },
  ]);
  await acceptMails('letters', '2026-02-26', [userId(8)], Date.now() - 20 * DAY);
  await acceptMails('letters', '2026-02-27', [userId(8), userId(9)], Date.now() - 3 * DAY);
  await acceptMails('letters', '2026-02-28', [userId(10)], Date.now() - DAY);
  const vip = path.join(stateDir, 'vip.csv');
  writeFileSync(vip, `user_id,note\n${userId(12)},x\n${userId(11)},y\n${userId(12)},again\nstranger,z\n`);
  const first = await finish(sourceOf('first', 'combine: "tea & everyone", to: audiences/first/'));
  const tea = (await membersOf(first)).first ?? [];

  const sets = {
    all: 'everyone & (tea | !tea)',
    blocked: 'everyone & suppressed',
    bought: 'buyers(30d)',
    'last-night': 'recipients(letters)',
    week: 'recipients(letters, 7d)',
    list: 'vip',
    others: 'everyone & !first/first',
    fresh: 'all & !blocked & !bought & !week & !list',
  };
  const combine = Object.entries(sets).map(([name, text]) => `${name}: "${text}"`);
  const source = sourceOf('second', `combine: { ${combine.join(', ')} }, lists: { vip: vip.csv }`, { vip });
  const found = await membersOf(await finish(source));

  const isAway = new Set([3, 5, 8, 9, 10, 11, 12].map(userId));
  expect(tea.length).toBeGreaterThan(0);
  expect(found).toEqual({
    all: EVERYBODY.filter((id) => id !== userId(3)),
    blocked: [],
    bought: [userId(5)],
    'last-night': [userId(10)],
    week: [userId(8), userId(9), userId(10)].sort(),
    list: [userId(11), userId(12)],
    others: EVERYBODY.filter((id) => id !== userId(3) && !tea.includes(id)),
    fresh: EVERYBODY.filter((id) => !isAway.has(id)),
  });
});

it('has one and the same set for all audiences of a run, also when it goes on later', async () => {
  const list = path.join(stateDir, 'some.csv');
  writeFileSync(list, `user_id\n${userId(20)}\n${userId(21)}\n`);
  const combine = 'combine: { a: "everyone & (tea | !tea)", b: some }, lists: { some: some.csv }';
  const source = sourceOf('pinned', combine, { some: list });
  const runId = await finish(source);
  await addContacts(shop, [makeContact('late-comer')]);
  writeFileSync(list, `user_id\n${userId(22)}\n`);

  const run = await findRun(shop.db, runId);
  if (run === undefined) throw new Error('the run is gone');
  const bundle = await loadBundle(shop, run);
  if (bundle.job.kind !== 'audience') throw new Error('it is no audience job');
  const context = { engines: rig.engines, run, bundle, shard: 0, signal: new AbortController().signal };
  const read = async (name: string) => {
    const ids: string[] = [];
    if (bundle.job.kind !== 'audience') return ids;
    for await (const batch of readMembers(openAudience(context, bundle.job, name)))
      ids.push(...batch.map((m) => m.userId));
    return ids;
  };
  expect(await read('a')).toEqual(EVERYBODY);
  expect(await read('b')).toEqual([userId(20), userId(21)]);
  await shop.db.deleteFrom('contact').where('user_id', '=', 'late-comer').execute();
});

it('keeps the best, then a sample, then splits; the same people each night', async () => {
  const choice = 'top: 20, split: { a: 50%, b: 30%, holdout: 20% }';
  const runId = await finish(sourceOf('chosen', `combine: "tea | everyone", ${choice}`));
  const found = await membersOf(runId);
  const parts = Object.values(found).flat();
  expect(Object.keys(found).sort()).toEqual(['chosen.a', 'chosen.b', 'chosen.holdout']);
  expect(new Set(parts).size).toBe(20);
  expect(parts).toHaveLength(20);

  // Of the others, who have no rank, all are there now: whoever was in a part is in it still.
  const wider = sourceOf('chosen', `combine: "tea | everyone", top: 35, split: { a: 50%, b: 30%, holdout: 20% }`);
  const second = await begin(rig, wider, true);
  await driveRun(rig, second);
  const later = await membersOf(second);
  expect(Object.values(later).flat()).toHaveLength(35);
  for (const [part, ids] of Object.entries(found)) expect(later[part]).toEqual(expect.arrayContaining([...ids]));
});

describe('planning', () => {
  const plan = async (source: ReturnType<typeof sourceOf>) =>
    formatPlan(await planRun(rig.engines, { source: { ...source, jobs: ['nightly', 'letters'] }, slot: SLOT }));
  const refusal = async (source: ReturnType<typeof sourceOf>): Promise<string> => {
    try {
      return await plan(source);
    } catch (error) {
      if (isNightjarError(error)) return formatError(error);
      throw error;
    }
  };

  it('shows expressions, what they take from elsewhere, and the choice', async () => {
    const list = path.join(stateDir, 'vip.csv');
    const combine = 'combine: { fans: "tea & !vip | first/first", all: "everyone & !recipients(nightly)" }';
    const rules = 'top: 10%, sample: 50%, split: { a: 90%, holdout: 10% }, lists: { vip: vip.csv }';
    const text = await plan(sourceOf('planned', `${combine}, ${rules}`, { vip: list }));
    expect(text).toContain('  queries       tea  ITEMS.CATEGORY = "tea"');
    expect(text).toContain('  audiences     fans  tea & !vip | first/first');
    expect(text).toContain('                all   everyone & !recipients(nightly)');
    expect(text).toContain('  from          vip                  4 users of vip.csv');
    expect(text).toMatch(/\n {16}first\/first {10}\d+ members, made by first\.2026-03-02\n/);
    expect(text).toContain(`                everyone             ${PEOPLE} users of the contacts`);
    expect(text).toContain('                recipients(nightly)  0 users of its newest run');
    expect(text.replace(/\s+/g, ' ')).toContain('NOTE: it is empty: nightly has written to nobody yet');
    expect(text).toContain('  top           the best 10% by rank');
    expect(text).toContain('  sample        50%, the same people each time');
    expect(text).toContain('  split         a 90%, holdout 10% (no files)');
  });

  it('notes a list whose users are no contacts', async () => {
    const list = path.join(stateDir, 'members.csv');
    const source = sourceOf('strangers', 'combine: tea & !vip, lists: { vip: members.csv }', { vip: list });
    const strangers = Array.from({ length: 20 }, (_, n) => `member-${n}`);
    const noteOf = async (users: readonly string[]) => {
      writeFileSync(list, `user_id\n${users.join('\n')}\n`);
      const planned = await planRun(rig.engines, { source, slot: SLOT });
      return planned.kind === 'audience' ? planned.sets?.[0]?.note : undefined;
    };
    expect(await noteOf(strangers)).toBe('none of its first 20 users is a contact; is it the user_id?');
    expect(await noteOf([...strangers, userId(1)])).toBe(
      'only 1 of its first 21 users are contacts; is it the user_id?',
    );
    expect(await noteOf([...strangers, userId(1), userId(2), userId(3)])).toBe(undefined);
  });

  it('refuses a job that follows one that there is not', async () => {
    const source = sourceOf('follower', 'combine: tea');
    const wrong = { ...source, text: `${source.text}after: nightli\n`, jobs: ['nightly'] };
    expect(await refusal(wrong)).toContain('fix: write "after: nightly"');
    await expect(begin(rig, wrong)).rejects.toMatchObject({ code: 'E_JOB_FIELD' });
  });

  it('takes each item that a query names for as many users as the job wants', async () => {
    const segment = 'items: { many: [i001, i002, i003, i004, i005, i006], few: [i001, i002] }';
    const source = audienceSource('wide', { solution: 'item-fans', segment });
    const text = source.text.replace('formats: [csv]', 'formats: [meta]');
    const planned = await planRun(rig.engines, { source: { ...source, text }, slot: SLOT });

    expect(planned.kind === 'audience' ? planned.notes : undefined).toEqual([
      'meta: the platform uses no audience of fewer than 100: few (at most 40)',
    ]);
  });

  it('notes consents that nobody has, audiences too small for a platform, and purchases of another name', async () => {
    const fans = 'combine: { fans: "tea & !buyers(1h)", many: everyone }, split: { a: 50%, holdout: 50% }';
    const source = sourceOf('noted', `${fans}, formats: [csv, meta, google-ads, linkedin]`);
    const planned = await planRun(rig.engines, { source, slot: SLOT });
    if (planned.kind !== 'audience') throw new Error('it is no audience job');
    expect(planned.sets).toMatchObject([
      { name: 'buyers(1h)', users: 0, note: 'it is empty: no purchase that is imported is so young' },
      { name: 'everyone', users: PEOPLE },
    ]);
    expect(planned.notes).toEqual([
      'google-ads: it takes people who have consented to ad_user_data and ad_personalization; no contact has (consent: [ad_user_data, ad_personalization])',
      'meta, google-ads: the platform uses no audience of fewer than 100: fans.a (at most 10), many.a (at most 20)',
      'linkedin: the platform uses no audience of fewer than 300: fans.a (at most 10), many.a (at most 20)',
    ]);
    expect(
      formatPlan(planned)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([expect.stringContaining('arn:aws:personalize')]);

    const consent = ['ad_user_data', 'ad_personalization'];
    const willing = Array.from({ length: 10 }, (_, n) => makeContact(`willing-${n}`, { consent }));
    await addContacts(shop, [...willing, makeContact('half', { consent: ['ad_user_data'] })]);
    const later = await planRun(rig.engines, { source, slot: SLOT });
    expect('notes' in later ? later.notes?.join() : '').not.toContain('consented');
    await shop.db.deleteFrom('contact').where('user_id', 'like', 'willing-%').execute();
    await shop.db.deleteFrom('contact').where('user_id', '=', 'half').execute();
  });

  it('refuses audiences that nobody has made and jobs that there are not, with the nearest name', async () => {
    const combine = 'combine: { wrong: "tea | frist/first | first/fans | recipients(nightli, 7d)" }';
    expect(await refusal(sourceOf('wrong', combine))).toBe(
      `error[E_JOB_FIELD] jobs/wrong.yaml:7:38
  audience.combine names frist/first, and no finished run has made it
  fix: write first/first, or run it first: nightjar run frist
error[E_JOB_FIELD] jobs/wrong.yaml:7:52
  audience.combine names first/fans, and no finished run has made it
  fix: write first/first, or run it first: nightjar run first
error[E_JOB_FIELD] jobs/wrong.yaml:7:65
  audience.combine names the recipients of "nightli", and there is no such e-mail job
  fix: write recipients(nightly, 7d)`,
    );
    expect(await refusal(sourceOf('wrong', 'combine: tea | first/first@2026-01-01'))).toBe(
      `error[E_JOB_FIELD] jobs/wrong.yaml:7:28
  audience.combine names first/first@2026-01-01, and no finished run has made it for that slot; slots are 2026-03-02
  fix: run it first: nightjar run first --date 2026-01-01; or write first/first@2026-03-02`,
    );
    expect(await refusal(sourceOf('wrong', 'combine: tea | recipients(marketing)'))).toContain(
      'fix: name one of these: letters, nightly',
    );
    await expect(begin(rig, sourceOf('wrong', 'combine: "tea | other/fans"'))).rejects.toMatchObject({
      code: 'E_JOB_FIELD',
    });
  });

  it('takes parts of an audience, also that which is held out, and tells the parts that there are', async () => {
    const made = await membersOf(
      await finish(sourceOf('parted', 'combine: everyone | tea, split: { a: 50%, b: 30%, holdout: 20% }')),
    );
    const used = await membersOf(
      await finish(
        sourceOf(
          'parts',
          'combine: { a: "parted/parted.a & (everyone | tea)", held: "parted/parted.holdout@2026-03-02", reached: parted/parted }',
        ),
      ),
    );
    expect(used.a).toEqual(made['parted.a']);
    expect(used.held).toEqual(made['parted.holdout']);
    expect(used.reached).toEqual([...(made['parted.a'] ?? []), ...(made['parted.b'] ?? [])].sort());
    expect(await refusal(sourceOf('wrong', 'combine: tea | parted/parted.hold'))).toBe(
      `error[E_JOB_FIELD] jobs/wrong.yaml:7:28
  audience.combine names parted/parted.hold, and its parts are a, b, holdout
  fix: write parted/parted.holdout`,
    );
    expect(await refusal(sourceOf('wrong', 'combine: tea | first/first.a'))).toContain(
      'audience.combine names first/first.a, and the audience is not split\n  fix: write first/first',
    );
  });

  it('finds lists, and the names of jobs, from the project folder', async () => {
    const project = path.join(stateDir, 'project');
    mkdirSync(path.join(project, 'jobs'), { recursive: true });
    mkdirSync(path.join(project, 'lists'));
    writeFileSync(path.join(project, 'lists', 'vip.csv'), `user_id\n${userId(1)}\n`);
    writeFileSync(path.join(project, 'jobs', 'nightly.yaml'), 'kind: email\n');
    const combine = 'combine: tea & !vip & !recipients(nightly), lists: { vip: lists/vip.csv }';
    writeFileSync(path.join(project, 'jobs', 'fans.yaml'), sourceOf('fans', combine).text);
    const text = formatPlan(await planRun(rig.engines, { source: readJob(project, 'fans'), slot: SLOT }));
    expect(text).toMatch(/vip +1 user of lists\/vip\.csv/);
  });

  it('refuses a list that is not there, or has no user_id', async () => {
    const source = (file: string) => sourceOf('listed', 'combine: tea & !vip, lists: { vip: vip.csv }', { vip: file });
    expect(await refusal(source(path.join(stateDir, 'none.csv')))).toBe(
      `error[E_IMPORT_FILE] jobs/listed.yaml:7:48
  audience.lists.vip is "vip.csv": there is no such file
  fix: write its path as it is seen from the project folder`,
    );
    const wrong = path.join(stateDir, 'wrong.csv');
    writeFileSync(wrong, 'userid,name\nu001,Robin\n');
    expect(await refusal(source(wrong))).toContain('the column "user_id" is missing; there is "userid"');
  });
});

it('keeps a list on S3 until the last run that has it is cleared away', async () => {
  const list = path.join(stateDir, 'shared.csv');
  writeFileSync(list, `user_id\n${userId(30)}\n`);
  const kept = (name: string) => sourceOf(name, 'combine: tea | vip, lists: { vip: shared.csv }', { vip: list });
  const [one, two] = [await finish(kept('one-list')), await finish(kept('two-lists'))];
  const listOf = async (runId: string) =>
    (await listArtefacts(shop.db, runId)).find(({ kind }) => kind === 'list')?.uri ?? '';
  const uri = await listOf(one);
  const ended = (runId: string, job: string) =>
    ({ runId, job, slot: SLOT, kind: 'audience', bundleUri: '', endedAt: 0 }) as const;
  expect(await listOf(two)).toBe(uri);

  await deleteRunObjects(rig.engines, ended(one, 'one-list'));
  expect(await headObject(shop.s3, parseS3Uri(uri))).toBeGreaterThan(0);
  expect(await listArtefacts(shop.db, one)).not.toContainEqual(expect.objectContaining({ kind: 'set' }));
  await deleteRunObjects(rig.engines, ended(two, 'two-lists'));
  expect(await headObject(shop.s3, parseS3Uri(uri))).toBeUndefined();
});

it('refuses recipients of a time of which runs are archived', async () => {
  await acceptMails('old-letters', '2026-01-01', [userId(1)], Date.now() - DAY);
  await shop.db
    .updateTable('run')
    .set({ archive_began_at: new Date() })
    .where('run_id', '=', 'old-letters.2026-01-01')
    .execute();
  const runId = await begin(rig, sourceOf('archived', 'combine: "tea & !recipients(old-letters, 30d)"'));
  const run = await driveRun(rig, runId);
  expect(run).toMatchObject({ state: 'failed', error: { code: 'E_RUN_ARCHIVED' } });
});
