/** Reads batch output in one of several ways: `node readers.js READER FILE` prints what it counted and the seconds. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';
import { readInferenceRecords } from '../../src/personalize/inference-records';
import { readSegmentEvents } from '../../src/personalize/segment-reader';

/** Items that are taken of a line. */
export const SHOWN_ITEMS = 6;
const CHUNK_BYTES = 256 * 1024;
const WHOLE = { object: 'bench', start: 0, end: Number.POSITIVE_INFINITY };

type Reader = (file: string) => Promise<number>;

/** Each adds up the lengths of user ids and shown items, or counts users. */
const READERS: Readonly<Record<string, Reader>> = {
  inference: async (file) => {
    let sum = 0;
    const chunks = createReadStream(file, { highWaterMark: CHUNK_BYTES });
    for await (const { records } of readInferenceRecords(chunks, WHOLE, { items: SHOWN_ITEMS })) {
      for (const { input, items } of records) sum += addUp(input.userId, items);
    }
    return sum;
  },
  'inference-readline': async (file) => {
    let sum = 0;
    await readLines(file, (line) => {
      const { input, output } = JSON.parse(line);
      sum += addUp(input.userId, output.recommendedItems.slice(0, SHOWN_ITEMS));
    });
    return sum;
  },
  'inference-duckdb': (file) =>
    askDuckDb(`
      SELECT sum(length(input.userId) + list_sum(list_transform(output.recommendedItems[1:${SHOWN_ITEMS}], lambda i: length(i))))
      FROM read_ndjson('${file}', columns = {
        input: 'STRUCT(userId VARCHAR)', output: 'STRUCT(recommendedItems VARCHAR[], scores DOUBLE[])', error: 'VARCHAR'
      })`),
  segments: async (file) => {
    let rows = 0;
    const chunks = createReadStream(file, { highWaterMark: CHUNK_BYTES });
    for await (const event of readSegmentEvents(chunks, WHOLE)) if (event.type === 'users') rows += event.ids.length;
    return rows;
  },
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

/** Answers the first value of the first row, by two threads. */
export async function askDuckDb(text: string): Promise<number> {
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

function addUp(userId: string | undefined, items: readonly string[]): number {
  let sum = userId?.length ?? 0;
  for (const item of items) sum += item.length;
  return sum;
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
  void printMeasured(() => read(file));
}
