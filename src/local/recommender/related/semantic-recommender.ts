/** Recommends by texts: from the lists of a model, and from the texts of items that came or changed after it. */
import { selectTop } from '../rank';
import type { ItemTable, ListWish, ModelParts, RankingInfluence, Recommender } from '../recipe';
import { openItemEmbedder } from '../text/item-vectors';
import { findRows } from './embedded-items';
import { createLister, KEPT, rankPopular } from './related-lists';
import { markTexts, type OpenedSemanticModel, openSemanticModel, rateFreshness } from './semantic-model';

/**
 * Opens a model. The items of `today` whose texts it does not know get vectors without learning anew.
 *
 * @throws RangeError if a part is missing
 */
export function openSemantic(parts: ModelParts, today?: ItemTable): Recommender {
  const model = extendModel(openSemanticModel(parts), parts, today);
  const places = new Map(model.itemIds.map((id, place) => [id, place]));
  const list = createLister(rankPopular(model.itemWeights));
  return {
    itemIds: model.itemIds,
    recommend({ itemId = '' }, { count, allowed, influence }: ListWish) {
      const own = places.get(itemId);
      const related = own === undefined ? [] : rankRelated(model, own, influence);
      return { items: list({ own, related, count, allowed }).map((item) => model.itemIds[item] ?? '') };
    },
  };
}

/** A model with the items of today: those whose texts are new to it are `changed`, by place, ascending. */
interface ExtendedModel extends OpenedSemanticModel {
  readonly changed: readonly number[];
  readonly isChanged: Uint8Array;
}

function extendModel(model: OpenedSemanticModel, parts: ModelParts, today: ItemTable | undefined): ExtendedModel {
  const known = new Set(model.itemIds);
  const fresh = today === undefined ? [] : today.itemIds.filter((id) => !known.has(id)).sort();
  const itemIds = [...model.itemIds, ...new Set(fresh)];
  const isChanged = new Uint8Array(itemIds.length);
  if (today === undefined) return { ...model, changed: [], isChanged };
  const embedder = openItemEmbedder(parts);
  const rows = findRows(itemIds, today);
  const marks = markTexts(today, rows, embedder.space.columns);
  rows.forEach((row, place) => {
    if (row >= 0 && (place >= model.itemIds.length || marks[place] !== model.textMarks[place])) isChanged[place] = 1;
  });
  const changed = rows.map((_, place) => place).filter((place) => isChanged[place] === 1);
  const { depth, values } = embedder.project(
    embedder.weigh(
      today,
      changed.map((place) => rows[place] ?? -1),
    ),
  );
  const vectors = lengthen(model.vectors.values, itemIds.length * depth);
  changed.forEach((place, at) => {
    vectors.set(values.subarray(at * depth, (at + 1) * depth), place * depth);
  });
  const freshness = lengthen(model.freshness, itemIds.length);
  for (let place = model.itemIds.length; place < itemIds.length; place++) {
    freshness[place] = rateFreshness(today.created[rows[place] ?? -1], model.oldest, model.newest);
  }
  const itemWeights = new Float64Array(itemIds.length);
  itemWeights.set(model.itemWeights);
  const popularity = lengthen(model.popularity, itemIds.length);
  return {
    ...model,
    itemIds,
    itemWeights,
    popularity,
    freshness,
    vectors: { depth, values: vectors },
    changed,
    isChanged,
  };
}

function lengthen(values: Float32Array, length: number): Float32Array {
  const longer = new Float32Array(length);
  longer.set(values);
  return longer;
}

/** Ranks what is near to an item, by cosine + influences · their scores. */
function rankRelated(model: ExtendedModel, own: number, influence: RankingInfluence | undefined): Iterable<number> {
  const { popularity: towardPopular = 0, freshness: towardFresh = 0 } = influence ?? {};
  if (model.changed.length === 0 && towardPopular === 0 && towardFresh === 0) {
    return model.lists.items.subarray(model.lists.offsets[own], model.lists.offsets[own + 1]);
  }
  const near = model.isChanged[own] === 1 ? measureAll(model, own) : measureNear(model, own);
  const scores = near.cosines.map((cosine, at) => {
    const item = near.items[at] ?? 0;
    return cosine + towardPopular * (model.popularity[item] ?? 0) + towardFresh * (model.freshness[item] ?? 0);
  });
  return selectTop(scores, KEPT).map((at) => near.items[at] ?? 0);
}

interface Near {
  /** Ascending places. */
  readonly items: Int32Array;
  readonly cosines: Float64Array;
}

/** Takes the list of the model, less what changed, and all that changed. */
function measureNear(model: ExtendedModel, own: number): Near {
  const cosines = new Map<number, number>();
  for (let at = model.lists.offsets[own] ?? 0; at < (model.lists.offsets[own + 1] ?? 0); at++) {
    const item = model.lists.items[at] ?? 0;
    if (model.isChanged[item] === 0) cosines.set(item, model.lists.scores[at] ?? 0);
  }
  for (const item of model.changed) addCosine(cosines, model, own, item);
  return toNear(cosines);
}

/** Computes the cosines of an item that has no list, and keeps the KEPT greatest. */
function measureAll(model: ExtendedModel, own: number): Near {
  const cosines = new Map<number, number>();
  for (let item = 0; item < model.itemIds.length; item++) addCosine(cosines, model, own, item);
  const all = toNear(cosines);
  const best = selectTop(all.cosines, KEPT).sort();
  return {
    items: best.map((at) => all.items[at] ?? 0),
    cosines: Float64Array.from(best, (at) => all.cosines[at] ?? 0),
  };
}

function addCosine(cosines: Map<number, number>, model: ExtendedModel, own: number, item: number): void {
  if (item === own) return;
  const { depth, values } = model.vectors;
  let cosine = 0;
  for (let k = 0; k < depth; k++) cosine += (values[own * depth + k] ?? 0) * (values[item * depth + k] ?? 0);
  if (cosine > 0) cosines.set(item, cosine);
}

function toNear(cosines: ReadonlyMap<number, number>): Near {
  const items = Int32Array.from(cosines.keys()).sort();
  return { items, cosines: Float64Array.from(items, (item) => cosines.get(item) ?? 0) };
}
