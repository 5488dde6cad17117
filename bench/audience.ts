/** Measures how segments become audience files: hashed rows beside DuckDB, and the whole way with contacts from PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStand } from './audience/stand';
import type { BenchLine } from './parse';
import { type Measured, measureChild, measureInTurns, pickBest } from './parse/child';
import { writeSegments } from './parse/made-output';

export interface AudienceBenchSize {
  readonly segmentLines: number;
  readonly usersPerSegment: number;
  /** Contacts, all of whom are in one segment. */
  readonly contacts: number;
}

const SIZE: AudienceBenchSize = { segmentLines: 10, usersPerSegment: 500_000, contacts: 1_000_000 };
const ROUNDS = 3;

/** Measures both; each subject runs in a process of its own, in turns. */
export async function run(size: AudienceBenchSize = SIZE): Promise<readonly BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-'));
  try {
    return [...(await measureHashing(folder, size)), ...(await measureWay(folder, size.contacts))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureHashing(folder: string, size: AudienceBenchSize): Promise<readonly BenchLine[]> {
  const file = join(folder, 'segments.json.out');
  await writeSegments(file, { lines: size.segmentLines, usersEach: size.usersPerSegment });
  const script = join(__dirname, 'audience', 'hashed.js');
  const subject = (name: string) => () =>
    measureChild(process.execPath, [script, name, file, join(folder, `${name}.csv`)]);
  const results = await measureInTurns(
    new Map([
      ['nightjar, two workers', subject('nightjar')],
      ['DuckDB unnest + sha256, two threads', subject('duckdb')],
    ]),
    ROUNDS,
  );
  const ours = results.get('nightjar, two workers');
  return [...results].map(([name, { seconds, cpuSeconds, peakMb, sum }]) => ({
    subject: `hashed rows: ${name}`,
    figures: {
      'rows/s': Math.round(sum / seconds),
      'CPU s': cpuSeconds.toFixed(2),
      'peak RSS MB': Math.round(peakMb),
      'nightjar is faster by': `× ${(seconds / (ours?.seconds ?? 0)).toFixed(2)}`,
      'and takes of its memory': `${Math.round((100 * (ours?.peakMb ?? 0)) / peakMb)} %`,
    },
  }));
}

/** Takes a segment of all contacts from the output to a Meta file, in one process and in two, each with an audience of its own. */
async function measureWay(folder: string, contacts: number): Promise<readonly BenchLine[]> {
  const output = join(folder, 'tea.json.out');
  let n = 0;
  await writeSegments(output, {
    lines: 1,
    usersEach: contacts,
    userId: () => String(1_000_000 + ((n++ * STEP) % contacts)),
  });
  const stand = await openStand(output, contacts);
  try {
    Object.assign(process.env, stand.env);
    const script = join(__dirname, 'audience', 'whole-way.js');
    const take = (job: string) => measureChild(process.execPath, [script, stand.outputUri, 'meta', job]);
    const one: Measured[] = [];
    const two: (readonly Measured[])[] = [];
    for (let round = 0; round < WAY_ROUNDS; round++) {
      one.push(await take('bench'));
      two.push(await Promise.all([take('bench-a'), take('bench-b')]));
    }
    return [describeWay('one process', pickBest(one), 1), describeWay('two processes', pickBest(two.map(addUp)), 2)];
  } finally {
    await stand.close();
  }
}

/** Prime, so that every number comes once and in no order. */
const STEP = 7919;
const WAY_ROUNDS = 2;

/** Of processes that run beside each other: the last one's time, and what all took. */
function addUp(all: readonly Measured[]): Measured {
  return {
    seconds: Math.max(...all.map(({ seconds }) => seconds)),
    cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    peakMb: Math.max(...all.map(({ peakMb }) => peakMb)),
    sum: all.reduce((sum, own) => sum + own.sum, 0),
  };
}

function describeWay(how: string, { seconds, cpuSeconds, peakMb, sum }: Measured, processes: number): BenchLine {
  return {
    subject: `output to Meta file with contacts: ${how}`,
    figures: {
      'rows/s': Math.round(sum / seconds),
      'CPU s': cpuSeconds.toFixed(1),
      'rows a CPU s': Math.round(sum / cpuSeconds),
      [processes === 1 ? 'peak RSS MB' : 'peak RSS MB each']: Math.round(peakMb),
    },
  };
}
