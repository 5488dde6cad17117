// biome-ignore-all lint/suspicious/noTemplateCurlyInString: job files write params so.
/** Runs that are given values and a limit: what they buy and write, and what another run of the slot does. */

import type { OpenEngines } from '../../src/cli/open-engines';
import { NOBODY, verifyUnsubscribe } from '../../src/content/links';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { planDeliveries } from '../../src/database/ledger/deliveries';
import { listUsersOfRun } from '../../src/database/ledger/slot-ledger';
import { findEarlierMembers, findEarlierRecipients } from '../../src/database/runs/earlier-slots';
import { listSlotsToFollow } from '../../src/database/runs/job-schedules';
import { findRun } from '../../src/database/runs/runs';
import { isNightjarError } from '../../src/errors';
import type { ParamValues } from '../../src/job/params';
import { formatPlan } from '../../src/job/plan-text';
import { renderReportHtml } from '../../src/report/html';
import { formatReport } from '../../src/report/text';
import { loadBundle } from '../../src/run/bundle';
import { sampleMails } from '../../src/run/mails/sample-mails';
import { describeRow } from '../../src/run/operate/describe-run';
import { planRun } from '../../src/run/plan-run';
import { createLimiter } from '../../src/run/recipients/limit-recipients';
import { type StartWish, startRun } from '../../src/run/start-run';
import { readSummary } from '../../src/run/stored-summary';
import { readSmallObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { addContacts, makeContact, PEOPLE, prepareSmallShop, SLOT } from './support/small-shop';
import { audienceSource, driveRun, emailSource, openWorld, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-params');
let shop: OpenEngines;
let rig: Rig;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
}, 60_000);
beforeEach(() => {
  rig = rigUp(shop);
});
afterAll(() => shop.close());

const PARAMS = [
  'params:',
  '  theme: { type: string, oneOf: [coffee, tea], default: coffee }',
  '  group: { type: string, default: main }',
];

/** An e-mail job whose mails name a theme, for a group of contacts. */
function themed(name: string, more: readonly string[] = []) {
  const files = {
    'subject.hbs': 'On {{params.theme}}, {{contact.firstName}}',
    'body.html.hbs': '{{items.0.title}} {{sender.postalAddress}} {{unsubscribeUrl}}',
    'body.text.hbs': '{{items.0.title}} {{sender.postalAddress}} {{unsubscribeUrl}}',
  };
  const source = emailSource(name, { where: '{ group: "${params.group}" }', files });
  return { ...source, text: `${source.text}${[...PARAMS, ...more].join('\n')}\n` };
}

type Wish = Partial<StartWish> & Pick<StartWish, 'source'>;

const start = (wish: Wish) => startRun(rig.engines, { slot: SLOT, again: false, ...wish });
const run = async (wish: Wish) => driveRun(rig, (await start(wish)).runId);

async function refusalOf(wish: Wish) {
  try {
    await start(wish);
  } catch (error) {
    if (isNightjarError(error)) return { code: error.code, message: error.message, fix: error.fix };
    throw error;
  }
  return undefined;
}

async function subjectsOf(runId: string): Promise<ReadonlySet<string>> {
  const row = await findRun(shop.db, runId);
  if (row === undefined) throw new Error(`no run ${runId}`);
  const { job, template } = await loadBundle(shop, row);
  const mails = await sampleMails({ engines: shop, run: row, job, template }, 200);
  // Whoever reads a report can't unsubscribe the people in it.
  for (const { html } of mails) {
    const token = /\/u\/([\w-]+)/.exec(html)?.[1] ?? '';
    expect(verifyUnsubscribe(token, shop.secret)?.userId).toBe(NOBODY);
  }
  return new Set(mails.map(({ subject }) => subject));
}

async function inputOf(runId: string): Promise<readonly string[]> {
  const [job] = await batchJobsOf(shop.db, runId);
  const bytes = await readSmallObject(shop.s3, parseS3Uri(job?.inputUri ?? ''));
  return bytes.toString('utf8').trimEnd().split('\n');
}

