/** Measures how fast batch output is read, beside what people use for it: readline with JSON.parse, jq, DuckDB. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Measured, measureChild, measureInTurns } from './parse/child';
import { writeInference, writeSegments } from './parse/made-output';
import { SHOWN_ITEMS } from './parse/range-reader';

/** One printed line: the subject and its figures, in the order in which they are printed. */
export interface BenchLine {
  readonly subject: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

export interface ParseBenchSize {
  readonly inferenceLines: number;
  readonly segmentLines: number;
  readonly usersPerSegment: number;
}

const SIZE: ParseBenchSize = { inferenceLines: 1_200_000, segmentLines: 10, usersPerSegment: 2_000_000 };
const ROUNDS = 3;

const JQ_INFERENCE = `(.input.userId | length) + ([.output.recommendedItems[:${SHOWN_ITEMS}][] | length] | add)`;
const JQ_SEGMENTS = '.output.usersList | length';

/**
 * Writes both kinds of output to a temporary folder and reads each in turns, every reader in a process of its own.
 * Of each the best of three rounds counts; every reader takes the same out of a line, and the sums must agree.
 */
export async function run(size: ParseBenchSize = SIZE): Promise<readonly BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-'));
  try {
    const inference = join(folder, 'inference.json.out');
    const segments = join(folder, 'segments.json.out');
    await writeInference(inference, size.inferenceLines);
    await writeSegments(segments, { lines: size.segmentLines, usersEach: size.usersPerSegment });
    return [
      ...(await compare('inference', inference, {
        jq: JQ_INFERENCE,
        title: `inference output, ${SHOWN_ITEMS} of 25 items`,
      })),
      ...(await compare('segments', segments, { jq: JQ_SEGMENTS, title: 'segment output' })),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Subject {
  readonly title: string;
  /** The filter that gives one number a line. */
  readonly jq: string;
}

/** Measures one kind of output; each ratio is how many times the time of nightjar a reader takes. */
async function compare(kind: string, file: string, { title, jq }: Subject): Promise<readonly BenchLine[]> {
  const megabytes = (await stat(file)).size / 1e6;
  const read = (reader: string) => () =>
    measureChild(process.execPath, [join(__dirname, 'parse', 'readers.js'), reader, file]);
  const readers = new Map<string, () => Promise<Measured>>([
    ['nightjar, one thread', read(kind)],
    ['nightjar, two workers', read(`${kind}-two`)],
    ['readline + JSON.parse', read(`${kind}-readline`)],
    ['DuckDB, two threads', read(`${kind}-duckdb`)],
  ]);
  if (hasJq())
    readers.set('jq', () => measureChild('sh', ['-c', `jq '${jq}' < ${file} | awk '{ s += $1 } END { print s }'`]));
  const results = await measureInTurns(readers, ROUNDS);
  const one = results.get('nightjar, one thread')?.seconds ?? 0;
  const two = results.get('nightjar, two workers')?.seconds ?? 0;
  return [...results].map(([reader, { seconds, cpuSeconds, peakMb }]) => ({
    subject: `${title}: ${reader}`,
    figures: {
      'MB/s': Math.round(megabytes / seconds),
      ...(reader === 'jq' ? {} : { 'CPU s': cpuSeconds.toFixed(2), 'peak RSS MB': Math.round(peakMb) }),
      'nightjar is faster by': `× ${(seconds / one).toFixed(2)}`,
      'with two workers by': `× ${(seconds / two).toFixed(2)}`,
    },
  }));
}

function hasJq(): boolean {
  return spawnSync('jq', ['--version'], { stdio: 'ignore' }).status === 0;
}
