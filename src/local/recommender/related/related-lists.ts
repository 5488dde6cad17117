/** Keeps a bounded list of related items for each item, and recommends from it. */
import type { Histories } from '../histories';
import { takeFloat64, takeInt32, takeTexts } from '../model-parts';
import { selectTop } from '../rank';
import type { ModelParts, Recommender } from '../recipe';

/** Related items kept for an item. Lists that are longer, or of which a filter leaves less, go on with popular items. */
export const KEPT = 250;

/** The list of item i, best first, is `items[offsets[i]] … items[offsets[i + 1] - 1]`, with `scores` beside it. */
export interface RelatedLists {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  readonly scores: Float32Array;
}

/** Takes the lists in the order of the items. */
export interface RelatedWriter {
  /** Adds the next list: the best KEPT places of `scores`; those of −Infinity and NaN are left out. */
  addDense(scores: Float64Array): void;
  /** The same from a part of the items: `items` ascend, with `scores` beside them. */
  addSparse(items: Int32Array, scores: Float64Array): void;
  finish(): RelatedLists;
}

/** Creates a writer for `count` lists. */
export function createRelatedWriter(count: number): RelatedWriter {
  const offsets = new Int32Array(count + 1);
  const capacity = count * Math.min(KEPT, Math.max(0, count - 1));
  const items = new Int32Array(capacity);
  const kept = new Float32Array(capacity);
  let row = 0;
  let used = 0;
  const add = (scores: Float64Array, itemAt: (place: number) => number): void => {
    for (const place of selectTop(scores, Math.min(KEPT, count - 1))) {
      items[used] = itemAt(place);
      kept[used++] = scores[place] ?? 0;
    }
    offsets[++row] = used;
  };
  return {
    addDense: (scores) => add(scores, (place) => place),
    addSparse: (places, scores) => add(scores, (at) => places[at] ?? 0),
    finish: () => ({ offsets, items: items.slice(0, used), scores: kept.slice(0, used) }),
  };
}

/** Packs lists without their scores, and the popularity that they go on with, for a model file. */
export function packRelated(histories: Histories, { offsets, items }: RelatedLists): ModelParts {
  return {
    numbers: {},
    texts: { itemIds: histories.itemIds },
    arrays: { relatedOffsets: offsets, relatedItems: items, itemWeights: histories.itemWeights },
  };
}

/**
 * Opens lists: the related items of the item that is asked for, then popular ones; popular ones alone where the item is
 * not known. The item itself is never listed. There are no scores, as on AWS.
 *
 * @throws RangeError if a part is missing
 */
export function openRelated(parts: ModelParts): Recommender {
  const itemIds = takeTexts(parts, 'itemIds');
  const offsets = takeInt32(parts, 'relatedOffsets');
  const items = takeInt32(parts, 'relatedItems');
  const places = new Map(itemIds.map((id, place) => [id, place]));
  const list = createLister(rankPopular(takeFloat64(parts, 'itemWeights')));
  return {
    itemIds,
    recommend({ itemId = '' }, { count, allowed }) {
      const own = places.get(itemId);
      const related = own === undefined ? NOTHING : items.subarray(offsets[own], offsets[own + 1]);
      return { items: Array.from(list({ own, related, count, allowed }), (item) => itemIds[item] ?? '') };
    },
  };
}

const NOTHING = new Int32Array(0);

/** Ranks all items by the weight of their users; ties by place. */
export function rankPopular(itemWeights: Float64Array): Int32Array {
  return selectTop(itemWeights, itemWeights.length);
}

/** What a list is made from; all are places. */
export interface ListParts {
  readonly own: number | undefined;
  readonly related: Iterable<number>;
  readonly count: number;
  readonly allowed: Uint8Array | undefined;
}

/** Creates a function that lists what is related and then what is popular, without repetition. */
export function createLister(popular: Int32Array): (parts: ListParts) => readonly number[] {
  const marks = new Int32Array(popular.length);
  let turn = 0;
  return ({ own, related, count, allowed }) => {
    turn++;
    if (own !== undefined) marks[own] = turn;
    const list: number[] = [];
    for (const source of [related, popular]) {
      for (const item of source) {
        if (list.length >= count) return list;
        if (marks[item] === turn || allowed?.[item] === 0) continue;
        marks[item] = turn;
        list.push(item);
      }
    }
    return list;
  };
}
