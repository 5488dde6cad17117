/** Turns the columns of the items into vectors of length 1, so that like items have a large inner product. */
import { compareBytes } from '../identity';
import { takeFloat32, takeNumber, takeTexts } from '../model-parts';
import type { ItemTable, ModelParts } from '../recipe';
import {
  chooseTextColumns,
  computeRarity,
  type FeatureBlock,
  type FeatureWeights,
  findBorders,
  type NumberBorders,
  readFeatures,
  saturate,
  type TextColumns,
} from './features';
import { buildSparse, type SparseMatrix } from './sparse-matrix';
import { findSubspace } from './subspace';

/** Directions of the vectors, at most. */
const DEPTH = 64;
/** Features at most; those that most items have are kept. */
const MAX_FEATURES = 40_000;

/** Vectors of `depth` numbers each, of length 1, or all 0 for an item without features. */
export interface ItemVectors {
  readonly depth: number;
  /** That of item i is at `i * depth`. */
  readonly values: Float32Array;
}

/** What has been learnt of the features. */
export interface FeatureSpace {
  /** Ascending by bytes. */
  readonly keys: readonly string[];
  /** How rare each key is: the factor of its weight. */
  readonly rarity: Float32Array;
  readonly meanLength: Readonly<Record<keyof FeatureWeights, number>>;
  readonly weights: FeatureWeights;
  readonly columns: TextColumns;
  readonly borders: NumberBorders;
}

/** Puts items into the space of a model. */
export interface ItemEmbedder {
  readonly space: FeatureSpace;
  readonly depth: number;
  /** Weighs the features of the rows of a table: one sparse row of length 1 each, or empty. */
  weigh(table: ItemTable, rows: Iterable<number>): SparseMatrix;
  /** The direction of one feature, times its rarity: what an item that has nothing else would point to. */
  direction(feature: number): Float32Array;
  /** Projects weighed features to vectors of length 1. */
  project(weighed: SparseMatrix): ItemVectors;
}

/**
 * Learns the features of a catalogue and the directions that tell its items apart.
 *
 * @returns parts that `openItemEmbedder` reads
 */
export function fitItemEmbedder(table: ItemTable, weights: FeatureWeights, seed: number): ModelParts {
  const space = learnSpace(table, weights);
  const rows = sortedRows(table);
  const weighed = weighRows(space, table, rows);
  const depth = Math.max(1, Math.min(DEPTH, space.keys.length, rows.length));
  const basis = findSubspace(weighed, space.keys, depth, seed);
  const kinds = ['name', 'text', 'category', 'number'] as const;
  return {
    numbers: {
      vectorDepth: depth,
      ...Object.fromEntries(kinds.map((kind) => [`meanLength.${kind}`, space.meanLength[kind]])),
      ...Object.fromEntries(kinds.map((kind) => [`weight.${kind}`, weights[kind]])),
    },
    texts: {
      featureKeys: space.keys,
      nameColumns: space.columns.name === undefined ? [] : [space.columns.name],
      textColumns: space.columns.texts,
      borders: Object.entries(space.borders).map(([name, borders]) => JSON.stringify([name, ...borders])),
    },
    arrays: { featureRarity: space.rarity, featureBasis: Float32Array.from(basis) },
  };
}

/** @throws RangeError if a part is missing */
export function openItemEmbedder(parts: ModelParts): ItemEmbedder {
  const perKind = (prefix: string): Record<keyof FeatureWeights, number> => ({
    name: takeNumber(parts, `${prefix}.name`),
    text: takeNumber(parts, `${prefix}.text`),
    category: takeNumber(parts, `${prefix}.category`),
    number: takeNumber(parts, `${prefix}.number`),
  });
  const space: FeatureSpace = {
    keys: takeTexts(parts, 'featureKeys'),
    rarity: takeFloat32(parts, 'featureRarity'),
    meanLength: perKind('meanLength'),
    weights: perKind('weight'),
    columns: { name: takeTexts(parts, 'nameColumns')[0], texts: takeTexts(parts, 'textColumns') },
    borders: Object.fromEntries(takeTexts(parts, 'borders').map(parseBorders)),
  };
  const basis = takeFloat32(parts, 'featureBasis');
  const depth = takeNumber(parts, 'vectorDepth');
  return {
    space,
    depth,
    weigh: (table, rows) => weighRows(space, table, rows),
    direction: (feature) =>
      basis.slice(feature * depth, (feature + 1) * depth).map((value) => value * (space.rarity[feature] ?? 0)),
    project: (weighed) => projectRows(weighed, basis, depth),
  };
}

