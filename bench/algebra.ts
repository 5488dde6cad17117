/** Measures how audiences are combined: ten segments of five million users, an expression over them, the best million, a split. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Member, writeMembers } from '../src/audience/members';
import type { BenchLine } from './parse';
import { measureChild } from './parse/child';

const SETS = 10;
const BATCH = 5000;

/** Measures sets of a tenth of the size and of the full size: memory should hardly differ. */
export async function run(usersEach = Number(process.env.BENCH_USERS ?? 5_000_000)): Promise<readonly BenchLine[]> {
  return [await measure(usersEach / 10), await measure(usersEach)];
}

async function measure(usersEach: number): Promise<BenchLine> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-'));
  try {
    for (let set = 0; set < SETS; set++) await writeSet(join(folder, `s${set}.tsv`), set, usersEach);
    const script = join(__dirname, 'algebra', 'evaluate.js');
    const { seconds, cpuSeconds, peakMb } = await measureChild(process.execPath, [script, folder, String(SETS)]);
    return {
      subject: `${SETS} segments of ${usersEach.toLocaleString('en-US')} users`,
      figures: {
        'members read/s': Math.round((SETS * usersEach) / seconds),
        seconds: seconds.toFixed(1),
        'CPU s': cpuSeconds.toFixed(1),
        'peak RSS MB': Math.round(peakMb),
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** About every second of twice as many users, another half for each set; ids of 36 characters, sorted. */
async function writeSet(file: string, set: number, usersEach: number): Promise<void> {
  async function* members(): AsyncGenerator<readonly Member[]> {
    let batch: Member[] = [];
    let count = 0;
    for (let n = 0; count < usersEach; n++) {
      if (((n ^ (n >>> (set + 1))) & 1) === 0) continue;
      count += 1;
      batch.push({
        userId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
        rank: ((n * 7919) % usersEach) + 1,
      });
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }
  await pipeline(Readable.from(writeMembers(members())), createWriteStream(file));
}
