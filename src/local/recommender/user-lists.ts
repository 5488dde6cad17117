/** Keeps users and their histories for segment recipes. */
import type { Histories } from './histories';
import { takeInt32, takeTexts } from './model-parts';
import type { ModelParts } from './recipe';

/** Users and histories of a model; places and order as in `Histories`. */
export interface UserLists {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/** Packs the histories for a model file. */
export function packUserLists(histories: Histories): ModelParts {
  return {
    numbers: {},
    texts: { userIds: histories.userIds, itemIds: histories.itemIds },
    arrays: { historyOffsets: histories.offsets, historyItems: histories.items },
  };
}

/** @throws RangeError if a part is missing */
export function openUserLists(parts: ModelParts): UserLists {
  return {
    userIds: takeTexts(parts, 'userIds'),
    itemIds: takeTexts(parts, 'itemIds'),
    offsets: takeInt32(parts, 'historyOffsets'),
    items: takeInt32(parts, 'historyItems'),
  };
}
