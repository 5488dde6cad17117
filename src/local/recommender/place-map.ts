/** Gives the items of histories the places that an earlier model gave them. */
import type { Histories } from './histories';

/**
 * Puts the items of a model in front, at their places, and behind them the other items of the histories, ascending.
 * Items of the model that the histories lack stay, without interactions.
 */
export function replaceItems(histories: Histories, modelItemIds: readonly string[]): Histories {
  const known = new Set(modelItemIds);
  const itemIds = [...modelItemIds, ...histories.itemIds.filter((id) => !known.has(id))];
  const places = new Map(itemIds.map((id, place) => [id, place]));
  const placeOf = Int32Array.from(histories.itemIds, (id) => places.get(id) ?? 0);
  const move = <Values extends MovedValues>(values: MovedValues, moved: Values): Values => {
    placeOf.forEach((place, item) => {
      moved[place] = values[item] ?? 0;
    });
    return moved;
  };
  const count = itemIds.length;
  return {
    ...histories,
    itemIds,
    items: histories.items.map((item) => placeOf[item] ?? 0),
    itemUsers: move(histories.itemUsers, new Int32Array(count)),
    itemWeights: move(histories.itemWeights, new Float64Array(count)),
    itemEvents: move(histories.itemEvents, new Int32Array(count)),
    itemFirst: move(histories.itemFirst, new Float64Array(count).fill(Number.NaN)),
  };
}

interface MovedValues {
  [place: number]: number;
}
