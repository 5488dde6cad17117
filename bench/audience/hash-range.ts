/** Hashes the users of the lines of a range into a file, a line of 64 digits each: a worker that posts their number. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parentPort } from 'node:worker_threads';
import { HashBatch } from '../../src/audience/hashing/hash-batch';
import { TextColumn } from '../../src/job/text-column';
import type { Shard } from '../../src/personalize/output-types';
import { readSegmentEvents } from '../../src/personalize/segment-reader';
import { openRange, readShared } from '../parse/ranges';

const HASH_DIGITS = 64;
const LINE_FEED = 0x0a;

async function hashRange(range: Shard, out: string): Promise<number> {
  const batch = new HashBatch();
  let rows = 0;
  async function* blocks() {
    for await (const event of readSegmentEvents(openRange(range), range)) {
      if (event.type !== 'users') continue;
      rows += event.ids.length;
      yield hashIds(batch, event.ids);
    }
  }
  await pipeline(Readable.from(blocks()), createWriteStream(out));
  return rows;
}

/** Makes a line of 64 digits of each id. */
function hashIds(batch: HashBatch, ids: readonly string[]): Buffer {
  const lines = Buffer.allocUnsafe(ids.length * (HASH_DIGITS + 1));
  const column = TextColumn.of(ids);
  let at = 0;
  for (let row = 0; row < ids.length; row++) {
    batch.addBytes(column.bytes, column.startOf(row), column.endOf(row), lines, at);
    at += HASH_DIGITS;
    lines[at++] = LINE_FEED;
  }
  batch.flush();
  return lines;
}

const { range, args } = readShared();
void hashRange(range, args[0] ?? '').then((rows) => parentPort?.postMessage(rows));
