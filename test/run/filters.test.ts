/** Filters of jobs: what they keep out never reaches a slate or a segment, and their values come from the contacts. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateFilterCommand,
  DescribeBatchInferenceJobCommand,
  DescribeFilterCommand,
} from '@aws-sdk/client-personalize';
import { sql } from 'kysely';
import { z } from 'zod';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { isNightjarError } from '../../src/errors';
import { formatPlan } from '../../src/job/plan-text';
import { train } from '../../src/run/own-data/train';
import { planRun } from '../../src/run/plan-run';
import { readSummary } from '../../src/run/stored-summary';
import { listObjects, readSmallObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { addContacts, CATEGORIES, itemId, makeContact, SLOT, userId } from './support/small-shop';
import { audienceSource, begin, driveRun, emailSource, openShop, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-filters');
let shop: OpenEngines;

const arnOf = (path: string) => {
  const { roleArn, region } = shop.settings.aws;
  return `arn:aws:personalize:${region}:${roleArn.split(':')[4]}:${path}`;
};

async function createFilter(name: string, filterExpression: string, group = 'small-shop'): Promise<void> {
  const { personalize } = shop;
  const datasetGroupArn = arnOf(`dataset-group/${group}`);
  const { filterArn } = await personalize.send(new CreateFilterCommand({ name, datasetGroupArn, filterExpression }));
  for (let status: string | undefined; status !== 'ACTIVE'; await wait(20)) {
    status = (await personalize.send(new DescribeFilterCommand({ filterArn }))).filter?.status;
  }
}

beforeAll(async () => {
  shop = await openShop(folder);
  await createFilter('no-tea', 'EXCLUDE ItemID WHERE Items.CATEGORY IN ("tea")');
  await createFilter('only', 'INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)');
  await addContacts(shop, [
    makeContact('u001', { attributes: { group: 'taste', taste: 'tea' } }),
    makeContact('u002', { attributes: { group: 'taste', taste: 'coffee' } }),
    makeContact('u003', { attributes: { group: 'taste', taste: 'plants' } }),
    makeContact('u004', { attributes: { group: 'taste' } }),
    makeContact('u005', { attributes: { group: 'taste', taste: '' } }),
  ]);
}, 90_000);
afterAll(() => shop.close());

/** Trains a second group, whose users have a tier; even numbers are gold. */
async function trainTiers(): Promise<void> {
  const schema = (name: string, fields: readonly object[]) =>
    JSON.stringify({ type: 'record', name, namespace: 'com.amazonaws.personalize.schema', fields, version: '1.0' });
  const text = (name: string) => ({ name, type: 'string' });
  // Everybody visits 5 of 15 things: who visited a thing need not be listed for it.
  const visits = Array.from({ length: 1200 }, (_, n) => {
    const thing = ((n % 40) + (Math.floor(n / 40) % 5)) % 15;
    return [userId((n % 40) + 1), itemId(thing + 1), 1_700_000_000 + n];
  });
  const users = Array.from({ length: 40 }, (_, n) => [userId(n + 1), n % 2 === 0 ? 'none' : 'gold']);
  const csv = (rows: readonly (readonly (string | number)[])[]) => `${rows.map((row) => row.join(',')).join('\n')}\n`;
  await train(shop, {
    group: 'tiers',
    datasets: [
      {
        type: 'Interactions',
        schema: schema('Interactions', [text('USER_ID'), text('ITEM_ID'), { name: 'TIMESTAMP', type: 'long' }]),
        csv: csv([['USER_ID', 'ITEM_ID', 'TIMESTAMP'], ...visits]),
      },
      {
        type: 'Users',
        schema: schema('Users', [text('USER_ID'), { ...text('TIER'), categorical: true }]),
        csv: csv([['USER_ID', 'TIER'], ...users]),
      },
    ],
    solutions: [{ solution: 'tier-fans', recipe: 'aws-item-affinity' }],
    onProgress: () => undefined,
  });
}

const categoryOf = (itemId: string) => CATEGORIES[(Number(itemId.slice(1)) - 1) % CATEGORIES.length];

async function slatesOf(runId: string): Promise<ReadonlyMap<string, readonly (string | undefined)[]>> {
  const found = await sql`SELECT user_id, slate FROM delivery WHERE run_id = ${runId} ORDER BY user_id`.execute(
    shop.db,
  );
  const row = z.object({ user_id: z.string(), slate: z.array(z.string()).nullable() });
  return new Map(
    found.rows.map((one) => {
      const { user_id, slate } = row.parse(one);
      return [user_id, [...new Set((slate ?? []).map(categoryOf))].sort()];
    }),
  );
}

/** An e-mail job with more below `recommend`. */
function filtered(name: string, more: string, where = '{ consent: true, group: main }') {
  const source = emailSource(name, { where });
  return { ...source, text: source.text.replace('results: 8', `results: 8, ${more}`) };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!isNightjarError(error)) throw error;
    const { file = '', line = 0, column = 0 } = error.where ?? {};
    return `${error.code} ${file}:${line}:${column} ${error.message}; fix: ${error.fix}`;
  }
  return 'none';
}

