/** Puts the items of a table into the places of a model, with their vectors. */
import { joinParts, takeFloat32, takeInt32, takeNumber } from '../model-parts';
import type { ItemTable, ModelParts } from '../recipe';
import type { FeatureWeights } from '../text/features';
import { fitItemEmbedder, type ItemEmbedder, type ItemVectors, openItemEmbedder } from '../text/item-vectors';
import type { SparseMatrix } from '../text/sparse-matrix';

/** Items by place: rows are empty, and vectors 0, where the table does not have the item. */
export interface EmbeddedItems {
  readonly embedder: ItemEmbedder;
  /** What `openItemEmbedder` reads. */
  readonly parts: ModelParts;
  readonly weighed: SparseMatrix;
  readonly vectors: ItemVectors;
}

/** Learns the vectors of a table; undefined where its columns say nothing of the items. */
export function embedItems(
  itemIds: readonly string[],
  table: ItemTable | undefined,
  weights: FeatureWeights,
  seed: number,
): EmbeddedItems | undefined {
  if (table === undefined) return undefined;
  const parts = fitItemEmbedder(table, weights, seed);
  const embedder = openItemEmbedder(parts);
  if (embedder.space.keys.length === 0) return undefined;
  const weighed = embedder.weigh(table, findRows(itemIds, table));
  return { embedder, parts, weighed, vectors: embedder.project(weighed) };
}

/** Finds the row of each item in a table, the last where it comes twice; −1 where it has none. */
export function findRows(itemIds: readonly string[], table: ItemTable): readonly number[] {
  const rows = new Map(table.itemIds.map((id, row) => [id, row]));
  return itemIds.map((id) => rows.get(id) ?? -1);
}

/** Packs the features and vectors of all items, and what made them, for a model file. */
export function packEmbedded({ parts, weighed, vectors }: EmbeddedItems): ModelParts {
  return joinParts(parts, {
    numbers: {},
    texts: {},
    arrays: {
      itemFeatureOffsets: weighed.offsets,
      itemFeatures: weighed.columns,
      itemFeatureWeights: weighed.values,
      itemVectors: vectors.values,
    },
  });
}

/** @throws RangeError if a part is missing */
export function openEmbedded(parts: ModelParts): EmbeddedItems {
  const embedder = openItemEmbedder(parts);
  return {
    embedder,
    parts,
    weighed: {
      width: embedder.space.keys.length,
      offsets: takeInt32(parts, 'itemFeatureOffsets'),
      columns: takeInt32(parts, 'itemFeatures'),
      values: takeFloat32(parts, 'itemFeatureWeights'),
    },
    vectors: { depth: takeNumber(parts, 'vectorDepth'), values: takeFloat32(parts, 'itemVectors') },
  };
}
