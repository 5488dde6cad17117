/** Builds item tables and training data for tests of related items. */
import { buildHistories } from '../../../src/local/recommender/histories';
import type { ItemTable, ListWish, TrainingData } from '../../../src/local/recommender/recipe';
import { logRows, type Shop } from './shop';

/** What a test says of one item. */
export interface ItemFacts {
  readonly id: string;
  readonly name?: string;
  readonly text?: string;
  readonly category?: string;
  readonly price?: string;
  readonly created?: number;
}

/** Builds a table with the columns CATEGORY, PRICE, NAME and the textual TEXT. */
export function createTable(items: readonly ItemFacts[]): ItemTable {
  return {
    columns: {
      CATEGORY: items.map(({ category }) => category ?? ''),
      PRICE: items.map(({ price }) => price ?? ''),
    },
    kinds: { CATEGORY: 'categorical', PRICE: 'number' },
    texts: { NAME: items.map(({ name }) => name ?? ''), TEXT: items.map(({ text }) => text ?? '') },
    textual: ['TEXT'],
    itemIds: items.map(({ id }) => id),
    created: Float64Array.from(items, ({ created }) => created ?? Number.NaN),
  };
}

/** Builds training data from rows and, where given, a table. */
export function createData(
  rows: Shop['rows'],
  items?: ItemTable,
  hyperParameters: Readonly<Record<string, string>> = {},
): TrainingData {
  const events = logRows(rows);
  return { histories: buildHistories(events, items?.itemIds), events, items, seed: 1, hyperParameters };
}

/** Wishes for lists without exploration. */
export function wish(count: number, more: Partial<ListWish> = {}): ListWish {
  return { count, exploration: { weight: 0, ageCutOffDays: 30, seed: 1 }, ...more };
}

/** Users who took the items one after the other: `['a', 'b']` is one user. */
export function rowsOf(histories: readonly (readonly string[])[]): Shop['rows'] {
  return histories.flatMap((items, user) =>
    items.map((item, at) => [`u${user}`, item, 1_600_000_000 + at * 60 + user] as const),
  );
}
