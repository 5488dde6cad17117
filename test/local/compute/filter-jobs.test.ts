import { runInference } from '../../../src/local/compute/run-inference';
import { runSegmentation } from '../../../src/local/compute/run-segmentation';
import { runTraining } from '../../../src/local/compute/run-training';
import type { InferTask } from '../../../src/local/compute-port';
import { createFolder, createTraining, type Folder, writeInteractions, writeItems, writeSchema } from './fixtures';

const RANKING = 'aws-personalized-ranking';
/** Recipes that list items for a user. */
const LISTING = ['aws-user-personalization', 'aws-user-personalization-v2', 'aws-popularity-count'];

let folder: Folder;
let datasets: InferTask['datasets'];
beforeAll(async () => {
  folder = createFolder();
  for (const recipe of [...LISTING, RANKING, 'aws-item-affinity']) {
    await runTraining(createTraining(folder, recipe));
  }
  const rows = Array.from({ length: 40 }, (_, user) => `u${user},${user % 2 === 0 ? 'gold' : 'none'},${user}`);
  const users = {
    schema: writeSchema('USER_ID', 'TIER!', 'AGE#'),
    csvFiles: [folder.write('users.csv', `USER_ID,TIER,AGE\n${rows.join('\n')}\n`)],
  };
  datasets = { interactions: writeInteractions(folder), items: writeItems(folder), users };
});
afterAll(() => folder.remove());

interface OutputLine {
  readonly output: { readonly recommendedItems?: readonly string[]; readonly usersList?: readonly string[] };
  readonly error: string | null;
}

async function run(filter: string | undefined, lines: readonly object[], recipe = 'aws-user-personalization') {
  const inputFile = folder.write('in.json', lines.map((line) => JSON.stringify(line)).join('\n'));
  const task = {
    recipe,
    modelFile: folder.path(`${recipe}.model`),
    numResults: 60,
    files: [{ inputFile, outputFile: folder.path('in.json.out') }],
    datasets,
    ...(filter === undefined ? {} : { filter }),
    seed: 1,
  };
  const result =
    recipe === 'aws-item-affinity' ? await runSegmentation(task) : await runInference({ ...task, addsNewItems: false });
  if (!result.ok) return { result, answers: [] };
  const answers = folder
    .read('in.json.out')
    .trim()
    .split('\n')
    .map((line): OutputLine => JSON.parse(line));
  return { result, answers };
}

/** The list of one line, in the order of ids. */
async function list(filter: string | undefined, line: object, recipe?: string): Promise<readonly string[]> {
  const { answers } = await run(filter, [line], recipe);
  expect(answers[0]?.error).toBeNull();
  const { recommendedItems, usersList } = answers[0]?.output ?? {};
  return [...(recommendedItems ?? usersList ?? [])].sort();
}

const numberOf = (id: string) => Number(id.slice(1));

