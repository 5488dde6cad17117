/** Reads MovieLens ml-latest-small from the folder in NIGHTJAR_TEST_DATA as a shop: users become contacts, movies items. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';

export interface Rating {
  readonly userId: string;
  readonly itemId: string;
  readonly timestamp: number;
}

export interface MovieLens {
  readonly users: readonly string[];
  readonly movies: readonly { readonly itemId: string; readonly title: string; readonly genres: string }[];
  /** The newest tenth of each user's ratings (ties by item id), at least one, is the test; the rest the training. */
  readonly training: readonly Rating[];
  readonly test: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads and splits the data set. */
export function readMovieLens(folder: string): MovieLens {
  const read = (file: string): Record<string, string>[] =>
    parse(readFileSync(path.join(folder, 'ml-latest-small', file)), { columns: true });
  const movies = read('movies.csv').map((row) => ({
    itemId: row.movieId ?? '',
    title: row.title ?? '',
    genres: row.genres ?? '',
  }));
  const ratings = read('ratings.csv').map((row) => ({
    userId: row.userId ?? '',
    itemId: row.movieId ?? '',
    timestamp: Number(row.timestamp),
  }));
  const byUser = new Map<string, Rating[]>();
  for (const rating of ratings) byUser.set(rating.userId, [...(byUser.get(rating.userId) ?? []), rating]);
  const training: Rating[] = [];
  const test = new Map<string, ReadonlySet<string>>();
  for (const [userId, own] of byUser) {
    const ordered = own.sort((a, b) => a.timestamp - b.timestamp || (a.itemId < b.itemId ? -1 : 1));
    const held = Math.max(1, Math.floor(ordered.length / 10));
    training.push(...ordered.slice(0, -held));
    test.set(userId, new Set(ordered.slice(-held).map((rating) => rating.itemId)));
  }
  return { users: [...byUser.keys()], movies, training, test };
}

/** Writes a CSV of rows, every cell quoted. */
export function toCsv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(',');
  return `${[header, ...rows].map(line).join('\n')}\n`;
}

/** NDCG@10 of a list against what the user took, with the ideal of min(10, test size). */
export function ndcgAt10(list: readonly string[], taken: ReadonlySet<string>): number {
  const gain = (position: number) => 1 / Math.log2(position + 2);
  const sum = list.slice(0, 10).reduce((total, item, position) => total + (taken.has(item) ? gain(position) : 0), 0);
  const ideal = Array.from({ length: Math.min(10, taken.size) }, (_, position) => gain(position)).reduce(
    (total, value) => total + value,
    0,
  );
  return sum / ideal;
}