describe('a run with params and a limit', () => {
  const source = themed('theme');

  it('buys and writes the first alone; another run of the slot, with other params, reaches all others', async () => {
    const wish = { source, params: { theme: 'tea' }, limit: 7 };
    const planned = await planRun(rig.engines, { ...wish, slot: SLOT });
    expect(planned).toMatchObject({ recipients: 7, batchJob: { lines: 7 }, params: { theme: 'tea', group: 'main' } });
    expect(formatPlan(planned)).toMatch(/params +group = main\n +theme = tea\n|params +theme = tea\n +group = main\n/);

    const first = await run(wish);
    const summary = readSummary(first);
    expect(summary).toMatchObject({
      state: 'finished',
      deliveries: { accepted: 7 },
      batchJobs: [{ lines: 7 }],
      contacts: { considered: PEOPLE, leftOut: [{ name: 'over_limit', count: PEOPLE - 7 }] },
      avoided: { rows: 0 },
      params: [
        { name: 'theme', value: 'tea' },
        { name: 'group', value: 'main' },
      ],
      limit: 7,
    });
    expect(await inputOf(first.runId)).toHaveLength(7);
    expect(planned.batchJob.name).toBe((await batchJobsOf(shop.db, first.runId))[0]?.name);
    expect(await subjectsOf(first.runId)).toEqual(new Set(['On tea, Robin']));

    const second = await run({ source, again: true });
    expect(readSummary(second)).toMatchObject({
      deliveries: { accepted: PEOPLE - 7 },
      batchJobs: [{ lines: PEOPLE - 7 }],
    });
    expect(readSummary(second)).not.toHaveProperty('limit');
    expect(await subjectsOf(second.runId)).toEqual(new Set(['On coffee, Robin']));
    expect(await subjectsOf(first.runId)).toEqual(new Set(['On tea, Robin']));
    expect((await listUsersOfRun(shop.db, first.runId)).size).toBe(7);
  }, 60_000);

  it('shows them in the report and in documents', async () => {
    const first = await findRun(shop.db, `theme.${SLOT}`);
    const summary = first === undefined ? undefined : readSummary(first);
    if (first === undefined || summary === undefined) throw new Error('the run of the test before is gone');

    expect(formatReport(summary)).toMatch(/params +theme = tea\n +group = main\n +limit +the first 7 recipients\n/);
    expect(renderReportHtml({ summary })).toContain('<span>theme = tea</span>');
    expect(describeRow(first)).toMatchObject({ params: { theme: 'tea', group: 'main' }, limit: 7 });
  });

  it('goes on by its own values when the job file has changed', async () => {
    const wish = { source: themed('changed'), params: { theme: 'tea' } };
    const { runId } = await start(wish);
    await driveRun(rig, runId, ({ state }) => state === 'waiting');
    const other = { ...wish.source, text: wish.source.text.replace('default: coffee', 'default: tea') };

    expect(await start({ ...wish, source: other })).toEqual({ runId, how: 'found' });
    expect((await driveRun(rig, runId)).params).toEqual({ theme: 'tea', group: 'main' });
    expect(await subjectsOf(runId)).toEqual(new Set(['On tea, Robin']));
  }, 60_000);

  it('has exactly so many recipients, also where it had begun to plan', async () => {
    const wish = { source: themed('begun'), limit: 5 };
    const { runId } = await start(wish);
    const begun = ['u039', 'u040'].map((userId) => ({
      userId,
      addressHash: `hash-${userId}`,
      domain: 'people.example',
    }));
    await planDeliveries(shop.db, { runId, job: 'begun', slot: SLOT }, { rows: begun, now: rig.clock.now() });
    await driveRun(rig, runId, ({ state }) => state === 'waiting');

    const users = await listUsersOfRun(shop.db, runId);
    expect(users.size).toBe(5);
    expect([...users]).toEqual(expect.arrayContaining(['u039', 'u040']));
  }, 60_000);

  it('goes on with its values after a failure that a person has mended', async () => {
    const wish = { source: themed('mended'), params: { group: 'nobody-yet', theme: 'tea' } };
    const failed = await run(wish);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'E_RUN_NO_RECIPIENTS' } });

    expect(await refusalOf({ ...wish, params: { theme: 'tea' } })).toEqual({
      code: 'E_RUN_PARAMS',
      message: `the run mended.${SLOT} has group=nobody-yet; asked for is group=main`,
      fix: expect.stringMatching(/^go on with it as it is: nightjar run mended .*; or end it: nightjar runs cancel /),
    });
    await addContacts(shop, [makeContact('m1', { attributes: { group: 'nobody-yet' } })]);
    const more = { ...wish.source, text: `${wish.source.text}  size: { type: integer, default: 3 }\n` };
    expect(await start({ ...wish, source: more })).toMatchObject({ how: 'resumed' });
    const done = await driveRun(rig, failed.runId);
    expect(done).toMatchObject({ state: 'finished', params: { group: 'nobody-yet', theme: 'tea', size: 3 } });
  }, 60_000);
});

