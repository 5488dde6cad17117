/** Measures related items on MovieLens ml-latest-small, and texts on the products of retail-demo-store. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { createEventLog, type EventColumns } from '../src/local/recommender/event-log';
import { buildHistories, type Histories, historyOf, truncateHistories } from '../src/local/recommender/histories';
import { hashPair } from '../src/local/recommender/identity';
import { selectTop } from '../src/local/recommender/rank';
import type { InferenceRecipe, ItemTable, Recommender } from '../src/local/recommender/recipe';
import { recipe as semanticSimilarity } from '../src/local/recommender/recipes/semantic-similarity';
import { recipe as similarItems } from '../src/local/recommender/recipes/similar-items';
import { recipe as sims } from '../src/local/recommender/recipes/sims';
import { createEqualWeights, listCompanions } from '../src/local/recommender/related/co-occurrence';
import type { BenchLine } from './recommender';

/** Lists items related to one: places of the training's items. */
type Relate = (item: number, count: number) => Iterable<number>;

/** One question: the item that a user took, and the one that the user took next. */
interface Question {
  readonly asked: number;
  readonly next: number;
}

/**
 * Measures, below the given folder: on ml-latest-small, how often the item that a user takes next is among the items
 * related to the one before, where the next one lies in the user's newest tenth (`inner`: in the newest tenth of the
 * rest, on which settings are chosen); on texts, how often the ten most like items are of the same genre or category.
 */
function measureRelatedItems(folder: string): readonly BenchLine[] {
  const films = readFilms(join(folder, 'ml-latest-small'));
  const whole = buildHistories(films.events);
  const outer = cutNewest(whole);
  const inner = cutNewest(outer);
  return [
    ...compareRelated('inner split', inner, outer, films),
    ...compareRelated('test', outer, whole, films),
    ...compareTexts('films, same genre', films.titles, films.genres),
    ...measureProducts(join(folder, 'retail-demo-store', 'products.yaml')),
  ];
}

interface Films {
  readonly events: EventColumns;
  /** Genres as a category, and titles. */
  readonly table: ItemTable;
  /** The titles as names and as texts: what a text recipe is given. */
  readonly titles: ItemTable;
  readonly genres: ReadonlyMap<string, ReadonlySet<string>>;
}

function readFilms(folder: string): Films {
  const log = createEventLog();
  for (const line of readRows(join(folder, 'ratings.csv'))) {
    const [user = '', item = '', , time = ''] = line.split(',');
    log.add(user, item, Number(time));
  }
  const rows = readRows(join(folder, 'movies.csv')).map((line) => ({
    id: line.slice(0, line.indexOf(',')),
    title: line.slice(line.indexOf(',') + 1, line.lastIndexOf(',')).replace(/^"|"$/g, ''),
    genres: line.slice(line.lastIndexOf(',') + 1),
  }));
  const ids = rows.map(({ id }) => id);
  const titles = rows.map(({ title }) => title);
  const empty = { itemIds: ids, created: new Float64Array(ids.length).fill(Number.NaN), textual: [] };
  return {
    events: log.columns(),
    table: {
      ...empty,
      columns: { GENRES: rows.map(({ genres }) => genres) },
      kinds: { GENRES: 'categorical' },
      texts: { TITLE: titles },
    },
    titles: { ...empty, columns: {}, kinds: {}, texts: { TITLE: titles, TEXT: titles }, textual: ['TEXT'] },
    genres: new Map(rows.map(({ id, genres }) => [id, new Set(genres.split('|'))])),
  };
}

function readRows(file: string): readonly string[] {
  return readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1);
}

function cutNewest(histories: Histories): Histories {
  return truncateHistories(histories, (_, length) => length - Math.max(Math.min(1, length), Math.floor(length / 10)));
}

function compareRelated(
  split: string,
  training: Histories,
  whole: Histories,
  { events, table }: Films,
): readonly BenchLine[] {
  const questions = listQuestions(training, whole);
  const popular = selectTop(Float64Array.from(training.itemUsers), training.itemIds.length);
  const open = (recipe: InferenceRecipe, hyperParameters: Readonly<Record<string, string>>, items?: ItemTable) => {
    const data = { histories: training, events, items, seed: 1, hyperParameters };
    return relateBy(recipe.open(recipe.train(data).parts), training);
  };
  const allItems = { max_item_interaction_count_percentile: '1', popularity_discount_factor: '0.75' };
  const relations: readonly (readonly [string, Relate])[] = [
    ['popularity', () => popular],
    ['co-occurrence, cosine', relateByCosine(training)],
    ['aws-sims, defaults', open(sims, {})],
    ['aws-sims, popular items too, 0.75', open(sims, allItems)],
    ['aws-similar-items, interactions', open(similarItems, {})],
    ['aws-similar-items, and genres, titles', open(similarItems, {}, table)],
  ];
  return relations.map(([name, relate]) => measure(`${split}: ${name}`, questions, relate, training));
}

