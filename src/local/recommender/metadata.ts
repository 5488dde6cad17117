/** Scores items that nobody took yet by what their columns have in common with a history. */
import { type Decay, tabulateDecay } from './decay';
import { takeFloat64, takeInt32, takeTexts } from './model-parts';
import type { ItemTable, ModelParts } from './recipe';

/**
 * How alike a history and the given items are, from 0 to 1: adds `scale` times that to the items' scores.
 * The history is read as the scorer reads it, newer items counting more.
 */
export type AddMetadataScores = (history: Int32Array, scores: Float64Array, scale: number) => void;

/** Values that fewer items have say nothing about others. */
const MIN_HOLDERS = 2;

/**
 * Packs the values of the categorical columns: each item is a vector of the values it has, of which rare ones weigh
 * more (1 / √ of the number of items that have it), with length 1 (Salton & Buckley, "Term-weighting approaches",
 * 1988, with a root in place of the logarithm).
 */
export function packMetadata(itemIds: readonly string[], table: ItemTable | undefined): ModelParts {
  const rows = listValues(itemIds, table);
  const holders = new Map<string, number>();
  for (const row of rows) for (const value of row) holders.set(value, (holders.get(value) ?? 0) + 1);
  const names = [...holders.keys()].filter((value) => (holders.get(value) ?? 0) >= MIN_HOLDERS).sort();
  const weights = Float64Array.from(names, (name) => 1 / Math.sqrt(holders.get(name) ?? 1));
  const { offsets, values } = writeRows(rows, names);
  return {
    numbers: {},
    texts: { metadataNames: names },
    arrays: { metadataWeights: weights, metadataOffsets: offsets, metadataValues: values },
  };
}

/** Lists the values of each item, each once; the columns are told apart by their names. */
function listValues(itemIds: readonly string[], table: ItemTable | undefined): readonly (readonly string[])[] {
  const found = new Map(table?.itemIds.map((id, row) => [id, row]));
  const columns = Object.entries(table?.columns ?? {}).filter(([name]) => table?.kinds[name] === 'categorical');
  return itemIds.map((id) => {
    const row = found.get(id);
    if (row === undefined) return [];
    const values = columns.flatMap(([name, cells]) =>
      (cells[row] ?? '').split('|').flatMap((value) => (value === '' ? [] : [`${name}=${value}`])),
    );
    return [...new Set(values)];
  });
}

interface ValueRows {
  readonly offsets: Int32Array;
  readonly values: Int32Array;
}

function writeRows(rows: readonly (readonly string[])[], names: readonly string[]): ValueRows {
  const places = new Map(names.map((name, place) => [name, place]));
  const offsets = new Int32Array(rows.length + 1);
  const values: number[] = [];
  rows.forEach((row, item) => {
    const known = row.flatMap((value) => places.get(value) ?? []);
    values.push(...known.sort((a, b) => a - b));
    offsets[item + 1] = values.length;
  });
  return { offsets, values: Int32Array.from(values) };
}

/**
 * Opens the scoring of cold items.
 *
 * @param catalogue  with the items that came after the training, whose values are those of `today`
 * @returns undefined where no cold item has a value
 * @throws RangeError if a part is missing
 */
export function openMetadata(
  parts: ModelParts,
  catalogue: { readonly itemIds: readonly string[]; readonly itemUsers: Int32Array; readonly trainedItems: number },
  {
    profile,
    length,
    today,
  }: { readonly profile: Decay; readonly length: number; readonly today?: ItemTable | undefined },
): AddMetadataScores | undefined {
  const weights = takeFloat64(parts, 'metadataWeights');
  const trained = { offsets: takeInt32(parts, 'metadataOffsets'), values: takeInt32(parts, 'metadataValues') };
  const added = listValues(catalogue.itemIds.slice(catalogue.trainedItems), today);
  const rows = joinRows(trained, writeRows(added, takeTexts(parts, 'metadataNames')));
  const norms = computeNorms(rows, weights);
  const cold = Array.from(catalogue.itemUsers, (_, item) => item).filter(
    (item) => catalogue.itemUsers[item] === 0 && (norms[item] ?? 0) > 0,
  );
  if (cold.length === 0) return undefined;
  const ages = tabulateDecay(profile, length);
  const sums = new Float64Array(weights.length);
  return (history, scores, scale) => {
    sums.fill(0);
    for (let age = 0; age < Math.min(length, history.length); age++) {
      const item = history[history.length - 1 - age] ?? 0;
      addRow(sums, { rows, weights, item, share: (ages[age] ?? 0) / (norms[item] || 1) });
    }
    const norm = Math.sqrt(sums.reduce((sum, value) => sum + square(value), 0));
    if (norm === 0) return;
    for (const item of cold) {
      const product = multiplyRow(sums, { rows, weights, item });
      scores[item] = (scores[item] ?? 0) + (scale * product) / (norm * (norms[item] ?? 1));
    }
  };
}

/** A row and what its values weigh. */
interface WeighedRow {
  readonly rows: ValueRows;
  readonly weights: Float64Array;
  readonly item: number;
}

function addRow(sums: Float64Array, { rows, weights, item, share }: WeighedRow & { readonly share: number }): void {
  for (let at = rows.offsets[item] ?? 0; at < (rows.offsets[item + 1] ?? 0); at++) {
    const value = rows.values[at] ?? 0;
    sums[value] = (sums[value] ?? 0) + share * (weights[value] ?? 0);
  }
}

function multiplyRow(sums: Float64Array, { rows, weights, item }: WeighedRow): number {
  let product = 0;
  for (let at = rows.offsets[item] ?? 0; at < (rows.offsets[item + 1] ?? 0); at++) {
    const value = rows.values[at] ?? 0;
    product += (sums[value] ?? 0) * (weights[value] ?? 0);
  }
  return product;
}

function joinRows(first: ValueRows, second: ValueRows): ValueRows {
  const offsets = new Int32Array(first.offsets.length + second.offsets.length - 1);
  offsets.set(first.offsets);
  offsets.set(
    second.offsets.subarray(1).map((offset) => offset + first.values.length),
    first.offsets.length,
  );
  const values = new Int32Array(first.values.length + second.values.length);
  values.set(first.values);
  values.set(second.values, first.values.length);
  return { offsets, values };
}

function computeNorms({ offsets, values }: ValueRows, weights: Float64Array): Float64Array {
  const norms = new Float64Array(offsets.length - 1);
  for (let item = 0; item < norms.length; item++) {
    let sum = 0;
    for (let at = offsets[item] ?? 0; at < (offsets[item + 1] ?? 0); at++) sum += square(weights[values[at] ?? 0] ?? 0);
    norms[item] = Math.sqrt(sum);
  }
  return norms;
}

function square(value: number): number {
  return value * value;
}
