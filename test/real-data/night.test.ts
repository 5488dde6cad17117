/** Real data through the whole way: MovieLens imported, trained on, mailed and segmented; counts and accuracy checked. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { OpenEngines } from '../../src/cli/open-engines';
import { readJob } from '../../src/cli/project';
import { runJob } from '../../src/cli/run-job';
import { importFiles } from '../../src/run/import/import-files';
import { train } from '../../src/run/own-data/train';
import { startWorker } from '../../src/run/worker';
import { readSmallObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder, ROOT } from '../support/nightjar';
import { openState } from '../support/open-state';
import { type MovieLens, ndcgAt10, readMovieLens, toCsv } from './movielens';

const data = process.env.NIGHTJAR_TEST_DATA;
if (data === undefined)
  process.stderr.write(
    '\nNIGHTJAR_TEST_DATA is not set: the real-data suite is SKIPPED. Point it at a folder with ml-latest-small/.\n',
  );
const suite = data === undefined ? describe.skip : describe;

const silent = { show: () => undefined, say: () => undefined, clear: () => undefined };
const never = new AbortController().signal;
const SLOT = '2018-10-01';

suite('a night on MovieLens', () => {
  const folder = makeTestFolder('nightjar-movielens');
  let movieLens: MovieLens;
  let engines: OpenEngines;

  beforeAll(async () => {
    movieLens = readMovieLens(data ?? '');
    engines = await openState(path.join(folder, 'state'));
    await importMovieLens(engines, movieLens, folder);
    await trainMovieLens(engines, movieLens);
  }, 300_000);
  afterAll(async () => engines?.close());

  it('mails everyone, and fits their taste twice as well as the most popular movies', async () => {
    const source = readJob(ROOT, 'nightly-picks');
    const text = source.text.replace('rate: 500/s', 'rate: 2000/s');
    const worker = await startWorker(engines);
    const end = await runJob(engines, {
      source: { ...source, text },
      slot: SLOT,
      again: false,
      signal: never,
      progress: silent,
    });
    await worker.close();
    expect(end.exitCode).toBe(0);
    expect(end.summary).toMatchObject({
      chosen: movieLens.users.length,
      deliveries: { accepted: movieLens.users.length },
      output: { lines: movieLens.users.length, brokenLines: 0, unknownItems: 0 },
    });
    const rows = await engines.db.selectFrom('delivery').select(['user_id', 'slate']).execute();
    const own = average(
      rows.map((row) => ndcgAt10(readItems(row.slate), movieLens.test.get(row.user_id) ?? new Set())),
    );
    const popular = average([...movieLens.test].map(([user, taken]) => ndcgAt10(popularFor(movieLens, user), taken)));
    expect(own).toBeGreaterThanOrEqual(2 * popular);
    expect(own).toBeGreaterThanOrEqual(0.09);
  }, 300_000);

  it('finds fans of a genre who have seen more of it than others have', async () => {
    const job =
      'kind: audience\nabout: Fans\nsegment:\n  solution: attribute-fans\n  users: 60\n  queries:\n    horror: ITEMS.GENRES = "Horror"\naudience:\n  where: { consent: true }\n  formats: [csv]\n  to: audiences/fans/\n';
    const worker = await startWorker(engines);
    const end = await runJob(engines, {
      source: { file: 'jobs/fans.yaml', text: job, template: undefined },
      slot: SLOT,
      again: false,
      signal: never,
      progress: silent,
    });
    await worker.close();
    expect(end.exitCode).toBe(0);
    expect(end.summary?.audiences).toMatchObject([{ name: 'horror', segmentUsers: 60, members: 60 }]);
    const file = end.summary?.artefacts.find((artefact) => artefact.kind === 'audience');
    const rows: Record<string, string>[] = parse(await readSmallObject(engines.s3, parseS3Uri(file?.uri ?? '')), {
      columns: true,
    });
    const fans = new Set(rows.map((row) => row.user_id ?? ''));
    const horror = new Set(
      movieLens.movies.filter((movie) => movie.genres.split('|').includes('Horror')).map((movie) => movie.itemId),
    );
    const share = (users: (user: string) => boolean) => {
      const seen = movieLens.training.filter((rating) => users(rating.userId));
      return (
        seen.filter((rating) => horror.has(rating.itemId)).length / new Set(seen.map((rating) => rating.userId)).size
      );
    };
    expect(share((user) => fans.has(user))).toBeGreaterThanOrEqual(3 * share((user) => !fans.has(user)));
  }, 120_000);
});

async function importMovieLens(
  engines: OpenEngines,
  { users, movies, training }: MovieLens,
  folder: string,
): Promise<void> {
  const write = (name: string, text: string) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  await importFiles({
    db: engines.db,
    contacts: write(
      'contacts.csv',
      toCsv(
        ['user_id', 'email', 'locale', 'consent'],
        users.map((user) => [user, `viewer-${user}@example.org`, 'en', 'true']),
      ),
    ),
    items: write(
      'items.csv',
      toCsv(
        ['item_id', 'title', 'categories'],
        movies.map((movie) => [movie.itemId, movie.title, movie.genres]),
      ),
    ),
    interactions: write(
      'interactions.csv',
      toCsv(
        ['user_id', 'item_id', 'timestamp'],
        training.map((rating) => [rating.userId, rating.itemId, rating.timestamp]),
      ),
    ),
    replace: false,
    now: Date.now(),
  });
}

async function trainMovieLens(engines: OpenEngines, { movies, training }: MovieLens): Promise<void> {
  const schema = (name: string, fields: readonly object[]) =>
    JSON.stringify({ type: 'record', name, namespace: 'com.amazonaws.personalize.schema', fields, version: '1.0' });
  const id = (name: string) => ({ name, type: 'string' });
  await train(engines, {
    group: 'movielens',
    datasets: [
      {
        type: 'Interactions',
        schema: schema('Interactions', [
          id('USER_ID'),
          id('ITEM_ID'),
          { name: 'TIMESTAMP', type: 'long' },
          id('EVENT_TYPE'),
        ]),
        csv: toCsv(
          ['USER_ID', 'ITEM_ID', 'TIMESTAMP', 'EVENT_TYPE'],
          training.map((rating) => [rating.userId, rating.itemId, rating.timestamp, 'rating']),
        ),
      },
      {
        type: 'Items',
        schema: schema('Items', [id('ITEM_ID'), { name: 'GENRES', type: 'string', categorical: true }]),
        csv: toCsv(
          ['ITEM_ID', 'GENRES'],
          movies.map((movie) => [movie.itemId, movie.genres]),
        ),
      },
    ],
    solutions: [
      { solution: 'picks', recipe: 'aws-user-personalization' },
      { solution: 'attribute-fans', recipe: 'aws-item-attribute-affinity' },
    ],
    // As on AWS, it knows the newest 100 ratings of a user.
    filters: [{ name: 'not-bought', expression: 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("rating")' }],
    onProgress: () => undefined,
  });
}

const popularity = new WeakMap<
  MovieLens,
  { ranked: readonly string[]; seen: ReadonlyMap<string, ReadonlySet<string>> }
>();

/** The most rated movies that the user has not rated yet. */
function popularFor(movieLens: MovieLens, user: string): readonly string[] {
  const known = popularity.get(movieLens) ?? countPopularity(movieLens);
  popularity.set(movieLens, known);
  const seen = known.seen.get(user) ?? new Set();
  return known.ranked.filter((item) => !seen.has(item)).slice(0, 10);
}

function countPopularity({ training }: MovieLens) {
  const counts = new Map<string, number>();
  const seen = new Map<string, Set<string>>();
  for (const { userId, itemId } of training) {
    counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
    seen.set(userId, (seen.get(userId) ?? new Set()).add(itemId));
  }
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([item]) => item);
  return { ranked, seen };
}

function readItems(slate: unknown): readonly string[] {
  return Array.isArray(slate) ? slate.filter((item) => typeof item === 'string') : [];
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