function listQuestions(training: Histories, whole: Histories): readonly Question[] {
  return training.userIds.flatMap((_, user) => {
    const from = historyOf(training, user).length;
    const history = historyOf(whole, user);
    return Array.from(history.subarray(Math.max(1, from)), (next, at) => {
      return { asked: history[Math.max(1, from) + at - 1] ?? -1, next };
    });
  });
}

function relateBy(recommender: Recommender, { itemIds }: Histories): Relate {
  const places = new Map(itemIds.map((id, place) => [id, place]));
  const exploration = { weight: 0, ageCutOffDays: 30, seed: 1 };
  return (item, count) => {
    const { items } = recommender.recommend({ itemId: itemIds[item] }, { count, exploration });
    return items.map((id) => places.get(id) ?? -1);
  };
}

/** The peer: users who have both over the root of the product of the users of each. */
function relateByCosine(training: Histories): Relate {
  const { itemUsers } = training;
  const lists: Int32Array[] = [];
  for (const { items, weights } of listCompanions(training, createEqualWeights())) {
    const scores = weights.map((together, at) => together / Math.sqrt(itemUsers[items[at] ?? 0] ?? 1));
    lists.push(selectTop(scores, 25).map((at) => items[at] ?? 0));
  }
  return (item) => lists[item] ?? [];
}

function measure(subject: string, questions: readonly Question[], relate: Relate, { itemIds }: Histories): BenchLine {
  const lists = new Map<number, readonly number[]>();
  const shown = new Set<number>();
  const hits = { 10: 0, 25: 0 };
  let reciprocal = 0;
  for (const { asked, next } of questions) {
    const list = lists.get(asked) ?? [...relate(asked, 26)].filter((item) => item !== asked).slice(0, 25);
    lists.set(asked, list);
    for (const item of list.slice(0, 10)) shown.add(item);
    const rank = list.indexOf(next);
    if (rank < 0) continue;
    hits[25]++;
    if (rank < 10) hits[10]++;
    reciprocal += 1 / (rank + 1);
  }
  const mean = (sum: number): string => (sum / questions.length).toFixed(4);
  return {
    subject,
    figures: {
      'hits@10': mean(hits[10]),
      'hits@25': mean(hits[25]),
      'MRR@25': mean(reciprocal),
      'coverage@10': (shown.size / itemIds.length).toFixed(3),
    },
  };
}

const PRODUCTS = z.array(
  z.object({ id: z.string(), name: z.string(), category: z.string(), description: z.string().default('') }),
);

function measureProducts(file: string): readonly BenchLine[] {
  const products = PRODUCTS.parse(parse(readFileSync(file, 'utf8')));
  const table: ItemTable = {
    columns: {},
    kinds: {},
    texts: { NAME: products.map(({ name }) => name), DESCRIPTION: products.map(({ description }) => description) },
    textual: ['DESCRIPTION'],
    itemIds: products.map(({ id }) => id),
    created: new Float64Array(products.length).fill(Number.NaN),
  };
  const categories = new Map(products.map(({ id, category }) => [id, new Set([category])]));
  return compareTexts('products, same category', table, categories);
}

function compareTexts(
  subject: string,
  table: ItemTable,
  labels: ReadonlyMap<string, ReadonlySet<string>>,
): readonly BenchLine[] {
  const events = createEventLog().columns();
  const histories = buildHistories(events, table.itemIds);
  const data = { histories, events, items: table, seed: 1, hyperParameters: {} };
  const started = performance.now();
  const recommender = semanticSimilarity.open(semanticSimilarity.train(data).parts);
  const seconds = (performance.now() - started) / 1000;
  const exploration = { weight: 0, ageCutOffDays: 30, seed: 1 };
  let same = 0;
  let chance = 0;
  table.itemIds.forEach((itemId, row) => {
    const own = labels.get(itemId) ?? new Set<string>();
    const isSame = (other: string | undefined): boolean =>
      [...(labels.get(other ?? '') ?? [])].some((one) => own.has(one));
    same += recommender.recommend({ itemId }, { count: 10, exploration }).items.filter(isSame).length;
    for (let turn = 0; turn < 10; turn++) {
      if (isSame(table.itemIds[hashPair(row, turn) % table.itemIds.length])) chance++;
    }
  });
  const share = (count: number): string => (count / table.itemIds.length / 10).toFixed(4);
  return [
    { subject: `${subject}: other items at random`, figures: { 'share of 10': share(chance) } },
    {
      subject: `${subject}: aws-semantic-similarity`,
      figures: { 'share of 10': share(same), 'training s': seconds.toFixed(1) },
    },
  ];
}

/** Runs the comparison of docs and tests; gives one line that says so where NIGHTJAR_TEST_DATA is unset. */
export async function run(): Promise<readonly BenchLine[]> {
  const folder = process.env.NIGHTJAR_TEST_DATA;
  if (folder === undefined) return [{ subject: 'related', figures: { skipped: 'NIGHTJAR_TEST_DATA is not set' } }];
  return measureRelatedItems(folder);
}
