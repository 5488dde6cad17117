/** Measures how fast batch output is read, beside the naive way: readline and JSON.parse of every line. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readInferenceRecords } from '../src/personalize/inference-records';
import { readSegmentEvents } from '../src/personalize/segment-reader';

/** One printed line: the subject and its figures, in the order in which they are printed. */
export interface BenchLine {
  readonly subject: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

export interface ParseBenchSize {
  /** Lines of 25 items with 25 scores, about 560 bytes each. */
  readonly inferenceLines: number;
  readonly segmentLines: number;
  readonly usersPerSegment: number;
}

const SIZE: ParseBenchSize = { inferenceLines: 300_000, segmentLines: 10, usersPerSegment: 500_000 };
const ROUNDS = 3;
const CHUNK_BYTES = 256 * 1024;
const SHOWN_ITEMS = 6;

/**
 * Writes both kinds of output to a temporary folder and reads each in turns, ours and the naive way.
 * Of each the best of three rounds counts; every reader takes the same out of a line, and the sums must agree.
 */
export async function run(size: ParseBenchSize = SIZE): Promise<readonly BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-'));
  try {
    const inference = join(folder, 'inference.json.out');
    const segments = join(folder, 'segments.json.out');
    await pipeline(Readable.from(inferenceLines(size.inferenceLines)), createWriteStream(inference));
    await pipeline(Readable.from(segmentTexts(size)), createWriteStream(segments));
    return [...(await measureInference(inference)), ...(await measureSegments(segments))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureInference(file: string): Promise<readonly BenchLine[]> {
  const megabytes = (await stat(file)).size / 1e6;
  const [ours, naive] = await measureBoth(
    () => readOurs(file),
    () => readNaively(file),
  );
  const figures = (result: Result) => ({
    'MB/s': Math.round(megabytes / result.seconds),
    'peak RSS MB': Math.round(result.peakRss / 1e6),
    ratio: round(naive.seconds / result.seconds),
  });
  return [
    { subject: 'inference output, 6 of 25 items a line', figures: figures(ours) },
    { subject: 'inference output, readline + JSON.parse', figures: figures(naive) },
  ];
}

async function measureSegments(file: string): Promise<readonly BenchLine[]> {
  const [ours, naive] = await measureBoth(
    () => readOurSegments(file),
    () => readSegmentsNaively(file),
  );
  const figures = (result: Result) => ({
    'rows/s': Math.round(result.sum / result.seconds),
    'peak RSS MB': Math.round(result.peakRss / 1e6),
    ratio: round(naive.seconds / result.seconds),
  });
  return [
    { subject: 'segment output, streamed', figures: figures(ours) },
    { subject: 'segment output, readline + JSON.parse', figures: figures(naive) },
  ];
}

interface Result {
  readonly seconds: number;
  readonly peakRss: number;
  /** What the reader counted; all readers of a file must agree. */
  readonly sum: number;
}

async function measureBoth(ours: () => Promise<number>, naive: () => Promise<number>): Promise<[Result, Result]> {
  const ourRounds: Result[] = [];
  const naiveRounds: Result[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ourRounds.push(await measure(ours));
    naiveRounds.push(await measure(naive));
  }
  const best: [Result, Result] = [pickBest(ourRounds), pickBest(naiveRounds)];
  if (best[0].sum !== best[1].sum) throw new Error(`the readers disagree: ${best[0].sum} and ${best[1].sum}`);
  return best;
}

async function measure(read: () => Promise<number>): Promise<Result> {
  let peakRss = process.memoryUsage.rss();
  const sampler = setInterval(() => {
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
  }, 20);
  const start = process.hrtime.bigint();
  const sum = await read();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  clearInterval(sampler);
  return { seconds, sum, peakRss: Math.max(peakRss, process.memoryUsage.rss()) };
}

function pickBest(results: readonly Result[]): Result {
  const seconds = Math.min(...results.map((result) => result.seconds));
  const peakRss = Math.max(...results.map((result) => result.peakRss));
  return { seconds, peakRss, sum: results[0]?.sum ?? 0 };
}

const WHOLE = { object: 'bench', start: 0, end: Number.POSITIVE_INFINITY };

async function readOurs(file: string): Promise<number> {
  let sum = 0;
  const chunks = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  for await (const { records } of readInferenceRecords(chunks, WHOLE, { items: SHOWN_ITEMS })) {
    for (const { input, items, error } of records) sum += addUp(input.userId, items, error);
  }
  return sum;
}

async function readNaively(file: string): Promise<number> {
  let sum = 0;
  await readLines(file, (line) => {
    const { input, output, error } = JSON.parse(line);
    sum += addUp(input.userId, output.recommendedItems.slice(0, SHOWN_ITEMS), error);
  });
  return sum;
}

/** Reads lines by the event of readline, which is faster than its async iterator. */
function readLines(file: string, onLine: (line: string) => void): Promise<void> {
  const input = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  reader.on('line', onLine);
  return new Promise((resolve, reject) => {
    input.on('error', reject);
    reader.on('close', resolve);
  });
}

function addUp(userId: string | undefined, items: readonly string[], error: string | null): number {
  let sum = (userId?.length ?? 0) + (error?.length ?? 0);
  for (const item of items) sum += item.length;
  return sum;
}

async function readOurSegments(file: string): Promise<number> {
  let rows = 0;
  const chunks = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  for await (const event of readSegmentEvents(chunks, WHOLE)) if (event.type === 'users') rows += event.ids.length;
  return rows;
}

async function readSegmentsNaively(file: string): Promise<number> {
  let rows = 0;
  await readLines(file, (line) => {
    rows += JSON.parse(line).output.usersList.length;
  });
  return rows;
}

/** A random number generator (mulberry32), so that every run reads the same bytes. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function* inferenceLines(lines: number): Generator<string> {
  const random = createRandom(1);
  for (let user = 0; user < lines; user++) {
    const items: string[] = [];
    const scores: string[] = [];
    let score = 0.3 * random();
    for (let rank = 0; rank < 25; rank++) {
      items.push(`"${10_000 + Math.floor(random() * 90_000)}"`);
      scores.push(spellScore(score));
      score *= 0.7 + 0.3 * random();
    }
    yield `{"input":{"userId":"${100_000 + user}"},"output":{"recommendedItems":[${items}],"scores":[${scores}]},"error":null}\n`;
  }
}

/** Spells a score as Java does: seven decimals at most, small ones with an exponent. */
function spellScore(score: number): string {
  return score >= 1e-3 ? String(Number(score.toFixed(7))) : score.toExponential(3).replace('e', 'E');
}

function* segmentTexts(size: ParseBenchSize): Generator<string> {
  const random = createRandom(2);
  for (let line = 0; line < size.segmentLines; line++) {
    yield `{"input": {"itemId": "${line}"}, "output": {"usersList": [`;
    for (let from = 0; from < size.usersPerSegment; from += 1000) {
      const count = Math.min(1000, size.usersPerSegment - from);
      const users = Array.from({ length: count }, () => `"${1_000_000 + Math.floor(random() * 9_000_000)}"`);
      yield `${from === 0 ? '' : ','}${users}`;
    }
    yield ']}, "error": null}\n';
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
