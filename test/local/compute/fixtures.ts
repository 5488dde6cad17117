/** Writes datasets and inputs into a temporary folder, for tests of the compute tasks. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetFiles, TrainTask } from '../../../src/local/compute-port';

export interface Folder {
  path(name: string): string;
  write(name: string, text: string): string;
  read(name: string): string;
  remove(): void;
}

export function createFolder(): Folder {
  const root = mkdtempSync(join(tmpdir(), 'nightjar-compute-'));
  const path = (name: string): string => join(root, name);
  return {
    path,
    write(name, text) {
      writeFileSync(path(name), text);
      return path(name);
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Writes an Avro schema; a name with `!` behind it is categorical, one with `#` a number, one with `~` textual. */
export function writeSchema(...columns: readonly string[]): string {
  const fields = columns.map((column) => {
    const name = column.replace(/[!#~]$/, '');
    if (column.endsWith('#')) return { name, type: 'long' };
    if (column.endsWith('~')) return { name, type: ['null', 'string'], textual: true };
    return { name, type: 'string', ...(column.endsWith('!') ? { categorical: true } : {}) };
  });
  return JSON.stringify({ type: 'record', name: 'X', namespace: 'n', fields, version: '1.0' });
}

/** 40 users with 30 interactions each on 60 items of three genres; user number modulo 3 is the genre that is liked. */
export function writeInteractions(folder: Folder): DatasetFiles {
  const rows = Array.from({ length: 1200 }, (_, at) => {
    const user = at % 40;
    const step = Math.floor(at / 40);
    const genre = step % 5 === 0 ? (user + 1) % 3 : user % 3;
    const item = ((user * 7 + step * step) % 20) * 3 + genre;
    return `u${user},i${item},${1_600_000_000 + step * 60},${step % 3 === 0 ? 'purchase' : 'view'},${step}`;
  });
  const text = `USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\n${rows.join('\n')}\n`;
  return {
    schema: writeSchema('USER_ID', 'ITEM_ID', 'TIMESTAMP#', 'EVENT_TYPE', 'EVENT_VALUE#'),
    csvFiles: [folder.write('interactions.csv', text)],
  };
}

export function writeItems(folder: Folder): DatasetFiles {
  const rows = Array.from(
    { length: 60 },
    (_, item) => `i${item},g${item % 3}|any,"a ""good"" one, ${item}",${item % 4}`,
  );
  return {
    schema: writeSchema('ITEM_ID', 'GENRES!', 'ABOUT~', 'LENGTH#'),
    csvFiles: [folder.write('items.csv', `ITEM_ID,GENRES,ABOUT,LENGTH\n${rows.join('\n')}\n`)],
  };
}

/** A training on both datasets, which writes `<recipe>.model`. */
export function createTraining(folder: Folder, recipe: string): TrainTask {
  return {
    recipe,
    interactions: writeInteractions(folder),
    items: writeItems(folder),
    hyperParameters: {},
    seed: 1,
    modelFile: folder.path(`${recipe}.model`),
  };
}
