/** Hashes the users of a segment output into a file: `node hashed.js duckdb|nightjar FILE OUT` prints the rows and the seconds. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { sha256Hex } from '../../src/audience/normalise/hash';
import { readSegmentEvents } from '../../src/personalize/segment-reader';
import { askDuckDb, ndjson, printMeasured } from '../parse/readers';

const CHUNK_BYTES = 256 * 1024;
const WORKERS = 2;
const LINE_BYTES = 65;
const LINE_FEED = 0x0a;

const shardSchema = z.object({ file: z.string(), out: z.string(), start: z.number(), end: z.number() });
type Shard = z.infer<typeof shardSchema>;

/** Hashes the lines that start in a range. */
async function hashShard({ file, out, start, end }: Shard): Promise<number> {
  let rows = 0;
  const chunks = createReadStream(file, { highWaterMark: CHUNK_BYTES, start: Math.max(0, start - 1) });
  async function* blocks() {
    for await (const event of readSegmentEvents(chunks, { object: file, start, end })) {
      if (event.type !== 'users') continue;
      rows += event.ids.length;
      yield hashIds(event.ids);
    }
  }
  await pipeline(Readable.from(blocks()), createWriteStream(out));
  return rows;
}

/** Makes a line of 64 digits of each id. */
function hashIds(ids: readonly string[]): Buffer {
  const lines = Buffer.allocUnsafe(ids.length * LINE_BYTES);
  let at = 0;
  for (const id of ids) {
    at += lines.write(sha256Hex(id), at, 'latin1');
    lines[at++] = LINE_FEED;
  }
  return lines;
}

/** Gives each worker a range of the file, as the shards of a run are. */
async function hashByWorkers(file: string, out: string): Promise<number> {
  const { size } = await stat(file);
  const step = Math.ceil(size / WORKERS);
  const rows = await Promise.all(
    Array.from({ length: WORKERS }, (_, n) => {
      const shard = { file, out: `${out}.${n}`, start: n * step, end: Math.min(size, (n + 1) * step) };
      const worker = new Worker(__filename, { workerData: shard });
      return new Promise<number>((resolve, reject) => worker.on('message', resolve).on('error', reject));
    }),
  );
  return rows.reduce((sum, own) => sum + own, 0);
}

function hashByDuckDb(file: string, out: string): Promise<number> {
  return askDuckDb(`COPY (SELECT sha256(u) FROM (SELECT unnest(output.usersList) u FROM ${ndjson(file)}))
    TO '${out}' (FORMAT csv, HEADER false)`);
}

if (!isMainThread) {
  void hashShard(shardSchema.parse(workerData)).then((rows) => parentPort?.postMessage(rows));
} else if (require.main === module) {
  const [, , name, file = '', out = ''] = process.argv;
  void printMeasured(() => (name === 'duckdb' ? hashByDuckDb(file, out) : hashByWorkers(file, out)));
}
