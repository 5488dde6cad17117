/** Sorts the lines of a row file, on disk where they are many: memory is flat in their number. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mergeSorted } from '../../audience/merge';
import { compareLines, dropRepeated, joinLines, type RowLayout, readRowLines } from '../../audience/rows';
import { sortByText } from '../../audience/sort-texts';

/** UTF-16 units sorted at a time: some 30 MB at most. */
const CHUNK_CHARACTERS = 12_000_000;

/** Takes lines in any order and gives them back in order, each key once. */
export interface LineSorter {
  add(line: string): void;
  /** Puts on disk what is too much to hold; to be called between batches. */
  relieve(): Promise<void>;
  /** Sorted, each key once; may be read several times, after the last line was added. */
  read(): AsyncIterable<readonly string[]>;
  /** Removes what was put on disk. */
  release(): Promise<void>;
}

/** Makes a sorter that puts on disk below `tempDir` what is more than `chunkCharacters`; of lines of one key it keeps one. */
export function createLineSorter(
  tempDir: string,
  keyOf: RowLayout['keyOf'],
  chunkCharacters: number = CHUNK_CHARACTERS,
): LineSorter {
  const folder = path.join(tempDir, `rows-${randomUUID()}`);
  const files: string[] = [];
  let chunk: string[] = [];
  let characters = 0;
  return {
    add: (line) => {
      chunk.push(line);
      characters += line.length;
    },
    relieve: async () => {
      if (characters < chunkCharacters) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = path.join(folder, `${files.length}`);
      await writeFile(file, joinLines(inBatches(sortLines(chunk))), { mode: 0o600 });
      files.push(file);
      chunk = [];
      characters = 0;
    },
    read: () => {
      const runs = files.map((file) => readRowLines(createReadStream(file)));
      return dropRepeated(mergeSorted([...runs, inBatches(sortLines(chunk))], compareLines), keyOf);
    },
    release: () => rm(folder, { recursive: true, force: true }),
  };
}

function sortLines(lines: readonly string[]): readonly string[] {
  return sortByText(lines, { textOf: (line) => line, order: 'units', compare: compareLines });
}

const BATCH_LINES = 4096;

async function* inBatches(lines: readonly string[]): AsyncGenerator<readonly string[]> {
  for (let from = 0; from < lines.length; from += BATCH_LINES) yield lines.slice(from, from + BATCH_LINES);
}