describe('a batch job with a filter', () => {
  it.each([0, 1, 2])('lists items of genre %s, which the line asks for', async (genre) => {
    const all = await list(undefined, { userId: 'u1' });
    const found = await list('INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)', {
      userId: 'u1',
      filterValues: { GENRE: `"g${genre}"` },
    });
    expect(found).toEqual(all.filter((id) => numberOf(id) % 3 === genre));
    expect(found.length).toBeGreaterThan(10);
  });

  it.each(LISTING)('%s lists what a user bought, and a filter keeps it out or leaves nothing else', async (recipe) => {
    const rule = 'ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")';
    const all = await list(undefined, { userId: 'u7' }, recipe);
    const rows = folder.read('interactions.csv').split('\n');
    const mine = rows.filter((row) => row.startsWith('u7,') && row.includes(',purchase,'));
    const bought = [...new Set(mine.map((row) => row.split(',')[1] ?? ''))].sort();
    expect(bought.length).toBeGreaterThan(3);
    expect(all).toEqual(expect.arrayContaining(bought));
    expect(await list(`EXCLUDE ${rule}`, { userId: 'u7' }, recipe)).toEqual(all.filter((id) => !bought.includes(id)));
    expect(await list(`INCLUDE ${rule}`, { userId: 'u7' }, recipe)).toEqual(bought);
    expect(await list(`EXCLUDE ${rule}`, { userId: 'stranger' }, recipe)).toEqual(
      await list(undefined, { userId: 'stranger' }, recipe),
    );
    expect(await list(`INCLUDE ${rule}`, { userId: 'stranger' }, recipe)).toEqual([]);
  });

  it('goes by the age of the user', async () => {
    const filter = 'EXCLUDE ItemID WHERE Items.LENGTH >= 2 IF CurrentUser.AGE < 18';
    const [young, old] = [await list(undefined, { userId: 'u3' }), await list(undefined, { userId: 'u30' })];
    expect(await list(filter, { userId: 'u3' })).toEqual(young.filter((id) => numberOf(id) % 4 < 2));
    expect(await list(filter, { userId: 'u30' })).toEqual(old);
  });

  it('puts users into a segment by their columns and their events', async () => {
    const recipe = 'aws-item-affinity';
    const all = await list(undefined, { itemId: 'i3' }, recipe);
    const byTier = 'INCLUDE UserID WHERE Users.TIER IN ($TIER) AND Users.AGE < 20';
    const line = { itemId: 'i3', filterValues: { TIER: '"gold"' } };
    const gold = all.filter((id) => numberOf(id) % 2 === 0 && numberOf(id) < 20);
    expect(gold.length).toBeGreaterThan(3);
    expect(await list(byTier, line, recipe)).toEqual(gold);
    const missing = await run(byTier, [line, { itemId: 'i3' }], recipe);
    expect(missing.result).toMatchObject({ ok: true, lines: 2, errorLines: 1 });
    expect(missing.answers[1]?.error).toBe('User error: filterValues lacks values for the filter parameters TIER');
    const byEvents = 'EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("view")';
    expect(await list(byEvents, { itemId: 'i3' }, recipe)).toEqual([]);
  });

  it('ranks no item that it forbids, also of those that the model lacks', async () => {
    const imported = folder.read('items.csv').concat('adult,x|any,"late",9\nmild,g0|any,"late",9\n');
    const bought = folder.read('interactions.csv').concat('u1,mild,1600000000,buy,1\n');
    const before = datasets;
    datasets = {
      ...datasets,
      interactions: { ...datasets.interactions, csvFiles: [folder.write('late-interactions.csv', bought)] },
      items: { schema: writeItems(folder).schema, csvFiles: [folder.write('late-items.csv', imported)] },
    };
    const rank = (filter: string | undefined, userId: string) =>
      list(filter, { userId, itemList: ['i4', 'adult', 'unknown', 'mild', 7] }, RANKING);
    expect(await rank(undefined, 'u1')).toEqual(['7', 'adult', 'i4', 'mild', 'unknown']);
    expect(await rank('EXCLUDE ItemID WHERE Items.GENRES IN ("x")', 'u1')).toEqual(['7', 'i4', 'mild', 'unknown']);
    expect(await rank('INCLUDE ItemID WHERE Items.GENRES IN ("x", "g1")', 'u1')).toEqual(['adult', 'i4']);
    const byEvents = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("BUY")';
    expect(await rank(byEvents, 'u1')).toEqual(['7', 'adult', 'i4', 'unknown']);
    expect(await rank(byEvents, 'u2')).toEqual(['7', 'adult', 'i4', 'mild', 'unknown']);
    datasets = before;
  });

  it('looks at no interactions but those of its users and its event types', async () => {
    const rows = folder.read('interactions.csv').concat('u9,i1,broken,purchase,1\nu7,i1,broken,view,1\n');
    const interactions = { ...datasets.interactions, csvFiles: [folder.write('broken.csv', rows)] };
    const before = datasets;
    datasets = { ...datasets, interactions };
    const filter = (type: string) => `EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (${type})`;
    const runFor = async (type: string, userId: string) => (await run(filter(type), [{ userId }])).result.ok;
    expect(await runFor('"Purchase"', 'u7')).toBe(true);
    expect(await runFor('"Purchase"', 'u9')).toBe(false);
    expect([await runFor('"*"', 'u7'), await runFor('$TYPE', 'u7'), await runFor('"view"', 'u7')]).toEqual([
      false,
      false,
      false,
    ]);
    datasets = before;
  });

  it('fails where the datasets have no such column', async () => {
    const { result } = await run('EXCLUDE ItemID WHERE Items.COLOUR IN ("red")', [{ userId: 'u1' }]);
    const failureReason = expect.stringContaining('Items has no field COLOUR');
    expect(result).toEqual({ ok: false, failureReason });
  });
});
