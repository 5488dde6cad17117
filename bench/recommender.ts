/** Measures the local recommender on MovieLens ml-latest-small beside popularity, item kNN and plain EASE^R. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rankByAttributes } from '../src/local/recommender/attribute-affinity';
import { createEventLog } from '../src/local/recommender/event-log';
import { buildHistories, type Histories, historyOf, truncateHistories } from '../src/local/recommender/histories';
import { fitItemAffinity, openItemAffinity } from '../src/local/recommender/item-affinity';
import { indexAttributes, listValues } from '../src/local/recommender/item-attributes';
import { computePopularity, finishScores, removePlaces } from '../src/local/recommender/item-list';
import {
  fitItemScorer,
  openItemScorer,
  type ScoreItems,
  type ScorerSettings,
} from '../src/local/recommender/item-scorer';
import { selectTop } from '../src/local/recommender/rank';
import {
  average,
  computeNdcg,
  computeReciprocalRank,
  countHits,
  type RankedCase,
} from '../src/local/recommender/ranking-metrics';
import type { ItemTable } from '../src/local/recommender/recipe';
import { SEQUENCE, TASTE } from '../src/local/recommender/recipes/user-personalization';
import { scoreByNeighbours } from './item-knn';
import { type JobsFigures, measureJobs } from './recommender/jobs';
import { type LargeShop, writeLargeShop } from './recommender/large-shop';

/** One printed line: the subject and its figures, in the order in which they are printed. */
export interface BenchLine {
  readonly subject: string;
  readonly figures: Readonly<Record<string, number | string>>;
}

const PLAIN_EASE: ScorerSettings = {
  weights: { model: 'local', decay: { floor: 1, ratio: 1 }, lambda: 100 },
  profile: { floor: 1, ratio: 1 },
  profileLength: 10_000,
};
const DENSE_ITEMS = 5000;
const LARGE: LargeShop = { interactions: 1_000_000, items: 20_000, users: 50_000, seed: 1 };

/**
 * Runs the comparison of docs and tests: newest 10 % of each user for items, newest 20 % for users; and the time and
 * memory of jobs on the same data and on a large shop.
 * Reads `ml-latest-small/` below NIGHTJAR_TEST_DATA; gives one line that says so where that is unset.
 */
export async function run(): Promise<readonly BenchLine[]> {
  const folder = process.env.NIGHTJAR_TEST_DATA;
  if (folder === undefined) return [{ subject: 'recommender', figures: { skipped: 'NIGHTJAR_TEST_DATA is not set' } }];
  const { histories, table } = readMovieLens(join(folder, 'ml-latest-small'));
  const outer = cutNewest(histories, 0.1);
  const inner = cutNewest(outer, 0.1);
  return [
    ...compareScorers('inner split', inner, outer),
    ...compareScorers('test', outer, histories),
    ...(await measureSpeed(join(folder, 'ml-latest-small', 'ratings.csv'))),
    ...compareSegments(histories, table),
  ];
}

function readMovieLens(folder: string): { readonly histories: Histories; readonly table: ItemTable } {
  const log = createEventLog();
  for (const line of readRows(join(folder, 'ratings.csv'))) {
    const [user = '', item = '', , time = ''] = line.split(',');
    log.add(user, item, Number(time));
  }
  const itemIds: string[] = [];
  const genres: string[] = [];
  for (const line of readRows(join(folder, 'movies.csv'))) {
    itemIds.push(line.slice(0, line.indexOf(',')));
    genres.push(line.slice(line.lastIndexOf(',') + 1));
  }
  const table: ItemTable = {
    columns: { GENRES: genres },
    kinds: { GENRES: 'categorical' },
    texts: {},
    textual: [],
    itemIds,
    created: new Float64Array(itemIds.length).fill(Number.NaN),
  };
  return { histories: buildHistories(log.columns()), table };
}

function readRows(file: string): readonly string[] {
  return readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1);
}

function cutNewest(histories: Histories, share: number): Histories {
  return truncateHistories(
    histories,
    (_, length) => length - Math.max(Math.min(1, length), Math.floor(length * share)),
  );
}

function compareScorers(split: string, training: Histories, whole: Histories): readonly BenchLine[] {
  const popularity = computePopularity(training.itemUsers);
  const peer = (score: ScoreItems): ScoreItems => {
    return (history, scores) => {
      score(history, scores);
      removePlaces(scores, history);
    };
  };
  const ours = (settings: ScorerSettings): ScoreItems => {
    const score = openItemScorer(fitItemScorer(training, settings, DENSE_ITEMS));
    return (history, scores) => {
      score(history, scores);
      finishScores(scores, popularity);
      removePlaces(scores, history);
    };
  };
  const ease = openItemScorer(fitItemScorer(training, PLAIN_EASE, DENSE_ITEMS));
  const scorers: readonly (readonly [string, ScoreItems])[] = [
    ['popularity', peer((_, scores) => scores.set(popularity))],
    ['item kNN, K 200, half-life 10', peer(scoreByNeighbours(training, 200, 10))],
    ['EASE^R, λ 100', peer(ease)],
    ['nightjar, taste', ours(TASTE)],
    ['nightjar, sequence', ours(SEQUENCE)],
  ];
  return scorers.map(([name, score]) => measure(`${split}: ${name}`, score, training, whole));
}