describe('a slot that has been run', () => {
  const source = themed('once');
  const CODE = { code: 'E_RUN_PARAMS' };

  it('is found with the same params and limit, and refused with others', async () => {
    const wish = { source, params: { theme: 'tea' }, limit: 2 };
    const { runId } = await run(wish);

    expect(await start(wish)).toEqual({ runId, how: 'found' });
    expect(await start({ ...wish, params: { theme: 'tea', group: 'main' } })).toEqual({ runId, how: 'found' });
    expect(await refusalOf({ ...wish, params: { theme: 'coffee' } })).toEqual({
      ...CODE,
      message: `the run ${runId} has theme=tea; asked for is theme=coffee`,
      fix: `make another run, for those who got nothing: nightjar run once --date ${SLOT} --again --limit 2 --param theme=coffee; or run another slot with --date`,
    });
    expect(await refusalOf({ source })).toMatchObject({
      ...CODE,
      message: `the run ${runId} has theme=tea, limit 2; asked for is theme=coffee, no limit`,
    });
    expect(await refusalOf({ ...wish, limit: 3 })).toMatchObject(CODE);
  }, 60_000);

  it('is refused with another limit also where both are started at a time', async () => {
    const twins = themed('twins');
    const starts = await Promise.allSettled([3, 4].map((limit) => start({ source: twins, limit })));
    expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(starts.find(({ status }) => status === 'rejected')).toMatchObject({ reason: CODE });
  });

  it('of a job that has got params since is refused with them, and found without', async () => {
    const plain = emailSource('later', { where: '{ group: main }' });
    const { runId } = await run({ source: plain });
    const later = { ...plain, text: `${plain.text}${PARAMS.join('\n')}\n` };

    expect(await start({ source: later })).toEqual({ runId, how: 'found' });
    expect(await refusalOf({ source: later, params: { theme: 'tea' } })).toMatchObject({
      ...CODE,
      message: `the run ${runId} has no theme; asked for is theme=tea`,
    });
  }, 60_000);
});