function parseBorders(text: string): readonly [string, readonly number[]] {
  const parsed: unknown = JSON.parse(text);
  const [name, ...borders] = Array.isArray(parsed) ? parsed : [];
  return [String(name), borders.map(Number)];
}

/** Lists the rows of a table in the order of their ids, so that nothing depends on the order of the file. */
function sortedRows(table: ItemTable): readonly number[] {
  const rows = table.itemIds.map((_, row) => row);
  return rows.sort((a, b) => compareBytes(table.itemIds[a] ?? '', table.itemIds[b] ?? ''));
}

function learnSpace(table: ItemTable, weights: FeatureWeights): FeatureSpace {
  const columns = chooseTextColumns(table);
  const borders = findBorders(table);
  const having = new Map<string, number>();
  const totals = { name: 0, text: 0, category: 0, number: 0 };
  for (const row of table.itemIds.keys()) {
    const keys = new Set<string>();
    for (const { kind, features } of readFeatures(table, row, columns, borders)) {
      if (weights[kind] <= 0) continue;
      for (const { key, amount } of features) {
        keys.add(key);
        if (kind === 'name' || kind === 'text') totals[kind] += amount;
      }
    }
    for (const key of keys) having.set(key, (having.get(key) ?? 0) + 1);
  }
  const items = table.itemIds.length;
  const least = items < 20 ? 1 : 2;
  const kept = [...having].filter(([, count]) => count >= least);
  kept.sort(([a, m], [b, n]) => n - m || compareBytes(a, b));
  const keys = kept.slice(0, MAX_FEATURES).map(([key]) => key);
  keys.sort(compareBytes);
  const mean = (total: number): number => (items === 0 ? 0 : total / items);
  return {
    keys,
    rarity: Float32Array.from(keys, (key) => computeRarity(items, having.get(key) ?? 0)),
    meanLength: { name: mean(totals.name), text: mean(totals.text), category: 0, number: 0 },
    weights,
    columns,
    borders,
  };
}

function weighRows(space: FeatureSpace, table: ItemTable, rows: Iterable<number>): SparseMatrix {
  const places = new Map(space.keys.map((key, place) => [key, place]));
  const weighOne = (row: number): readonly (readonly [number, number])[] => {
    const sums = new Map<number, number>();
    for (const block of readFeatures(table, row, space.columns, space.borders)) addBlock(sums, space, places, block);
    const entries = [...sums].sort(([a], [b]) => a - b);
    const length = Math.sqrt(entries.reduce((sum, [, value]) => sum + value * value, 0));
    return length > 0 ? entries.map(([place, value]) => [place, value / length] as const) : [];
  };
  return buildSparse(space.keys.length, mapEach(rows, weighOne));
}

function* mapEach<From, To>(values: Iterable<From>, change: (value: From) => To): Iterable<To> {
  for (const value of values) yield change(value);
}

/** Adds the features of one block, scaled so that the squares of their weights sum to the weight of the kind. */
function addBlock(
  sums: Map<number, number>,
  space: FeatureSpace,
  places: ReadonlyMap<string, number>,
  { kind, features }: FeatureBlock,
): void {
  if (space.weights[kind] <= 0) return;
  const length = features.reduce((sum, { amount }) => sum + amount, 0);
  const isText = kind === 'name' || kind === 'text';
  const weighed = features.flatMap(({ key, amount }): (readonly [number, number])[] => {
    const place = places.get(key);
    if (place === undefined) return [];
    const within = isText ? saturate(amount, length, space.meanLength[kind]) : amount;
    return [[place, within * (space.rarity[place] ?? 0)]];
  });
  const square = weighed.reduce((sum, [, value]) => sum + value * value, 0);
  const factor = square > 0 ? Math.sqrt(space.weights[kind] / square) : 0;
  for (const [place, value] of weighed) sums.set(place, (sums.get(place) ?? 0) + factor * value);
}

function projectRows(weighed: SparseMatrix, basis: Float32Array, depth: number): ItemVectors {
  const rows = weighed.offsets.length - 1;
  const values = new Float32Array(rows * depth);
  const sum = new Float64Array(depth);
  for (let row = 0; row < rows; row++) {
    sum.fill(0);
    for (let at = weighed.offsets[row] ?? 0; at < (weighed.offsets[row + 1] ?? 0); at++) {
      const from = (weighed.columns[at] ?? 0) * depth;
      const value = weighed.values[at] ?? 0;
      for (let k = 0; k < depth; k++) sum[k] = (sum[k] ?? 0) + value * (basis[from + k] ?? 0);
    }
    const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    if (length > 1e-6) for (let k = 0; k < depth; k++) values[row * depth + k] = (sum[k] ?? 0) / length;
  }
  return { depth, values };
}
