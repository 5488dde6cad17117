/** E-mail jobs whose recipients are the members of an audience that another job has made. */

import { readMembers } from '../../src/audience/members';
import type { OpenEngines } from '../../src/cli/open-engines';
import { listVersions } from '../../src/database/audiences/versions';
import { removeContacts } from '../../src/database/people/contacts';
import { isNightjarError } from '../../src/errors';
import { formatPlan } from '../../src/job/plan-text';
import { sumsAddUp } from '../../src/report/sums';
import { planRun } from '../../src/run/plan-run';
import { startRun } from '../../src/run/start-run';
import { readSummary } from '../../src/run/stored-summary';
import { readObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { watchS3 } from './support/old-run';
import { addContacts, makeContact, SLOT } from './support/small-shop';
import { audienceSource, driveRun, emailSource, openShop, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-audience-recipients');
let shop: OpenEngines;
let rig: Rig;

const LATER = '2026-03-03';

beforeAll(async () => {
  shop = await openShop(folder);
  rig = rigUp(shop);
}, 60_000);
afterAll(() => shop.close());

/** An e-mail job to the members of an audience. */
function mailTo(name: string, from: string, more = '') {
  const source = emailSource(name, { where: '{ consent: true }' });
  const text = source.text.replace('recipients: { where:', `recipients: { from: ${from}, where:`);
  return { ...source, text: `${text}${more}` };
}

async function run(source: ReturnType<typeof audienceSource> | ReturnType<typeof emailSource>, slot = SLOT) {
  return driveRun(rig, (await startRun(rig.engines, { source, slot, again: false })).runId);
}

async function errorOf(doing: Promise<unknown>) {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isNightjarError(error)) throw error;
  return { code: error.code, message: error.message, fix: error.fix, line: error.where?.line };
}

async function usersOf(runId: string): Promise<readonly string[]> {
  const query = shop.db.selectFrom('delivery').select('user_id').where('run_id', '=', runId).orderBy('user_id');
  return (await query.execute()).map((row) => row.user_id);
}

const tea = (name: string, audience = '{ formats: [csv] }') => {
  const source = audienceSource(name);
  return { ...source, text: source.text.replace(/^audience: .*$/m, `audience: ${audience}`) };
};

it('reaches the members of the newest finished run, and nobody else; all of them are accounted for', async () => {
  const made = await run(tea('tea-fans'));
  expect(made.state).toBe('finished');
  const [audience] = readSummary(made)?.audiences ?? [];
  expect(audience).toMatchObject({ name: 'tea', members: 20 });

  const source = mailTo('to-tea', '{ audience: tea-fans/tea }');
  // Since then one is gone, one has refused, and one has come who was never in the audience.
  const csv = (await usersOfAudience('tea-fans')).slice(0, 2);
  const [gone = '', refused = ''] = csv;
  await removeContacts(shop.db, [gone]);
  await addContacts(shop, [makeContact(refused, { consent: false }), makeContact('u900')]);

  const plan = await planRun(rig.engines, { source, slot: SLOT });
  if (plan.kind !== 'email') throw new Error('not the plan of an e-mail job');
  expect(plan).toMatchObject({ considered: 20, recipients: 18, audience: { name: 'tea-fans/tea', run: made.runId } });
  expect(formatPlan(plan)).toContain('recipients    18 of 20 members');
  expect(formatPlan(plan)).toMatch(/of tea-fans\/tea, as tea-fans\.2026-03-02 has found them\n +0 hours old: 20/);

  const mailed = await run(source);
  const summary = readSummary(mailed);
  expect(await usersOf(mailed.runId)).toEqual((await usersOfAudience('tea-fans')).slice(2));
  expect(summary?.contacts).toEqual({
    considered: 20,
    leftOut: [
      { name: 'no_consent', count: 1 },
      { name: 'no_contact', count: 1 },
    ],
  });
  expect(summary?.membersOf).toEqual({ name: 'tea-fans/tea', run: made.runId, members: 20 });
  expect(summary === undefined ? [] : sumsAddUp(summary)).toEqual([]);
  await addContacts(shop, [makeContact(gone), makeContact(refused)]);
});

it('has the recipients of its plan when it is prepared again, whatever runs were finished since', async () => {
  await run(tea('changing', '{ formats: [csv], where: { group: main } }'));
  const source = mailTo('steady', '{ audience: changing/tea }');
  const { runId } = await startRun(rig.engines, { source, slot: SLOT, again: false });
  // The first preparation stops after the audience is decided, before its input is written.
  let failures = 0;
  const s3 = watchS3(rig.engines.s3, (_, input) => {
    if (failures > 0 || !JSON.stringify(input).includes('/input.json')) return;
    failures += 1;
    throw Object.assign(new Error('S3 is away'), { code: 'ECONNREFUSED' });
  });
  await driveRun({ ...rig, engines: { ...rig.engines, s3 } }, runId, () => failures > 0);
  await run(tea('changing', '{ formats: [csv], where: { group: nobody } }'), LATER);
  expect(await usersOfAudience('changing', LATER)).toEqual([]);

  const ended = await driveRun(rig, runId);
  expect(readSummary(ended)?.membersOf?.run).toBe(`changing.${SLOT}`);
  expect(ended.state).toBe('finished');
});

it('takes the run of its own slot where it follows the job', async () => {
  await run(tea('followed'));
  await run(tea('followed'), LATER);
  const following = mailTo('following', '{ audience: followed/tea }', 'after: followed\n');
  const plan = await planRun(rig.engines, { source: following, slot: SLOT });
  expect(plan).toMatchObject({ audience: { run: `followed.${SLOT}` } });
  const other = await planRun(rig.engines, { source: mailTo('other', '{ audience: followed/tea }'), slot: SLOT });
  expect(other).toMatchObject({ audience: { run: `followed.${LATER}` } });
});

it('leaves the hold-out alone, and reaches one part where the job names it', async () => {
  const made = await run(tea('split', '{ formats: [csv], split: { a: 40%, b: 40%, holdout: 20% } }'));
  expect(made.state).toBe('finished');
  const planned = async (from: string) => {
    const plan = await planRun(rig.engines, { source: mailTo('by-part', from), slot: SLOT });
    return plan.kind === 'email' ? plan.recipients : 0;
  };
  const [all, a, b, holdout] = await Promise.all(
    ['', '.a', '.b', '.holdout'].map((part) => planned(`{ audience: split/tea${part} }`)),
  );
  expect(all).toBe((a ?? 0) + (b ?? 0));
  expect((all ?? 0) + (holdout ?? 0)).toBe(20);
  expect(holdout).toBeGreaterThan(0);
  expect(await planned('{ audience: split/tea, part: a }')).toBe(a);
  const source = mailTo('no-part', '{ audience: split/tea.c }');
  expect(await errorOf(planRun(rig.engines, { source, slot: SLOT }))).toEqual({
    code: 'E_JOB_FIELD',
    message: 'recipients.from.audience is "split/tea.c"; its parts are a, b, holdout',
    fix: 'name one of these: split/tea.a, split/tea.b, split/tea.holdout',
    line: 4,
  });
  const whole = mailTo('not-split', '{ audience: followed/tea.a }');
  expect(await errorOf(planRun(rig.engines, { source: whole, slot: SLOT }))).toMatchObject({
    message: 'recipients.from.audience is "followed/tea.a"; the audience is not split',
    fix: 'write "audience: followed/tea"',
  });
});

it('refuses an audience that no finished run has made, with the nearest and its line', async () => {
  const source = mailTo('misspelt', '{ audience: tea-fan/tea }');
  expect(await errorOf(planRun(rig.engines, { source, slot: SLOT }))).toEqual({
    code: 'E_JOB_FIELD',
    message: expect.stringContaining('recipients.from.audience is "tea-fan/tea", and no finished run has made it'),
    fix: 'write "audience: tea-fans/tea", or run it first: nightjar run tea-fan',
    line: 4,
  });
  expect(await errorOf(startRun(rig.engines, { source, slot: SLOT, again: false }))).toMatchObject({
    code: 'E_JOB_FIELD',
    line: 4,
  });
  const wrong = mailTo('form', '{ audience: tea }');
  expect(await errorOf(planRun(rig.engines, { source: wrong, slot: SLOT }))).toMatchObject({
    message: 'recipients.from.audience is "tea"; expected job/audience, or job/audience.part',
  });
});

/** The first member file of a job's audience, by user id. */
async function usersOfAudience(job: string, slot = SLOT): Promise<readonly string[]> {
  const [version] = await listVersions(shop.db, { runId: `${job}.${slot}` });
  const users: string[] = [];
  for await (const batch of readMembers(readObject(shop.s3, parseS3Uri(version?.uri ?? ''))))
    users.push(...batch.map((member) => member.userId));
  return users;
}
