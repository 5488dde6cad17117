/** Keeps what all inference recipes need of users and items, and reads it back. */
import type { Histories } from './histories';
import { takeFloat64, takeInt32, takeTexts } from './model-parts';
import type { ItemTable, ModelParts } from './recipe';

/** Users and items of a model; places and order as in `Histories`. */
export interface Catalogue {
  readonly itemIds: readonly string[];
  readonly userIds: readonly string[];
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  readonly itemUsers: Int32Array;
  /** Days from an item's creation (or else its first interaction) to the newest interaction; 0 where unknown. */
  readonly itemAgeDays: Float64Array;
  /** The place of a user; undefined where not known. */
  findUser(userId: string): number | undefined;
}

const DAY_SECONDS = 86_400;

/** Packs the histories for a model file. */
export function packCatalogue(histories: Histories, table: ItemTable | undefined): ModelParts {
  return {
    numbers: {},
    texts: { itemIds: histories.itemIds, userIds: histories.userIds },
    arrays: {
      historyOffsets: histories.offsets,
      historyItems: histories.items,
      itemUsers: histories.itemUsers,
      itemAgeDays: computeAges(histories, table),
    },
  };
}

function computeAges(histories: Histories, table: ItemTable | undefined): Float64Array {
  const created = new Map(table?.itemIds.map((id, row) => [id, table.created[row] ?? Number.NaN]));
  return Float64Array.from(histories.itemIds, (id, item) => {
    const stated = created.get(id) ?? Number.NaN;
    const since = Number.isNaN(stated) ? (histories.itemFirst[item] ?? Number.NaN) : stated;
    return Math.max(0, (histories.newest - since) / DAY_SECONDS || 0);
  });
}

/** @throws RangeError if a part is missing */
export function openCatalogue(parts: ModelParts): Catalogue {
  const userIds = takeTexts(parts, 'userIds');
  const places = new Map(userIds.map((id, user) => [id, user]));
  return {
    itemIds: takeTexts(parts, 'itemIds'),
    userIds,
    offsets: takeInt32(parts, 'historyOffsets'),
    items: takeInt32(parts, 'historyItems'),
    itemUsers: takeInt32(parts, 'itemUsers'),
    itemAgeDays: takeFloat64(parts, 'itemAgeDays'),
    findUser: (userId) => places.get(userId),
  };
}

/** Takes a user's history, oldest first; empty where the user is not known. */
export function historyOfUser(catalogue: Catalogue, userId: string): Int32Array {
  const user = catalogue.findUser(userId);
  if (user === undefined) return new Int32Array(0);
  return catalogue.items.subarray(catalogue.offsets[user] ?? 0, catalogue.offsets[user + 1] ?? 0);
}
