/** Hashes the users of a segment output into files: `node hashed.js duckdb|nightjar FILE OUT` prints the rows and the seconds. */
import { join } from 'node:path';
import { shareByRanges } from '../parse/ranges';
import { askDuckDb, loadDuckDb, ndjson, printMeasured } from '../parse/readers';

function hashByWorkers(file: string, out: string): Promise<number> {
  return shareByRanges(join(__dirname, 'hash-range.js'), file, (worker) => [`${out}.${worker}`]);
}

function hashByDuckDb(file: string, out: string): Promise<number> {
  return askDuckDb(`COPY (SELECT sha256(u) FROM (SELECT unnest(output.usersList) u FROM ${ndjson(file)}))
    TO '${out}' (FORMAT csv, HEADER false)`);
}

const [, , name, file = '', out = ''] = process.argv;
if (name === 'duckdb') void loadDuckDb().then(() => printMeasured(() => hashByDuckDb(file, out)));
else void printMeasured(() => hashByWorkers(file, out));