/** Measures complete scores: those of items in the history are −Infinity. */
function measure(subject: string, score: ScoreItems, training: Histories, whole: Histories): BenchLine {
  const cases: RankedCase[] = [];
  for (let user = 0; user < training.userIds.length; user++) {
    const fed = historyOf(training, user);
    const truth = new Set(historyOf(whole, user).subarray(fed.length));
    if (truth.size === 0) continue;
    const scores = new Float64Array(training.itemIds.length);
    score(fed, scores);
    cases.push({ shown: selectTop(scores, 25), truth });
  }
  const mean = (value: (one: RankedCase) => number): string => average(cases.map(value)).toFixed(4);
  const shown = new Set(cases.flatMap((one) => Array.from(one.shown).slice(0, 10)));
  return {
    subject,
    figures: {
      'NDCG@10': mean((one) => computeNdcg(one, 10, Math.min(10, one.truth.size))),
      'recall@20': mean((one) => countHits(one, 20) / Math.min(20, one.truth.size)),
      'MRR@25': mean((one) => computeReciprocalRank(one, 25)),
      'coverage@10': (shown.size / training.itemIds.length).toFixed(3),
    },
  };
}

/** Trains and infers on all of MovieLens and on a large shop, as jobs do. */
async function measureSpeed(movieLens: string): Promise<readonly BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-'));
  try {
    const small = join(folder, 'movielens.csv');
    const rows = readRows(movieLens).map((line) => line.split(',').toSpliced(2, 1).join(','));
    await writeFile(small, `USER_ID,ITEM_ID,TIMESTAMP\n${rows.join('\n')}\n`);
    const large = join(folder, 'large.csv');
    await writeLargeShop(large, LARGE);
    const people = Array.from({ length: 610 }, (_, user) => `${user + 1}`);
    const shoppers = Array.from({ length: LARGE.users }, (_, user) => `u${user}`);
    const jobs = { recipe: 'aws-user-personalization', lines: 20_000 };
    return [
      describeJobs('MovieLens', await measureJobs({ ...jobs, csvFile: small, userIds: people })),
      describeJobs('1,000,000 × 20,000', await measureJobs({ ...jobs, csvFile: large, userIds: shoppers })),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function describeJobs(data: string, figures: JobsFigures): BenchLine {
  const { trainingSeconds, trainingCpuSeconds, peakMb, usersPerSecond, metrics } = figures;
  return {
    subject: `aws-user-personalization, ${data}`,
    figures: {
      'training s': trainingSeconds.toFixed(1),
      'CPU s': trainingCpuSeconds.toFixed(1),
      'users/s': Math.round(usersPerSecond),
      'peak RSS MB': Math.round(peakMb),
      'NDCG@25 it reports': metrics.normalized_discounted_cumulative_gain_at_25 ?? '',
    },
  };
}

function compareSegments(histories: Histories, table: ItemTable): readonly BenchLine[] {
  const training = cutNewest(histories, 0.2);
  const takers = histories.itemIds.map(() => new Set<number>());
  for (let user = 0; user < histories.userIds.length; user++) {
    const from = historyOf(training, user).length;
    for (const item of historyOf(histories, user).subarray(from)) takers[item]?.add(user);
  }
  const rankUsers = openItemAffinity(fitItemAffinity(training, DENSE_ITEMS), training);
  const activity = Float64Array.from(training.userIds, (_, user) => historyOf(training, user).length);
  const rankActive = (item: number, count: number): Int32Array => {
    const scores = activity.map((length, user) => (historyOf(training, user).includes(item) ? Number.NaN : length));
    return selectTop(scores, count);
  };
  return [
    measureItems('item affinity: most active users', rankActive, training, takers),
    measureItems('item affinity: nightjar', rankUsers, training, takers),
    ...measureGenres(training, table, takers),
  ];
}

function measureItems(
  subject: string,
  rank: (item: number, count: number) => Int32Array,
  training: Histories,
  takers: readonly ReadonlySet<number>[],
): BenchLine {
  const covered = new Set<number>();
  const cases: RankedCase[] = [];
  takers.forEach((truth, item) => {
    if (truth.size === 0 || (training.itemUsers[item] ?? 0) < 5) return;
    const shown = rank(item, 30);
    for (const user of shown.subarray(0, 6)) covered.add(user);
    cases.push({ shown, truth });
  });
  const mean = (value: (one: RankedCase) => number): string => average(cases.map(value)).toFixed(4);
  return {
    subject,
    figures: {
      items: cases.length,
      hits_at_1_percent: mean((one) => countHits(one, 6)),
      recall_at_1_percent: mean((one) => countHits(one, 6) / one.truth.size),
      'recall at 5 %': mean((one) => countHits(one, 30) / one.truth.size),
      coverage: (covered.size / training.userIds.length).toFixed(3),
    },
  };
}

function measureGenres(
  training: Histories,
  table: ItemTable,
  takers: readonly ReadonlySet<number>[],
): readonly BenchLine[] {
  const index = indexAttributes(training.itemIds, table);
  const users = training.userIds.length;
  const top = Math.floor(users / 20);
  const overlap = { volume: [] as number[], nightjar: [] as number[] };
  for (const condition of listValues(training.itemIds, table)) {
    const found = index.match([condition]);
    if (condition.value.startsWith('(') || 'unknownColumn' in found) continue;
    const later = new Float64Array(users);
    takers.forEach((set, item) => {
      if (found.matches[item] === 1) for (const user of set) later[user] = (later[user] ?? 0) + 1;
    });
    const volume = later.map((_, user) => historyOf(training, user).filter((item) => found.matches[item] === 1).length);
    const truth = new Set(selectTop(later, top));
    overlap.volume.push(countHits({ shown: selectTop(volume, top), truth }, top) / top);
    overlap.nightjar.push(countHits({ shown: rankByAttributes(training, found.matches, top), truth }, top) / top);
  }
  return [
    { subject: 'attribute affinity: volume', figures: { 'overlap at 5 %': average(overlap.volume).toFixed(4) } },
    { subject: 'attribute affinity: nightjar', figures: { 'overlap at 5 %': average(overlap.nightjar).toFixed(4) } },
  ];
}
