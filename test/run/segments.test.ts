/** Queries of segments: checked against the data before they are bought, and items that together make one audience. */

import { type Member, readMembers } from '../../src/audience/members';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { currentCatalogueVersion, readCatalogue, saveItems } from '../../src/database/catalogue';
import { listArtefacts } from '../../src/database/runs/artefacts';
import { isNightjarError } from '../../src/errors';
import { formatPlan } from '../../src/job/plan-text';
import { formatReport } from '../../src/report/text';
import { planRun } from '../../src/run/plan-run';
import { readSummary } from '../../src/run/stored-summary';
import { readObject, readSmallObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { vary } from './support/local-aws';
import { itemId, SLOT } from './support/small-shop';
import { audienceSource, begin, driveRun, openShop, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-segments');
let shop: OpenEngines;

/** Of the thirty things those up to the 20th have a time of creation; the 17th is sold out. */
beforeAll(async () => {
  shop = await openShop(folder);
  const catalogue = await readCatalogue(shop.db, await currentCatalogueVersion(shop.db));
  const items = [...catalogue.values()].map((item, index) => ({
    ...item,
    ...(index < 20 ? { createdAt: new Date(Date.UTC(2026, 0, 1 + index)).toISOString() } : {}),
    ...(item.itemId === itemId(17) ? { stock: 0 } : {}),
    attributes: { roast: index % 2 === 0 ? 'dark|smoky' : 'light' },
  }));
  await saveItems(shop.db, items, { replace: false, now: Date.now() });
}, 60_000);
afterAll(() => shop.close());

const attributes = (name: string, queries: string) => audienceSource(name, { segment: `queries: { ${queries} }` });
const items = (name: string, text: string) =>
  audienceSource(name, { solution: 'item-fans', segment: `items: ${text}` });
const plan = (source: ReturnType<typeof audienceSource>) => planRun(shop, { source, slot: SLOT });

async function problemsOf(doing: Promise<unknown>): Promise<readonly string[]> {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isNightjarError(error)) throw error;
  return [error, ...error.others].map(
    ({ code, message, fix, where }) => `${code} ${where?.line}:${where?.column} ${message} | ${fix}`,
  );
}

describe('a query is refused before it is bought', () => {
  it('for a column that the dataset has not, with the nearest, and all of them at once', async () => {
    const source = attributes('columns', `a: ITEMS.CATEGRY = "tea", b: ITEMS.BRAND = "acme"`);
    expect(await problemsOf(plan(source))).toEqual([
      'E_RECO_QUERY 6:23 segment.queries.a: the items dataset has no column CATEGRY; it has CATEGORY | write ITEMS.CATEGORY',
      'E_RECO_QUERY 6:49 segment.queries.b: the items dataset has no column BRAND; it has CATEGORY | ask for one of these: CATEGORY',
    ]);
    expect(await problemsOf(begin(rigUp(shop), source))).toHaveLength(2);
    expect(await batchJobsOf(shop.db, `columns.${SLOT}`)).toEqual([]);
  });

  it('for a value that is likely misspelt; one that is near none is told of', async () => {
    expect(await problemsOf(plan(attributes('values', `a: ITEMS.CATEGORY = "Cofee"`)))).toEqual([
      'E_RECO_QUERY 6:35 segment.queries.a: no imported item has ITEMS.CATEGORY = "Cofee" | write ITEMS.CATEGORY = "coffee"',
    ]);
    const far = await plan(attributes('values', `tea: ITEMS.CATEGORY = "tea", a: ITEMS.CATEGORY = "furniture"`));
    expect(formatPlan(far)).toContain(
      'NOTE: no imported item has ITEMS.CATEGORY = "furniture"; values are coffee, plants, tea',
    );
  });

  it('for OR and for ranges, with the way to write them', async () => {
    const [either, range] = await problemsOf(
      plan(attributes('grammar', `a: 'ITEMS.CATEGORY = "tea" OR ITEMS.CATEGORY = "coffee"', b: ITEMS.PRICE > 10`)),
    );
    expect(either).toContain('write one query for each alternative and combine the audiences');
    expect(range).toContain('write one query for each alternative and combine the audiences');
  });

  it('for an attribute or a category of items that is likely misspelt', async () => {
    const text = '{ a: { newest: 2, category: cofee }, b: { newest: 2, where: { rost: dark } } }';
    expect(await problemsOf(plan(items('choices', text)))).toEqual([
      'E_RECO_QUERY 6:38 segment.items.a: no imported item has the category "cofee" | write "coffee"',
      'E_RECO_QUERY 6:78 segment.items.b: no imported item has the attribute "rost"; they have category, roast | write "roast:"',
    ]);
  });

  it('where no query of the job fits an item', async () => {
    const text = '{ a: { newest: 2, where: { roast: 7 } } }';
    expect(await problemsOf(plan(items('nothing', text)))).toEqual([
      'E_RECO_QUERY 6:10 no query of the job fits an item; a: no imported item has the roast 7; values are dark, light, smoky | import the items with created_at, or choose others below "items:"',
    ]);
  });
});

describe('items', () => {
  it('of a choice are the newest that fit, dated and in stock', async () => {
    const rig = rigUp(shop);
    const source = items('newest', '{ new-plants: { newest: 3, category: plants, where: { roast: [dark, light] } } }');
    const run = await driveRun(rig, await begin(rig, source), (now) => now.state === 'collecting');
    const [job] = await batchJobsOf(shop.db, run.runId);
    const input = (await readSmallObject(shop.s3, parseS3Uri(job?.inputUri ?? ''))).toString('utf8');
    // Plants are every third thing, from the second on.
    expect(input).toBe([20, 14, 11].map((nth) => `{"itemId":"${itemId(nth)}"}\n`).join(''));
    expect(formatPlan(await plan(source))).toContain(
      'new-plants  the newest 3 items, category plants, roast dark or light, in stock',
    );
  });

  it('that are named together make one audience: each user once, of the best rank; one that is unknown is told of', async () => {
    // Two lines a part: what one query asks comes from several batch jobs.
    const rig = rigUp(vary(shop, { limits: { lines: 2 } }));
    const ids = [3, 6, 9, 12].map(itemId);
    const source = items('together', `{ favourites: [${ids.join(', ')}, nowhere] }`);
    const planned = await plan(source);
    expect(planned).toMatchObject({ queries: [{ note: '1 of 5 ids are not among the imported items: nowhere' }] });
    const alone = await driveTo(rig, items('alone', `[${ids.join(', ')}]`));
    const together = await driveTo(rig, source);

    const best = new Map<string, number>();
    for (const id of ids) {
      for (const { userId, rank } of alone.get(id) ?? []) best.set(userId, Math.min(rank, best.get(userId) ?? rank));
    }
    const expected = [...best]
      .map(([userId, rank]) => ({ userId, rank }))
      .sort((a, b) => (a.userId < b.userId ? -1 : 1));
    expect(expected.length).toBeGreaterThan(20);
    expect(together.get('favourites')).toEqual(expected);
    expect(await batchJobsOf(shop.db, `together.${SLOT}`)).toHaveLength(3);
  });
});

/** Drives a run until its queries are collected, and reads their member files. */
async function driveTo(
  rig: ReturnType<typeof rigUp>,
  source: ReturnType<typeof audienceSource>,
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const run = await driveRun(rig, await begin(rig, source), ({ state }) => state === 'writing');
  const files = (await listArtefacts(shop.db, run.runId)).filter(({ kind }) => kind === 'members');
  const read = files.map(async ({ name, uri }) => {
    const members: Member[] = [];
    for await (const batch of readMembers(readObject(shop.s3, parseS3Uri(uri)))) members.push(...batch);
    return [name, members] as const;
  });
  return new Map(await Promise.all(read));
}

it('the report tells of each query whose answer lacks something', async () => {
  const rig = rigUp(shop);
  const text = `{ favourites: [${itemId(3)}, nowhere], lost: [nowhere-else], none: { newest: 2, where: { roast: 7 } } }`;
  const run = await driveRun(rig, await begin(rig, items('told', text)));
  const summary = readSummary(run);
  expect(summary?.queries).toEqual([
    {
      name: 'favourites',
      query: `${itemId(3)}, nowhere`,
      users: 20,
      error: expect.stringMatching(/^no answer for 1 of 2 items: /),
    },
  ]);
  expect(summary?.audiences?.map(({ name, members, error }) => ({ name, members, error }))).toEqual([
    { name: 'favourites', members: 20, error: undefined },
    { name: 'lost', members: 0, error: expect.stringContaining('tem') },
    { name: 'none', members: 0, error: 'no item of the catalogue fits' },
  ]);
  expect(summary === undefined ? '' : formatReport(summary)).toMatch(
    /query +favourites: 20 users\n +no answer for 1 of 2 items:/,
  );
});
