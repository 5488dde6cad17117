import { runInference } from '../../../src/local/compute/run-inference';
import { runSegmentation } from '../../../src/local/compute/run-segmentation';
import { runTraining } from '../../../src/local/compute/run-training';
import type { InferTask } from '../../../src/local/compute-port';
import { createFolder, createTraining, type Folder, writeInteractions, writeItems, writeSchema } from './fixtures';

let folder: Folder;
let datasets: InferTask['datasets'];
beforeAll(async () => {
  folder = createFolder();
  for (const recipe of ['aws-user-personalization', 'aws-popularity-count', 'aws-item-affinity']) {
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

  it('keeps what a user bought out, and nothing from users who bought nothing', async () => {
    const filter = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")';
    const recipe = 'aws-popularity-count';
    const all = await list(undefined, { userId: 'u7' }, recipe);
    const bought = new Set(
      folder
        .read('interactions.csv')
        .split('\n')
        .filter((row) => row.startsWith('u7,') && row.includes(',purchase,'))
        .map((row) => row.split(',')[1] ?? ''),
    );
    expect(all.filter((id) => bought.has(id)).length).toBeGreaterThan(3);
    expect(await list(filter, { userId: 'u7' }, recipe)).toEqual(all.filter((id) => !bought.has(id)));
    expect(await list(filter, { userId: 'stranger' }, recipe)).toEqual(all);
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

  it('fails where the datasets have no such column', async () => {
    const { result } = await run('EXCLUDE ItemID WHERE Items.COLOUR IN ("red")', [{ userId: 'u1' }]);
    const failureReason = expect.stringContaining('Items has no field COLOUR');
    expect(result).toEqual({ ok: false, failureReason });
  });
});
