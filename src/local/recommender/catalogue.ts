/** Keeps what all inference recipes need of users and items, and reads it back. */
import type { Histories } from './histories';
import { compareBytes } from './identity';
import { takeFloat64, takeInt32, takeNumber, takeTexts } from './model-parts';
import type { ItemTable, ModelParts } from './recipe';

/** Users and items of a model; places and order as in `Histories`, and behind them the items that came since. */
export interface Catalogue {
  readonly itemIds: readonly string[];
  readonly userIds: readonly string[];
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  readonly itemUsers: Int32Array;
  /** `itemUsers` by weight: what popularity is counted by. */
  readonly itemWeights: Float64Array;
  /** Days from an item's creation (or else its first interaction) to the newest interaction; 0 where unknown. */
  readonly itemAgeDays: Float64Array;
  /** Items from this place on came after the training. */
  readonly trainedItems: number;
  /** The place of a user; undefined where not known. */
  findUser(userId: string): number | undefined;
}

const DAY_SECONDS = 86_400;

/** Packs the histories for a model file. */
export function packCatalogue(histories: Histories, table: ItemTable | undefined): ModelParts {
  return {
    numbers: { newest: Number.isNaN(histories.newest) ? 0 : histories.newest },
    texts: { itemIds: histories.itemIds, userIds: histories.userIds },
    arrays: {
      historyOffsets: histories.offsets,
      historyItems: histories.items,
      itemUsers: histories.itemUsers,
      itemWeights: histories.itemWeights,
      itemAgeDays: computeAges(histories, table),
    },
  };
}

function computeAges(histories: Histories, table: ItemTable | undefined): Float64Array {
  const created = new Map(table?.itemIds.map((id, row) => [id, table.created[row] ?? Number.NaN]));
  return Float64Array.from(histories.itemIds, (id, item) => {
    const stated = created.get(id) ?? Number.NaN;
    const since = Number.isNaN(stated) ? (histories.itemFirst[item] ?? Number.NaN) : stated;
    return ageInDays(histories.newest, since);
  });
}

function ageInDays(newest: number, since: number): number {
  return Math.max(0, (newest - since) / DAY_SECONDS || 0);
}

/**
 * Opens what `packCatalogue` has packed.
 *
 * @param today  items as they are now: those that the model lacks get places behind its own, in ascending order
 * @throws RangeError if a part is missing
 */
export function openCatalogue(parts: ModelParts, today?: ItemTable): Catalogue {
  const userIds = takeTexts(parts, 'userIds');
  const places = new Map(userIds.map((id, user) => [id, user]));
  const trained = takeTexts(parts, 'itemIds');
  const added = listNewRows(trained, today);
  const newest = takeNumber(parts, 'newest');
  return {
    itemIds: [...trained, ...added.map(({ id }) => id)],
    userIds,
    offsets: takeInt32(parts, 'historyOffsets'),
    items: takeInt32(parts, 'historyItems'),
    itemUsers: lengthen(takeInt32(parts, 'itemUsers'), added.length),
    itemWeights: append(takeFloat64(parts, 'itemWeights'), new Float64Array(added.length)),
    itemAgeDays: append(
      takeFloat64(parts, 'itemAgeDays'),
      Float64Array.from(added, ({ created }) => ageInDays(newest, created)),
    ),
    trainedItems: trained.length,
    findUser: (userId) => places.get(userId),
  };
}

interface NewRow {
  readonly id: string;
  readonly created: number;
}

function listNewRows(trained: readonly string[], today: ItemTable | undefined): readonly NewRow[] {
  if (today === undefined) return [];
  const known = new Set(trained);
  return today.itemIds
    .map((id, row) => ({ id, created: today.created[row] ?? Number.NaN }))
    .filter(({ id }) => !known.has(id))
    .sort((a, b) => compareBytes(a.id, b.id));
}

function lengthen(values: Int32Array, more: number): Int32Array {
  const longer = new Int32Array(values.length + more);
  longer.set(values);
  return longer;
}

function append(values: Float64Array, more: Float64Array): Float64Array {
  const longer = new Float64Array(values.length + more.length);
  longer.set(values);
  longer.set(more, values.length);
  return longer;
}

/** Takes a user's history, oldest first; empty where the user is not known. */
export function historyOfUser(catalogue: Catalogue, userId: string): Int32Array {
  const user = catalogue.findUser(userId);
  if (user === undefined) return new Int32Array(0);
  return catalogue.items.subarray(catalogue.offsets[user] ?? 0, catalogue.offsets[user + 1] ?? 0);
}
