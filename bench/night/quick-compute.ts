/** A Compute whose lists cost next to nothing, so that a benchmark times nightjar and not the recommender. */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { BatchResult, Compute, InputFile } from '../../src/local/compute-port';

/** Makes the compute of a catalogue: each user gets another stretch of it, in the shape of real output. */
export function createQuickCompute(itemIds: readonly string[]): Compute {
  return {
    train: async ({ modelFile }) => {
      await writeFile(modelFile, '{}');
      return { ok: true, metrics: { coverage: 1 }, trainingSeconds: 0.01 };
    },
    infer: async ({ files, numResults }) => {
      const scores = Array.from({ length: numResults }, (_, n) => Number((1 / (n + 40)).toFixed(7)));
      let lines = 0;
      for (const file of files) {
        lines += await answerLines(file, (input, n) => {
          const items = Array.from({ length: numResults }, (_, k) => itemIds[(n * 7 + k) % itemIds.length] ?? '');
          return `{"input":${input},"output":{"recommendedItems":${JSON.stringify(items)},"scores":${JSON.stringify(scores)}},"error":null}\n`;
        });
      }
      return { ok: true, lines, errorLines: 0 };
    },
    segment: async (): Promise<BatchResult> => ({ ok: false, failureReason: 'this benchmark buys no segments' }),
    close: async () => undefined,
  };
}

async function answerLines(file: InputFile, answer: (input: string, n: number) => string): Promise<number> {
  const out = createWriteStream(`${file.outputFile}.part`);
  let n = 0;
  for await (const line of createInterface({ input: createReadStream(file.inputFile) })) {
    if (!out.write(answer(line, n))) await once(out, 'drain');
    n += 1;
  }
  await new Promise<void>((resolve, reject) => out.end((error?: Error | null) => (error ? reject(error) : resolve())));
  await rename(`${file.outputFile}.part`, file.outputFile);
  return n;
}
