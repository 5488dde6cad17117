/** Measures the archiving of a large run: to Parquet and back, then out of the ledger, with the memory that it takes. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenDatabase } from '../../src/database/connecting/connection';
import { deleteLedgerPage, streamLedger } from '../../src/database/keeping/keeping';
import { writeParquet } from '../../src/run/keep/write-parquet';
import type { BenchLine } from '../parse';
import { historyRun } from './fill';

const PAGE_ROWS = 10_000;
const DELETE_ROWS = 5000;

/** Archives the largest run of the history; S3 is left out, its file is read once instead. */
export async function measureArchive({ db }: OpenDatabase, runs: number): Promise<readonly BenchLine[]> {
  const runId = historyRun(runs);
  const run = { runId, job: 'nightly-picks', slot: runId.slice(runId.indexOf('.') + 1) };
  const folder = await mkdtemp(path.join(tmpdir(), 'nightjar-bench-'));
  const memory = watchMemory();
  try {
    const file = path.join(folder, 'archive.parquet');
    const began = performance.now();
    const { rows } = await writeParquet(file, streamLedger(db, run, PAGE_ROWS), { run: runId });
    const written = (performance.now() - began) / 1000;
    for await (const _chunk of createReadStream(file));
    const deleting = performance.now();
    let after: string | undefined = '';
    while (after !== undefined) after = await deleteLedgerPage(db, run, { after, limit: DELETE_ROWS });
    const deleted = (performance.now() - deleting) / 1000;
    const figures = {
      'written rows/s': Math.round(rows / written),
      'file bytes a row': Math.round((await stat(file)).size / rows),
      'deleted rows/s': Math.round(rows / deleted),
      'RSS grew by MB': memory.stop(),
    };
    return [{ subject: `archive of a run of ${rows} deliveries`, figures }];
  } finally {
    memory.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function watchMemory(): { stop(): number } {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.round((peak - before) / 1e6);
    },
  };
}
