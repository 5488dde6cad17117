/** Builds the model of texts: vectors, who is near to whom, and how popular and fresh the items are. */
import type { Histories } from '../histories';
import { hashText } from '../identity';
import { naturalLog } from '../logarithm';
import { joinParts, takeFloat32, takeFloat64, takeInt32, takeNumber, takeTexts } from '../model-parts';
import type { ItemTable, ModelParts } from '../recipe';
import type { TextColumns } from '../text/features';
import { type ItemVectors, openItemEmbedder } from '../text/item-vectors';
import { listCosines } from './cosines';
import { findRows } from './embedded-items';
import { createRelatedWriter, type RelatedLists } from './related-lists';

/** What is known of the items beside their texts, by place; it is settled at a full training. */
export interface Standing {
  /** Users of each item, by weight: the order of popular items. */
  readonly itemWeights: Float64Array;
  /** 0 to 1: ln(1 + interactions), as a share of the greatest. */
  readonly popularity: Float32Array;
  /** 0 to 1 from the oldest item to the newest by CREATION_TIMESTAMP; 0 where that is unknown. */
  readonly freshness: Float32Array;
  /** Epoch seconds of the oldest and the newest item; 0 where unknown. */
  readonly oldest: number;
  readonly newest: number;
}

/** Settles popularity and freshness from the interactions and the table. */
export function settleStanding({ itemIds, itemWeights, itemEvents }: Histories, table: ItemTable): Standing {
  const logs = Float64Array.from(itemEvents, (events) => naturalLog(1 + events));
  const most = logs.reduce((greatest, value) => Math.max(greatest, value), 0);
  const known = table.created.filter((time) => !Number.isNaN(time)).sort();
  const [oldest, newest] = [known[0] ?? 0, known[known.length - 1] ?? 0];
  const freshness = findRows(itemIds, table).map((row) => rateFreshness(table.created[row], oldest, newest));
  return {
    itemWeights,
    popularity: Float32Array.from(logs, (value) => (most > 0 ? value / most : 0)),
    freshness: Float32Array.from(freshness),
    oldest,
    newest,
  };
}

/** Places a time between the oldest (0) and the newest (1); 0 where it is unknown. */
export function rateFreshness(created: number | undefined, oldest: number, newest: number): number {
  if (created === undefined || !(newest > oldest) || Number.isNaN(created)) return 0;
  return Math.min(1, Math.max(0, (created - oldest) / (newest - oldest)));
}

/** A model of texts; `lists` are what it was made for. */
export interface SemanticModel {
  readonly parts: ModelParts;
  readonly lists: RelatedLists;
}

/**
 * Builds the model by an embedder that has been fitted before, on this table or an earlier one.
 *
 * @param embedderParts  what `openItemEmbedder` reads
 */
export function buildSemanticModel(
  itemIds: readonly string[],
  table: ItemTable,
  embedderParts: ModelParts,
  standing: Standing,
): SemanticModel {
  const embedder = openItemEmbedder(embedderParts);
  const rows = findRows(itemIds, table);
  const vectors = embedder.project(embedder.weigh(table, rows));
  const lists = findNearest(vectors);
  const own: ModelParts = {
    numbers: { oldestItem: standing.oldest, newestItem: standing.newest },
    texts: { itemIds },
    arrays: {
      itemWeights: standing.itemWeights,
      itemPopularity: standing.popularity,
      itemFreshness: standing.freshness,
      itemVectors: vectors.values,
      itemTextMarks: markTexts(table, rows, embedder.space.columns),
      relatedOffsets: lists.offsets,
      relatedItems: lists.items,
      relatedScores: lists.scores,
    },
  };
  return { parts: joinParts(embedderParts, own), lists };
}

function findNearest(vectors: ItemVectors): RelatedLists {
  const writer = createRelatedWriter(vectors.values.length / vectors.depth);
  let item = 0;
  for (const cosines of listCosines(vectors)) {
    if (cosines === undefined) continue;
    cosines[item++] = Number.NEGATIVE_INFINITY;
    for (let other = 0; other < cosines.length; other++) {
      if (!((cosines[other] ?? 0) > 0)) cosines[other] = Number.NEGATIVE_INFINITY;
    }
    writer.addDense(cosines);
  }
  return writer.finish();
}

/** Marks the texts of items by a hash each, so that a changed text shows. */
export function markTexts(table: ItemTable, rows: readonly number[], { name, texts }: TextColumns): Int32Array {
  const columns = name === undefined ? texts : [name, ...texts];
  return Int32Array.from(rows, (row) => {
    const cells = columns.map((column) => table.texts[column]?.[row] ?? '');
    return hashText(cells.join('\u0000'), 0) | 0;
  });
}

/** A model as it is read back. */
export interface OpenedSemanticModel extends Standing {
  readonly itemIds: readonly string[];
  readonly lists: RelatedLists;
  readonly vectors: ItemVectors;
  readonly textMarks: Int32Array;
}

/** @throws RangeError if a part is missing */
export function openSemanticModel(parts: ModelParts): OpenedSemanticModel {
  return {
    itemIds: takeTexts(parts, 'itemIds'),
    itemWeights: takeFloat64(parts, 'itemWeights'),
    popularity: takeFloat32(parts, 'itemPopularity'),
    freshness: takeFloat32(parts, 'itemFreshness'),
    oldest: takeNumber(parts, 'oldestItem'),
    newest: takeNumber(parts, 'newestItem'),
    vectors: { depth: takeNumber(parts, 'vectorDepth'), values: takeFloat32(parts, 'itemVectors') },
    textMarks: takeInt32(parts, 'itemTextMarks'),
    lists: {
      offsets: takeInt32(parts, 'relatedOffsets'),
      items: takeInt32(parts, 'relatedItems'),
      scores: takeFloat32(parts, 'relatedScores'),
    },
  };
}
