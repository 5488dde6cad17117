import { existsSync } from 'node:fs';
import { runInference } from '../../../src/local/compute/run-inference';
import { runSegmentation } from '../../../src/local/compute/run-segmentation';
import { runTraining } from '../../../src/local/compute/run-training';
import { createFolder, createTraining, type Folder, writeSchema } from './fixtures';

let folder: Folder;
beforeAll(async () => {
  folder = createFolder();
  for (const recipe of [
    'aws-user-personalization',
    'aws-popularity-count',
    'aws-item-affinity',
    'aws-item-attribute-affinity',
  ]) {
    await runTraining(createTraining(folder, recipe));
  }
});
afterAll(() => folder.remove());

function today(recipe: string) {
  const { interactions, items, users } = createTraining(folder, recipe);
  return { recipe, datasets: { interactions, ...(items && { items }), ...(users && { users }) }, addsNewItems: false };
}

async function infer(recipe: string, lines: readonly string[], numResults = 3): Promise<readonly string[]> {
  const files = [
    { inputFile: folder.write('in.jsonl', lines.join('\n')), outputFile: folder.path('out/in.jsonl.out') },
  ];
  const result = await runInference({
    ...today(recipe),
    modelFile: folder.path(`${recipe}.model`),
    numResults,
    files,
    seed: 1,
  });
  expect(result).toMatchObject({ ok: true, lines: lines.length });
  return folder.read('out/in.jsonl.out').split('\n');
}

async function segment(recipe: string, lines: readonly string[]): Promise<string> {
  const files = [{ inputFile: folder.write('q.jsonl', `${lines.join('\n')}\n`), outputFile: folder.path('q.out') }];
  const task = { ...today(recipe), modelFile: folder.path(`${recipe}.model`), numResults: 4, files, seed: 1 };
  expect(await runSegmentation(task)).toMatchObject({ ok: true, lines: lines.length });
  return folder.read('q.out');
}

describe('runInference', () => {
  it('writes compact lines with items, scores and no error, and one line feed at the end', async () => {
    const [line = '', rest] = await infer('aws-user-personalization', ['{"userId":"u1"}']);
    expect(line).toMatch(
      /^\{"input":\{"userId":"u1"\},"output":\{"recommendedItems":\["i\d+","i\d+","i\d+"\],"scores":\[[^\]]+\]\},"error":null\}$/,
    );
    expect(rest).toBe('');
  });

  it('echoes an input line as it is written, with filter values and unknown members', async () => {
    const input = '{ "userId":"u1", "filterValues":{"G":"\\"a\\""},"x" : 1 }';
    const [line = ''] = await infer('aws-user-personalization', [input]);
    expect(line.startsWith(`{"input":${input},"output":`)).toBe(true);
  });

  it('answers a line without userId with the error of AWS, and goes on', async () => {
    const lines = await infer('aws-user-personalization', ['{"itemId":"i1"}', 'what', '{"userId":"u2"}']);
    expect(lines).toContain(
      '{"input":{"itemId":"i1"},"output":{"recommendedItems":[],"scores":[]},"error":"User error: Required fields for the provided recipe are userId"}',
    );
    expect(lines).toContain(
      '{"input":"what","output":{"recommendedItems":[],"scores":[]},"error":"User error: The input is not a JSON object"}',
    );
    expect(lines.filter((line) => line.endsWith('"error":null}'))).toHaveLength(1);
  });

  it('writes every line once, in another order than the input', async () => {
    const inputs = Array.from({ length: 2500 }, (_, at) => `{"userId":"u${at}"}`);
    const echoed = (await infer('aws-user-personalization', inputs, 1))
      .filter((line) => line !== '')
      .map((line) => line.slice('{"input":'.length, line.indexOf(',"output"')));
    expect([...echoed].sort()).toEqual([...inputs].sort());
    expect(echoed).not.toEqual(inputs);
  });

  it('writes the lists of aws-popularity-count without scores', async () => {
    const [line = ''] = await infer('aws-popularity-count', ['{"userId":"u1"}']);
    expect(line).toMatch(/^\{"input":\{"userId":"u1"\},"output":\{"recommendedItems":\[[^\]]+\]\},"error":null\}$/);
  });

  it('answers a line of more than 16 MB with an error and its beginning, and goes on', async () => {
    const long = `{"userId":"u1","note":"${'n'.repeat(16 * 1024 * 1024)}"}`;
    const lines = await infer('aws-popularity-count', [long, '{"userId":"u2"}']);
    const failed = lines.filter((line) => line.endsWith('"error":"User error: The input is longer than 16 MB"}'));
    expect(failed.map((line) => line.slice(0, 39))).toEqual(['{"input":"{\\"userId\\":\\"u1\\",\\"note\\":\\']);
    expect(lines.filter((line) => line.startsWith('{"input":{"userId":"u2"}') && line.endsWith('null}'))).toHaveLength(
      1,
    );
  });

  it('reads the items of today by the columns that the training reads', async () => {
    const task = createTraining(folder, 'aws-user-personalization');
    const schema = writeSchema('ITEM_ID', 'GENRES!', 'CREATION_TIMESTAMP#');
    const items = (name: string, ids: readonly string[]) => ({
      schema,
      csvFiles: [folder.write(name, `ITEM_ID,GENRES,CREATION_TIMESTAMP\n${ids.map((id) => `${id},g0,1\n`).join('')}`)],
    });
    const before = Array.from({ length: 60 }, (_, item) => `i${item}`);
    const listNew = async (excluded: readonly string[]): Promise<boolean> => {
      const modelFile = folder.path('columns.model');
      const excludedColumns = { ITEMS: excluded };
      await runTraining({ ...task, items: items('before.csv', before), modelFile, excludedColumns });
      const files = [{ inputFile: folder.write('c.jsonl', '{"userId":"u1"}'), outputFile: folder.path('c.out') }];
      const { interactions } = task;
      const datasets = { interactions, items: items('after.csv', [...before, 'late']) };
      const job = { recipe: task.recipe, modelFile, datasets, numResults: 10, files, seed: 1, addsNewItems: true };
      await runInference({ ...job, explorationWeight: 1, explorationItemAgeCutOff: 30 });
      return folder.read('c.out').includes('"late"');
    };
    expect([await listNew([]), await listNew(['CREATION_TIMESTAMP'])]).toEqual([false, true]);
  });

  it('fails, and writes nothing, for a model of another recipe, a segment recipe and a model that is not there', async () => {
    const files = [{ inputFile: folder.write('in.jsonl', '{"userId":"u1"}\n'), outputFile: folder.path('none.out') }];
    const task = {
      ...today('aws-item-affinity'),
      modelFile: folder.path('aws-item-affinity.model'),
      numResults: 3,
      files,
      seed: 1,
    };
    expect(await runInference({ ...task, recipe: 'aws-popularity-count' })).toMatchObject({ ok: false });
    expect(await runInference({ ...task, recipe: 'aws-item-affinity' })).toEqual({
      ok: false,
      failureReason: 'The recipe aws-item-affinity has no batch inference',
    });
    const gone = { ...task, recipe: 'aws-popularity-count', modelFile: folder.path('gone.model') };
    expect(await runInference(gone)).toMatchObject({ ok: false });
    expect(existsSync(folder.path('none.out'))).toBe(false);
  });

  it('gives an empty file for an empty file', async () => {
    const files = [{ inputFile: folder.write('e.jsonl', ''), outputFile: folder.path('e.out') }];
    const recipe = 'aws-popularity-count';
    const task = { ...today(recipe), modelFile: folder.path(`${recipe}.model`), numResults: 3, files, seed: 1 };
    expect(await runInference(task)).toEqual({ ok: true, lines: 0, errorLines: 0 });
    expect(folder.read('e.out')).toBe('');
  });
});