describe('a limited run', () => {
  it('passes guards on too few recipients, is no slot to compare with, and is followed by nothing', async () => {
    const guard = 'guard: { recipients: { min: 30, change: 10% } }';
    const source = themed('trial', [guard]);
    const slots = (after: number) => ['2026-03-02', '2026-03-03', '2026-03-04'][after] ?? '';
    expect((await run({ source, slot: slots(0) })).state).toBe('finished');
    const since = 0;

    expect((await run({ source, slot: slots(1), limit: 3 })).state).toBe('finished');
    const params = { theme: 'coffee', group: 'main' };
    const earlier = { job: 'trial', slot: slots(2) };
    expect(await findEarlierRecipients(shop.db, { ...earlier, params })).toBe(PEOPLE);
    expect(await findEarlierRecipients(shop.db, { ...earlier, params: { ...params, theme: 'tea' } })).toBeUndefined();
    const toFollow = () => listSlotsToFollow(shop.db, { after: 'trial', follower: 'follower', since });
    expect(await toFollow()).toEqual([slots(0)]);

    expect((await run({ source, slot: slots(1), again: true })).state).toBe('finished');
    expect(await toFollow()).toEqual([slots(0), slots(1)]);
    expect(await planRun(rig.engines, { source, slot: slots(2), limit: 3 })).not.toHaveProperty('guards');
  }, 60_000);

  it('still is stopped by a guard on too many', async () => {
    const source = themed('many', ['guard: { recipients: { max: 2 } }']);
    const paused = await run({ source, limit: 3 });
    expect(paused).toMatchObject({ state: 'paused', pausedReason: 'guard:recipients.max' });
  });

  it.each([0, -1, 1.5, Number.NaN])('can not have a limit of %s', async (limit) => {
    expect(await refusalOf({ source: themed('odd'), limit })).toMatchObject({ code: 'E_USAGE' });
  });
});

describe('an audience job', () => {
  const source = () => {
    const plain = audienceSource('fans', { segment: 'queries: { fans: \'ITEMS.CATEGORY = "${params.category}"\' }' });
    return { ...plain, text: `${plain.text}params: { category: { type: string } }\n` };
  };

  it('asks for what its params say, and takes no limit', async () => {
    expect(await refusalOf({ source: source() })).toMatchObject({
      code: 'E_JOB_PARAM',
      message: 'params.category has no value, and no default',
    });
    expect(await refusalOf({ source: source(), params: { category: 'tea' }, limit: 3 })).toMatchObject({
      code: 'E_USAGE',
    });

    const done = await run({ source: source(), params: { category: 'tea" AND ITEMS.CATEGORY = "x' } });
    const [line = ''] = await inputOf(done.runId);
    expect(JSON.parse(line)).toEqual({ itemAttributes: String.raw`ITEMS.CATEGORY = "tea\" AND ITEMS.CATEGORY = \"x"` });
    const earlier = (params: ParamValues) => findEarlierMembers(shop.db, { job: 'fans', slot: '2026-03-09', params });
    expect([...(await earlier(done.params ?? {})).keys()]).toEqual(['fans']);
    expect((await earlier({ category: 'tea' })).size).toBe(0);
  }, 60_000);
});

describe('createLimiter', () => {
  const people = Array.from({ length: 30_000 }, (_, n) => ({ userId: `u${n}`, addressHash: `a${n % 20_000}` }));
  const first = (slot: string, limit: number, from = people) => {
    const limiter = createLimiter<(typeof people)[number]>({ slot, limit });
    for (const one of from) limiter.add(one);
    return limiter.list();
  };

  it('chooses the same ones whatever their order, each address once', () => {
    const chosen = first('2026-03-02', 500);
    const again = first('2026-03-02', 500, [...people].reverse());

    expect(new Set(chosen.map(({ addressHash }) => addressHash)).size).toBe(500);
    expect(new Set(again)).toEqual(new Set(chosen));
    expect(chosen.map(({ userId }) => Number(userId.slice(1)))).toEqual(
      chosen.map(({ userId }) => Number(userId.slice(1))).sort((a, b) => a - b),
    );
  });

  it('chooses more of the same with a greater limit, and others for another slot', () => {
    const few = new Set(first('2026-03-02', 100).map(({ userId }) => userId));
    const more = new Set(first('2026-03-02', 200).map(({ userId }) => userId));
    const other = first('2026-03-03', 100).filter(({ userId }) => few.has(userId));

    expect([...few].every((userId) => more.has(userId))).toBe(true);
    expect(other.length).toBeLessThan(20);
    // Not the first of the alphabet, nor of the file.
    expect([...few].filter((userId) => Number(userId.slice(1)) < 300).length).toBeLessThan(20);
  });

  it('gives all where there are fewer, and none for 0', () => {
    expect(first('s', 50_000)).toHaveLength(20_000);
    expect(first('s', 0)).toEqual([]);
  });
});
