/** A small Compute for the endpoint's own tests: popular items for everybody, and the most active users for every query. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { BatchResult, Compute, InputFile, TrainResult, TrainTask } from '../../../src/local/compute-port';

const modelSchema = z.object({ items: z.array(z.string()), users: z.array(z.string()) });
const rowsSchema = z.array(z.record(z.string(), z.string()));

export interface CountingOptions {
  /** Waited for before every training and batch job. */
  readonly gate?: () => Promise<void>;
}

export function createCountingCompute(options: CountingOptions = {}): Compute {
  const gate = options.gate ?? (async () => {});
  return {
    async train(task) {
      await gate();
      return trainByCounts(task);
    },
    async infer({ modelFile, files, numResults }) {
      await gate();
      const model = await readModel(modelFile);
      const items = model.items.slice(0, numResults);
      const scores = items.map((_, index) => 1 / (index + 2));
      return answerLines(
        files,
        (input) => `{"input":${input},"output":${JSON.stringify({ recommendedItems: items, scores })},"error":null}`,
      );
    },
    async segment({ modelFile, files, numResults }) {
      await gate();
      const users = JSON.stringify((await readModel(modelFile)).users.slice(0, numResults));
      return answerLines(files, (input) => `{"input": ${input}, "output": {"usersList": ${users}}, "error": null}`);
    },
    async close() {},
  };
}

async function trainByCounts(task: TrainTask): Promise<TrainResult> {
  const items = new Map<string, number>();
  const users = new Map<string, number>();
  for (const file of task.interactions.csvFiles) {
    const rows = rowsSchema.parse(parse(await readFile(file), { columns: true }));
    for (const { USER_ID = '', ITEM_ID = '' } of rows) {
      items.set(ITEM_ID, (items.get(ITEM_ID) ?? 0) + 1);
      users.set(USER_ID, (users.get(USER_ID) ?? 0) + 1);
    }
  }
  if (users.size < 25) {
    return {
      ok: false,
      failureReason: 'Create failed. Dataset has fewer than 25 users with at least 2 interactions each.',
    };
  }
  await writeWhole(task.modelFile, JSON.stringify({ items: rank(items), users: rank(users), seed: task.seed }));
  return { ok: true, metrics: { coverage: 1 }, trainingSeconds: 0.1 };
}

function rank(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([id]) => id);
}

async function readModel(file: string): Promise<z.infer<typeof modelSchema>> {
  return modelSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}

async function answerLines(files: readonly InputFile[], answer: (input: string) => string): Promise<BatchResult> {
  let lines = 0;
  for (const { inputFile, outputFile } of files) {
    const inputs = (await readFile(inputFile, 'utf8')).split('\n').filter((line) => line !== '');
    await writeWhole(outputFile, inputs.map((input) => `${answer(input)}\n`).join(''));
    lines += inputs.length;
  }
  return { ok: true, lines, errorLines: 0 };
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
}
