import { runInference } from '../../../src/local/compute/run-inference';
import { runTraining } from '../../../src/local/compute/run-training';
import { createFolder, type Folder, writeInteractions, writeSchema } from '../compute/fixtures';

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

const SCHEMA = writeSchema('ITEM_ID', 'NAME', 'TEXT~', 'GENRE!').replace(
  '"name":"NAME"',
  '"name":"NAME","itemName":true',
);

function createTask(recipe: string, schema = SCHEMA) {
  const words = ['forest oak birch', 'piano cello flute', 'bread yeast dough'];
  const rows = Array.from(
    { length: 60 },
    (_, item) => `i${item},Item ${item},all about ${words[item % 3]},g${item % 3}`,
  );
  return {
    recipe,
    interactions: writeInteractions(folder),
    items: { schema, csvFiles: [folder.write('items.csv', `ITEM_ID,NAME,TEXT,GENRE\n${rows.join('\n')}\n`)] },
    hyperParameters: {},
    seed: 1,
    modelFile: folder.path(`${recipe}.model`),
  };
}

async function infer(recipe: string, line: object, themeNameColumn?: string): Promise<Record<string, unknown>> {
  const task = createTask(recipe);
  expect(await runTraining(task)).toMatchObject({ ok: true });
  const files = [
    { inputFile: folder.write('in.jsonl', `${JSON.stringify(line)}\n`), outputFile: folder.path('in.out') },
  ];
  const { interactions, items, modelFile } = task;
  const result = await runInference({
    recipe,
    modelFile,
    datasets: { interactions, items },
    numResults: 4,
    files,
    seed: 1,
    addsNewItems: true,
    ...(themeNameColumn === undefined ? {} : { themeNameColumn }),
  });
  expect(result).toMatchObject({ ok: true, lines: 1, errorLines: 0 });
  return JSON.parse(folder.read('in.out')).output;
}

describe('jobs of related items', () => {
  it.each(['aws-sims', 'aws-similar-items', 'aws-semantic-similarity'])(
    '%s lists items without scores',
    async (recipe) => {
      const output = await infer(recipe, { itemId: 'i4' });
      expect(Object.keys(output)).toEqual(['recommendedItems']);
      expect(output.recommendedItems).toHaveLength(4);
    },
  );

  it.each(['aws-personalized-ranking', 'aws-personalized-ranking-v2'])(
    '%s ranks a list with scores',
    async (recipe) => {
      const output = await infer(recipe, { userId: 'u1', itemList: ['i4', 'nobody', 'i5', 'i6', 'i7', 'i8'] });
      expect(output.recommendedItems).toHaveLength(6);
      expect(output.scores).toHaveLength(5);
    },
  );

  it('aws-similar-items writes themes and relevance', async () => {
    const output = await infer('aws-similar-items', { itemId: 'i4' }, 'NAME');
    expect(Object.keys(output)).toEqual(['recommendedItems', 'theme', 'itemsThemeRelevanceScores']);
    expect(output.theme).toMatch(/cello|flute|piano|g1/i);
  });

  it('aws-trending-now trains a model that reads no member', async () => {
    expect(await infer('aws-trending-now', {})).toMatchObject({ recommendedItems: expect.any(Array) });
  });

  it('aws-semantic-similarity fails where no column is marked as the name of the items', async () => {
    const schema = writeSchema('ITEM_ID', 'LABEL', 'TEXT~', 'GENRE!');
    expect(await runTraining(createTask('aws-semantic-similarity', schema))).toEqual({
      ok: false,
      failureReason:
        'Create failed. The recipe aws-semantic-similarity needs a string field with itemName set to true in the schema of the Items dataset.',
    });
  });
});
