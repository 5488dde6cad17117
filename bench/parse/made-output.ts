/** Makes batch output of any size, the same bytes every time. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes lines of 25 items with 25 scores, about 560 bytes each. */
export function writeInference(file: string, lines: number): Promise<void> {
  return pipeline(Readable.from(inferenceLines(lines)), createWriteStream(file));
}

export interface SegmentSize {
  readonly lines: number;
  readonly usersEach: number;
  /** A user id; by default one of nine million numbers. */
  readonly userId?: (random: () => number) => string;
}

/** Writes lines of segment output. */
export function writeSegments(file: string, size: SegmentSize): Promise<void> {
  return pipeline(Readable.from(segmentTexts(size)), createWriteStream(file));
}

/** A random number generator (mulberry32), so that every run reads the same bytes. */
export function createRandom(seed: number): () => number {
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

function* segmentTexts({ lines, usersEach, userId = numberOf }: SegmentSize): Generator<string> {
  const random = createRandom(2);
  for (let line = 0; line < lines; line++) {
    yield `{"input": {"itemId": "${line}"}, "output": {"usersList": [`;
    for (let from = 0; from < usersEach; from += 1000) {
      const count = Math.min(1000, usersEach - from);
      const users = Array.from({ length: count }, () => `"${userId(random)}"`);
      yield `${from === 0 ? '' : ','}${users}`;
    }
    yield ']}, "error": null}\n';
  }
}

function numberOf(random: () => number): string {
  return String(1_000_000 + Math.floor(random() * 9_000_000));
}
