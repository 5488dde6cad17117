/** Shares a batch inference among threads, and joins what they wrote. */
import { createReadStream } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import type { BatchResult, InferTask } from '../compute-port';
import { explainFailure } from './data-problem';
import { writeFileWhole } from './output-file';
import { cutFiles, type Share, shareFile } from './pieces';

const CHUNK_BYTES = 1 << 20;

/**
 * Runs an inference in at most `limit` shares at a time.
 *
 * @param run  runs one share
 */
export async function inferInShares(
  task: InferTask,
  limit: number,
  run: (share: Share) => Promise<BatchResult>,
): Promise<BatchResult> {
  return explainFailure(async () => {
    const of = Math.min(limit, (await cutFiles(task.files)).length);
    if (of <= 1) return run({ index: 0, of: 1 });
    const shares = Array.from({ length: of }, (_, index) => ({ index, of }));
    const totals = { lines: 0, errorLines: 0 };
    for (const result of await Promise.all(shares.map(run))) {
      if (!result.ok) return result;
      totals.lines += result.lines;
      totals.errorLines += result.errorLines;
    }
    for (const { outputFile } of task.files) await join(outputFile, shares);
    return { ok: true, ...totals };
  });
}

/** Joins the shares of one output, of which some may have nothing. */
async function join(outputFile: string, shares: readonly Share[]): Promise<void> {
  const parts: string[] = [];
  for (const share of shares) if (await exists(shareFile(outputFile, share))) parts.push(shareFile(outputFile, share));
  await writeFileWhole(outputFile, async (output) => {
    for (const part of parts) {
      for await (const chunk of createReadStream(part, { highWaterMark: CHUNK_BYTES })) await output.writeBytes(chunk);
    }
  });
  for (const part of parts) await rm(part);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
