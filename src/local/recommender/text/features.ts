/** Describes each item by weighed features: terms of its texts, its categorical values, and where its numbers lie. */
import { compareBytes } from '../identity';
import { naturalLog } from '../logarithm';
import type { ItemTable } from '../recipe';
import { tokenise } from './tokens';

/** How much the kinds of columns count: squared shares of an item's vector, before they are scaled to length 1. */
export interface FeatureWeights {
  readonly name: number;
  readonly text: number;
  readonly category: number;
  readonly number: number;
}

/** One feature of one item: `key` names it uniquely in all columns. */
export interface Feature {
  readonly key: string;
  /** How often, or how much, the item has it; greater than 0. */
  readonly amount: number;
}

/** The features of one item from one kind of column. */
export interface FeatureBlock {
  readonly kind: keyof FeatureWeights;
  readonly features: readonly Feature[];
}

/** Where the borders of a numeric column lie: ascending, at most `STEPS`. */
export type NumberBorders = Readonly<Record<string, readonly number[]>>;

/** Into how many steps of equal size the values of a numeric column are cut. */
const STEPS = 8;

/** Which columns are read as names and texts. */
export interface TextColumns {
  readonly name: string | undefined;
  readonly texts: readonly string[];
}

/**
 * Finds the column of the names: the one that the table says, or else a string column whose own name is or ends in
 * NAME or TITLE; undefined where there is none.
 */
export function findNameColumn(table: ItemTable): string | undefined {
  if (table.nameColumn !== undefined && table.texts[table.nameColumn] !== undefined) return table.nameColumn;
  const candidates = Object.keys(table.texts).filter((name) => !table.textual.includes(name));
  return candidates.sort(compareBytes).find((name) => /(^|_)(name|title)$/i.test(name));
}

/** Chooses the columns of names and of texts. */
export function chooseTextColumns(table: ItemTable): TextColumns {
  return { name: findNameColumn(table), texts: [...table.textual].sort(compareBytes) };
}

/** Finds the borders of each numeric column at its quantiles. */
export function findBorders(table: ItemTable): NumberBorders {
  const numeric = Object.keys(table.columns).filter((name) => table.kinds[name] === 'number');
  return Object.fromEntries(numeric.map((name) => [name, cutQuantiles(readNumbers(table.columns[name] ?? []))]));
}

function readNumbers(cells: readonly string[]): Float64Array {
  return Float64Array.from(cells.filter((cell) => cell.trim() !== '').map(Number))
    .filter(Number.isFinite)
    .sort();
}

function cutQuantiles(sorted: Float64Array): readonly number[] {
  const borders = Array.from({ length: STEPS }, (_, step) => sorted[Math.floor((step * sorted.length) / STEPS)]);
  return [...new Set(borders.filter((border) => border !== undefined))];
}

/** Reads the features of one row, blocks in a fixed order; empty blocks are left out. */
export function readFeatures(
  table: ItemTable,
  row: number,
  columns: TextColumns,
  borders: NumberBorders,
): readonly FeatureBlock[] {
  const cellOf = (cells: readonly string[] | undefined): string => cells?.[row] ?? '';
  const categories: Feature[] = [];
  const numbers: Feature[] = [];
  for (const name of Object.keys(table.columns).sort(compareBytes)) {
    const cell = cellOf(table.columns[name]);
    if (table.kinds[name] === 'number') numbers.push(...placeNumber(name, cell, borders[name] ?? []));
    else categories.push(...readCategories(name, cell));
  }
  const name = columns.name === undefined ? '' : cellOf(table.texts[columns.name]);
  const text = columns.texts.map((column) => cellOf(table.texts[column])).join('\n');
  const blocks: readonly FeatureBlock[] = [
    { kind: 'name', features: countTerms(name) },
    { kind: 'text', features: countTerms(text) },
    { kind: 'category', features: categories },
    { kind: 'number', features: numbers },
  ];
  return blocks.filter(({ features }) => features.length > 0);
}

/** Names the feature of a categorical value; no term can have the same name, for terms hold no control characters. */
export function nameCategory(column: string, value: string): string {
  return `${column}\u0001${value}`;
}

function readCategories(column: string, cell: string): readonly Feature[] {
  const values = new Set(cell.split('|').filter((value) => value !== ''));
  return [...values].sort(compareBytes).map((value) => ({ key: nameCategory(column, value), amount: 1 }));
}

function countTerms(text: string): readonly Feature[] {
  const counts = new Map<string, number>();
  for (const { term } of tokenise(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => compareBytes(a, b)).map(([key, amount]) => ({ key, amount }));
}

/** Shares a number out between the two borders that it lies between, so that near numbers have near features. */
function placeNumber(column: string, cell: string, borders: readonly number[]): readonly Feature[] {
  const value = cell.trim() === '' ? Number.NaN : Number(cell);
  if (!Number.isFinite(value) || borders.length < 2) return [];
  const above = borders.findIndex((border) => border > value);
  const upper = above < 0 ? borders.length - 1 : Math.max(1, above);
  const [low = 0, high = 1] = [borders[upper - 1], borders[upper]];
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  const features = [
    { key: `${column}\u0002${upper - 1}`, amount: 1 - share },
    { key: `${column}\u0002${upper}`, amount: share },
  ];
  return features.filter(({ amount }) => amount > 0);
}

/** How quickly repeats of a term stop to count, and how much long texts are damped: the customary values. */
const BM25_K1 = 1.2;
const BM25_B = 0.75;

/** Computes the BM25 weight of a term within one text (Robertson and Zaragoza, 2009), without the rarity. */
export function saturate(amount: number, length: number, meanLength: number): number {
  const damping = 1 - BM25_B + (meanLength > 0 ? (BM25_B * length) / meanLength : 0);
  return (amount * (BM25_K1 + 1)) / (amount + BM25_K1 * damping);
}

/** Computes how rare a feature is: ln(1 + (N − n + ½)/(n + ½)), N items of which n have it. */
export function computeRarity(items: number, having: number): number {
  return naturalLog(1 + (items - having + 0.5) / (having + 0.5));
}
