import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { runTraining } from '../../../src/local/compute/run-training';
import type { TrainTask } from '../../../src/local/compute-port';
import { createFolder, createTraining, type Folder, writeSchema } from './fixtures';

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

async function failWith(task: TrainTask): Promise<string> {
  const result = await runTraining(task);
  expect(existsSync(task.modelFile)).toBe(false);
  return result.ok ? 'did not fail' : result.failureReason;
}

describe('runTraining', () => {
  it('writes a model, and gives metrics and the seconds', async () => {
    const task = createTraining(folder, 'aws-user-personalization');
    const result = await runTraining(task);
    expect(result).toMatchObject({ ok: true, metrics: { coverage: expect.any(Number) } });
    expect(result.ok && result.trainingSeconds > 0).toBe(true);
    expect(readdirSync(dirname(task.modelFile)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('writes the same bytes for the same rows in another order', async () => {
    const task = createTraining(folder, 'aws-item-affinity');
    await runTraining(task);
    const [header = '', ...rows] = folder.read('interactions.csv').trim().split('\n');
    const reversed = {
      ...task.interactions,
      csvFiles: [folder.write('r.csv', [header, ...rows.reverse()].join('\n'))],
    };
    await runTraining({ ...task, interactions: reversed, modelFile: folder.path('again') });
    expect(readFileSync(folder.path('again')).equals(readFileSync(task.modelFile))).toBe(true);
  });

  it('counts only interactions of the event type, and says when too few are left', async () => {
    const task = createTraining(folder, 'aws-popularity-count');
    expect(await failWith({ ...task, eventType: 'purchase' })).toBe(
      'Create failed. Dataset has fewer than 1000 interactions (400) after filtering by event type and event value threshold.',
    );
  });

  it('counts only interactions from the value threshold on', async () => {
    const task = createTraining(folder, 'aws-popularity-count');
    expect(await failWith({ ...task, eventValueThreshold: 10 })).toMatch('fewer than 1000 interactions (800)');
  });

  it('names the columns that are missing, as AWS does', async () => {
    const task = createTraining(folder, 'aws-popularity-count');
    const interactions = { schema: writeSchema('USER_ID'), csvFiles: [folder.write('no.csv', 'USER_ID\nu1\n')] };
    expect(await failWith({ ...task, interactions })).toBe(
      'Input CSV is missing the following columns:[ITEM_ID, TIMESTAMP]',
    );
  });

  it('names the line whose timestamp is not a number', async () => {
    const task = createTraining(folder, 'aws-popularity-count');
    const csvFiles = [folder.write('bad.csv', 'USER_ID,ITEM_ID,TIMESTAMP\nu1,i1,1\nu1,i2,soon\n')];
    expect(await failWith({ ...task, interactions: { ...task.interactions, csvFiles } })).toBe(
      'Line 3 of the interactions has the TIMESTAMP "soon", not a number',
    );
  });

  it('fails for a recipe that it does not have, for a schema that is none, and for a file that is not there', async () => {
    const task = createTraining(folder, 'aws-popularity-count');
    expect(await failWith({ ...task, recipe: 'aws-next-best-action' })).toMatch(
      'does not have the recipe aws-next-best-action; it has aws-',
    );
    expect(await failWith({ ...task, interactions: { ...task.interactions, schema: '{' } })).toBe(
      'The schema of the dataset is not an Avro record of simple types',
    );
    const csvFiles = [folder.path('gone.csv')];
    expect(await failWith({ ...task, interactions: { ...task.interactions, csvFiles } })).toMatch('does not exist');
  });
});