describe('a job with a filter', () => {
  it('never has in a slate what the filter keeps out, and says so to Personalize', async () => {
    const rig = rigUp(shop);
    const source = filtered('without-tea', 'filter: no-tea');
    const plan = await planRun(rig.engines, { source, slot: SLOT });
    const run = await driveRun(rig, await begin(rig, source));

    const slates = await slatesOf(run.runId);
    expect(slates.size).toBeGreaterThan(30);
    for (const categories of slates.values()) expect(categories).not.toContain('tea');
    expect([...slates.values()].some((categories) => categories.includes('coffee'))).toBe(true);
    const [job] = await batchJobsOf(shop.db, run.runId);
    const described = await shop.personalize.send(
      new DescribeBatchInferenceJobCommand({ batchInferenceJobArn: job?.arn ?? '' }),
    );
    expect(described.batchInferenceJob?.filterArn).toMatch(/:filter\/no-tea$/);
    expect(plan.batchJob.name).toBe(job?.name);
    expect(plan.filter).toEqual({ arn: described.batchInferenceJob?.filterArn, values: [] });
    expect(readSummary(run)?.deliveries?.accepted).toBe(slates.size);
  });

  it('buys anew with another filter, and not again with the same', async () => {
    const rig = rigUp(shop);
    const nameWith = async (more: string) =>
      (await planRun(rig.engines, { source: filtered('without-tea', more), slot: '2026-03-03' })).batchJob.name;
    const names = [await nameWith('filter: no-tea'), await nameWith('filter: no-tea'), await nameWith('')];
    expect(new Set(names).size).toBe(2);
    const arn = (await planRun(rig.engines, { source: filtered('without-tea', 'filter: no-tea'), slot: SLOT })).filter
      ?.arn;
    expect(await nameWith(`filter: ${arn}`)).toBe(names[0]);
  });

  it('takes values from attributes, and leaves out who lacks one, each counted', async () => {
    const rig = rigUp(shop);
    const values = 'filterValues: { CATEGORY: { attribute: taste } }';
    const source = filtered('by-taste', `filter: only, ${values}`, '{ consent: true, group: taste }');
    const plan = await planRun(rig.engines, { source, slot: SLOT });
    const run = await driveRun(rig, await begin(rig, source));

    expect([...(await slatesOf(run.runId))]).toEqual([
      ['u001', ['tea']],
      ['u002', ['coffee']],
      ['u003', ['plants']],
    ]);
    const [job] = await batchJobsOf(shop.db, run.runId);
    const input = (await readSmallObject(shop.s3, parseS3Uri(job?.inputUri ?? ''))).toString();
    expect(input.split('\n')[1]).toBe(String.raw`{"userId":"u002","filterValues":{"CATEGORY":"\"coffee\""}}`);
    expect(plan.batchJob.name).toBe(job?.name);
    const leftOut = readSummary(run)?.contacts?.leftOut;
    expect(leftOut).toContainEqual({ name: 'filter_lacks_taste', count: 2 });
    expect(plan.kind === 'email' && plan.leftOut).toEqual(leftOut);
    expect(formatPlan(plan)).toContain("$CATEGORY  the contact's taste\n");
    expect(formatPlan(plan)).toContain('2  filter lacks taste');
  });

  it('gives the default to who lacks the attribute', async () => {
    const rig = rigUp(shop);
    const values = 'filterValues: { CATEGORY: { attribute: taste, default: [tea, plants] } }';
    const source = filtered('by-default', `filter: only, ${values}`, '{ consent: true, group: taste }');
    const run = await driveRun(rig, await begin(rig, source));
    const slates = await slatesOf(run.runId);
    expect([slates.get('u002'), slates.get('u003')]).toEqual([['coffee'], ['plants']]);
    const others = [slates.get('u004') ?? [], slates.get('u005') ?? []];
    expect(others.map(({ length }) => length > 0)).toEqual([true, true]);
    expect([...new Set(others.flat())].sort()).toEqual(['plants', 'tea']);
  });

  it('takes them for a section too, which is not there for who lacks one', async () => {
    const rig = rigUp(shop);
    const withSection = (attribute: string) => {
      const foot = '{{sender.postalAddress}} <a href="{{unsubscribeUrl}}">no more</a>';
      const body = `{{#each items}}{{title}}{{/each}}{{#each sections}}{{name}}{{/each}}${foot}`;
      const files = { 'subject.hbs': 'x', 'body.html.hbs': body, 'body.text.hbs': body };
      const source = emailSource('own-corner', { where: '{ consent: true, group: taste }', files });
      const recommend = `{ solution: picks, results: 8, filter: only, filterValues: { CATEGORY: { attribute: ${attribute} } } }`;
      const section = `sections: { corner: { recommend: ${recommend}, show: { items: 2 } } }`;
      return { ...source, text: source.text.replace('show: { items: 3 } }', `show: { items: 3 }, ${section} }`) };
    };
    const source = withSection('taste');
    const plan = await planRun(rig.engines, { source, slot: SLOT });
    const run = await driveRun(rig, await begin(rig, source));

    const jobs = await batchJobsOf(shop.db, run.runId);
    expect(jobs.map(({ sections, lines }) => [sections, lines])).toEqual([
      [undefined, 5],
      [['corner'], 3],
    ]);
    expect(plan).toMatchObject({ batchJob: { name: jobs[0]?.name }, sectionJobs: [{ name: jobs[1]?.name, lines: 3 }] });
    const input = (await readSmallObject(shop.s3, parseS3Uri(jobs[1]?.inputUri ?? ''))).toString();
    expect(input.split('\n')[1]).toBe(String.raw`{"userId":"u002","filterValues":{"CATEGORY":"\"coffee\""}}`);
    const rows = await shop.db.selectFrom('delivery').selectAll().where('run_id', '=', run.runId).execute();
    const section = z.object({ corner: z.object({ items: z.array(z.string()) }).optional() });
    const corners = rows.map((row) => [row.user_id, section.parse(row.sections ?? {}).corner?.items.map(categoryOf)]);
    const found = new Map(corners.map(([user, categories]) => [user, categories && [...new Set(categories)]]));
    expect(Object.fromEntries(found)).toEqual({ u001: ['tea'], u002: ['coffee'], u003: ['plants'] });
    expect(readSummary(run)?.deliveries?.accepted).toBe(5);

    expect(await refusal(planRun(rig.engines, { source: withSection('tast'), slot: SLOT }))).toMatch(
      /^E_JOB_FIELD jobs\/own-corner\.yaml:5:\d+ content\.sections\.corner\.recommend\.filterValues\.CATEGORY\.attribute is "tast"/,
    );
  });

  it('refuses filters and values that do not fit, before anything is bought', async () => {
    const plan = (more: string) =>
      refusal(planRun(rigUp(shop).engines, { source: filtered('wrong', more), slot: SLOT }));
    expect(await plan('filter: no-tee')).toBe(
      'E_RECO_FILTER jobs/wrong.yaml:3:51 recommend.filter is "no-tee", which does not exist in Personalize; filters are no-tea, only; fix: write "filter: no-tea"',
    );
    expect(await plan('filter: only')).toBe(
      'E_RECO_FILTER jobs/wrong.yaml:3:1 recommend.filter is "only", which has the placeholder $CATEGORY, and filterValues has no CATEGORY; fix: add "CATEGORY: …" below "filterValues:"',
    );
    expect(await plan('filter: only, filterValues: { CATEGORY: tea, CATEGROY: tea }')).toContain(
      'which has no placeholder $CATEGROY, which filterValues names; fix: write "CATEGORY:" instead of "CATEGROY:"',
    );
    expect(await plan('filter: only, filterValues: { CATEGORY: { attribute: tast } }')).toBe(
      'E_JOB_FIELD jobs/wrong.yaml:3:96 recommend.filterValues.CATEGORY.attribute is "tast", and no contact has it; attributes are group, taste; fix: write "attribute: taste"',
    );
  });

  it('filters the users of segments, and takes filters of the own dataset group only', async () => {
    await trainTiers();
    await createFilter('tier', 'INCLUDE UserID WHERE Users.TIER IN ($TIER)', 'tiers');
    const rig = rigUp(shop);
    const solution = arnOf('solution/tier-fans');
    const segment = (filter: string) => `items: [i003]\n  filter: ${filter}\n  filterValues: { TIER: [gold] }`;
    const source = audienceSource('tier-fans', { solution, segment: segment('tier') });
    const plan = await planRun(rig.engines, { source, slot: SLOT });
    const run = await driveRun(rig, await begin(rig, source));

    const [job] = await batchJobsOf(shop.db, run.runId);
    expect(plan.batchJob.name).toBe(job?.name);
    const { bucket, prefix } = shop.settings.storage;
    const files = await listObjects(shop.s3, { bucket, key: `${prefix}audiences/tier-fans/` });
    const key = files.find((file) => file.key.endsWith('.csv'))?.key ?? '';
    const csv = (await readSmallObject(shop.s3, { bucket, key })).toString();
    const users = csv
      .split('\n')
      .slice(1, -1)
      .map((line) => Number(line.split(',')[0]?.slice(1)));
    expect(users.length).toBeGreaterThan(5);
    expect(users.filter((number) => number % 2 === 1)).toEqual([]);

    const alien = audienceSource('alien', { solution, segment: segment('only') });
    expect(await refusal(planRun(rig.engines, { source: alien, slot: SLOT }))).toContain(
      'segment.filter is "only", which is of the dataset group',
    );
  });
});