describe('runSegmentation', () => {
  it('writes the spaced lines of real segments, in the order of the input', async () => {
    const text = await segment('aws-item-affinity', ['{"itemId": "i1"}', '{"itemId": "i2"}']);
    expect(text).toMatch(
      /^\{"input": \{"itemId": "i1"\}, "output": \{"usersList": \[("u\d+",?){4}\]\}, "error": null\}\n\{"input": \{"itemId": "i2"\}/,
    );
  });

  it('answers an unknown item and a line without item with an error', async () => {
    const text = await segment('aws-item-affinity', ['{"itemId": "gone"}', '{"userId": "u1"}']);
    expect(text.split('\n').slice(0, 2)).toEqual([
      '{"input": {"itemId": "gone"}, "output": {"usersList": []}, "error": "User error: The item is not known to the solution version"}',
      '{"input": {"userId": "u1"}, "output": {"usersList": []}, "error": "User error: Required fields for the provided recipe are itemId"}',
    ]);
  });

  it('answers a line of more than 16 MB with an error and its beginning', async () => {
    const text = await segment('aws-item-affinity', [
      `{"itemId": "${'n'.repeat(16 * 1024 * 1024)}"}`,
      '{"itemId": "i2"}',
    ]);
    const [long = '', short = ''] = text.split('\n');
    expect(long).toMatch(
      /^\{"input": "\{\\"itemId\\": \\"n{188}", .*"error": "User error: The input is longer than 16 MB"\}$/,
    );
    expect(short).toMatch(/"error": null\}$/);
  });

  it('finds the users of an attribute query', async () => {
    const text = await segment('aws-item-attribute-affinity', ['{"itemAttributes": "items.GENRES = \\"g1\\""}']);
    const users = Array.from(text.matchAll(/"u(\d+)"/g), ([, number]) => Number(number) % 3);
    expect(users).toEqual([1, 1, 1, 1]);
  });

  it('refuses OR, and columns that are textual, line by line', async () => {
    const text = await segment('aws-item-attribute-affinity', [
      '{"itemAttributes": "ITEMS.GENRES = \\"g1\\" OR ITEMS.GENRES = \\"g2\\""}',
      '{"itemAttributes": "ITEMS.ABOUT = \\"x\\""}',
      '{"itemAttributes": "ITEMS.LENGTH = 2"}',
    ]);
    const [or = '', textual = '', number = ''] = text.split('\n');
    expect(or).toMatch('"error": "User error: \\"OR\\" is not supported here');
    expect(textual).toMatch('"error": "User error: ITEMS.ABOUT is not a column that can be queried"');
    expect(number).toMatch('"error": null');
  });
});
