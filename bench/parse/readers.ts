/** Reads batch output in one of several ways: `node readers.js READER FILE` prints what it counted and the seconds. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Shard } from '../../src/personalize/output-types';
import { addLengths, countUsers, SHOWN_ITEMS, sumInference } from './range-reader';
import { shareByRanges } from './ranges';

const CHUNK_BYTES = 256 * 1024;
const RANGE_WORKER = join(__dirname, 'range-worker.js');

type Reader = (file: string) => Promise<number>;

/** Each adds up the lengths of user ids and shown items, or counts users. */
const READERS: Readonly<Record<string, Reader>> = {
  inference: (file) => sumInference(whole(file)),
  'inference-two': (file) => shareByRanges(RANGE_WORKER, file, () => ['inference']),
  'inference-readline': async (file) => {
    let sum = 0;
    await readLines(file, (line) => {
      const { input, output } = JSON.parse(line);
      sum += addLengths(input.userId, output.recommendedItems.slice(0, SHOWN_ITEMS));
    });
    return sum;
  },
  'inference-duckdb': (file) =>
    askDuckDb(`
      SELECT sum(length(input.userId) + list_sum(list_transform(output.recommendedItems[1:${SHOWN_ITEMS}], lambda i: length(i))))
      FROM read_ndjson('${file}', columns = {
        input: 'STRUCT(userId VARCHAR)', output: 'STRUCT(recommendedItems VARCHAR[], scores DOUBLE[])', error: 'VARCHAR'
      })`),
  segments: (file) => countUsers(whole(file)),
  'segments-two': (file) => shareByRanges(RANGE_WORKER, file, () => ['segments']),
  'segments-readline': async (file) => {
    let rows = 0;
    await readLines(file, (line) => {
      rows += JSON.parse(line).output.usersList.length;
    });
    return rows;
  },
  'segments-duckdb': (file) =>
    askDuckDb(`SELECT count(u) FROM (SELECT unnest(output.usersList) u FROM ${ndjson(file)})`),
};

/** A segment output as a table of DuckDB's; its lines are longer than what it takes by default. */
export function ndjson(file: string): string {
  return `read_ndjson('${file}', maximum_object_size = 1000000000, columns = {
    input: 'STRUCT(itemId VARCHAR)', output: 'STRUCT(usersList VARCHAR[])', error: 'VARCHAR' })`;
}

/** Loads the peer, where it is the subject: it would weigh on the memory of the others. */
export function loadDuckDb() {
  return import('@duckdb/node-api');
}

/** Answers the first value of the first row, by two threads. */
export async function askDuckDb(text: string): Promise<number> {
  const { DuckDBInstance } = await loadDuckDb();
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const [[value] = []] = (await connection.runAndReadAll(text)).getRowsJS();
  return Number(value);
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

function whole(file: string): Shard {
  return { object: file, start: 0, end: Number.POSITIVE_INFINITY };
}

/** Runs one reader and prints what `measureChild` reads. */
export async function printMeasured(work: () => Promise<number>): Promise<void> {
  const start = process.hrtime.bigint();
  const cpuBefore = process.cpuUsage();
  const sum = await work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpuBefore);
  console.log(`${sum} ${seconds} ${(user + system) / 1e6}`);
}

if (require.main === module) {
  const [, , name = '', file = ''] = process.argv;
  const read = READERS[name];
  if (read === undefined) throw new Error(`no reader "${name}"; there are ${Object.keys(READERS).join(', ')}`);
  const ready = name.endsWith('duckdb') ? loadDuckDb() : Promise.resolve();
  void ready.then(() => printMeasured(() => read(file)));
}
