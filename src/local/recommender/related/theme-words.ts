/** Finds the words that tell a list of items from the rest of the catalogue. */
import { compareBytes } from '../identity';
import { naturalLog } from '../logarithm';
import type { ItemTable } from '../recipe';
import { chooseTextColumns } from '../text/features';
import type { SparseMatrix } from '../text/sparse-matrix';
import { tokenise } from '../text/tokens';

/** A feature of a list: how many of its items have it, and by how many standard errors more than the catalogue's. */
export interface ListFeature {
  readonly feature: number;
  readonly items: number;
  readonly excess: number;
}

/** How many items the prior counts as: it keeps rare features from winning by chance. */
const PRIOR = 10;

/**
 * Lists the features of the listed items, most distinctive first, by the log-odds ratio with an informative Dirichlet
 * prior, in standard errors (Monroe, Colaresi and Quinn, "Fightin' Words", 2008); an item has a feature or not.
 *
 * @param listed  places of the items
 * @param having  how many items of the catalogue have each feature
 */
export function findDistinctive(
  matrix: SparseMatrix,
  having: Int32Array,
  listed: readonly number[],
): readonly ListFeature[] {
  const counts = new Map<number, number>();
  for (const item of listed) {
    for (const feature of matrix.columns.subarray(matrix.offsets[item], matrix.offsets[item + 1])) {
      counts.set(feature, (counts.get(feature) ?? 0) + 1);
    }
  }
  const all = matrix.offsets.length - 1;
  const found = [...counts].map(([feature, items]): ListFeature => {
    const elsewhere = (having[feature] ?? items) - items;
    const prior = (PRIOR * (having[feature] ?? items)) / all;
    const odds = logOdds(items, listed.length, prior) - logOdds(elsewhere, all - listed.length, prior);
    return { feature, items, excess: odds / Math.sqrt(1 / (items + prior) + 1 / (elsewhere + prior)) };
  });
  return found.sort((a, b) => b.excess - a.excess || a.feature - b.feature);
}

function logOdds(having: number, all: number, prior: number): number {
  return naturalLog((having + prior) / Math.max(prior, all - having + PRIOR - prior));
}

/** Counts the items that have each feature. */
export function countHaving({ width, columns }: SparseMatrix): Int32Array {
  const having = new Int32Array(width);
  for (const column of columns) having[column] = (having[column] ?? 0) + 1;
  return having;
}

/** Finds how each key of the features is written most often in names and texts; empty for other features. */
export function findSpellings(table: ItemTable, keys: readonly string[]): readonly string[] {
  const places = new Map(keys.map((key, place) => [key, place]));
  const counts = keys.map(() => new Map<string, number>());
  const { name, texts } = chooseTextColumns(table);
  for (const column of name === undefined ? texts : [name, ...texts]) {
    for (const cell of table.texts[column] ?? []) {
      for (const { term, word } of tokenise(cell)) {
        const words = counts[places.get(term) ?? -1];
        words?.set(word, (words.get(word) ?? 0) + 1);
      }
    }
  }
  return counts.map((words) => {
    const sorted = [...words].sort(([a, m], [b, n]) => n - m || compareBytes(a, b));
    return sorted[0]?.[0] ?? '';
  });
}

/** English words that say nothing of an item, beside those of fewer than three letters. */
const PLAIN_WORDS = new Set(
  (
    'about above after again all also and any are around away because been before being best both but can come could ' +
    'day does don each easy every ever find for from full get give good great has have her here him his how ideal into its ' +
    'just keep let like look made make makes making many more most much must need new next not now off one only other our ' +
    'out over own per perfect plus really right see she should simply some still such take than that the their them then ' +
    'there these they this those through time too under until upon use used using very was way well were what when where ' +
    'which while who will with within without you your'
  ).split(' '),
);

/** Tells whether a word can stand in a title. */
export function isTelling(word: string): boolean {
  if (!/^[\p{L}\p{M}'’]+$/u.test(word) || PLAIN_WORDS.has(word)) return false;
  return /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word) ? word.length >= 3 : true;
}
