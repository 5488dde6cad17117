import { readModel, writeModel } from '../../../src/local/compute/model-file';
import { createFolder, type Folder } from './fixtures';

const PARTS = {
  numbers: { itemCount: 3 },
  texts: { ids: ['a', 'ü', '😀'] },
  arrays: {
    odd: Int32Array.of(1, -2, 3),
    halves: Float32Array.of(0.5),
    exact: Float64Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY),
  },
};

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

describe('readModel', () => {
  it('gives back what writeModel wrote', async () => {
    await writeModel(folder.path('deep/er/model'), 'recipe-a', PARTS);
    expect(await readModel(folder.path('deep/er/model'), 'recipe-a')).toEqual(PARTS);
  });

  it('refuses a model of another recipe', async () => {
    await writeModel(folder.path('model'), 'recipe-a', PARTS);
    await expect(readModel(folder.path('model'), 'recipe-b')).rejects.toThrow(
      'The model was trained with the recipe recipe-a, not with recipe-b',
    );
  });

  it('refuses a file that is no model, and one that is cut off', async () => {
    await writeModel(folder.path('whole'), 'recipe-a', PARTS);
    const { readFileSync, writeFileSync } = await import('node:fs');
    writeFileSync(folder.path('cut'), readFileSync(folder.path('whole')).subarray(0, -9));
    folder.write('other', 'hello');
    await expect(readModel(folder.path('cut'), 'recipe-a')).rejects.toThrow('The model file is cut off');
    await expect(readModel(folder.path('other'), 'recipe-a')).rejects.toThrow('The model file is not a model');
  });
});
