/** Draws new items, of which too little is known to score them, so that they are seen and become known. */
import type { Catalogue } from './catalogue';
import { hashPair, hashText } from './identity';
import { MIN_ITEM_USERS } from './item-weights';
import type { Exploration } from './recipe';

/** Draws the new items to be tried with one user: places, without repetition, perhaps some that the user has. */
export type DrawNewItems = (userId: string, count: number, exploration: Exploration) => readonly number[];

/**
 * Prepares the draws for a catalogue. New are items with too few users to be scored exactly and not older than the
 * cut-off. Of `count` items shown, ⌈`count` · weight / 10⌉ are drawn, for each user others, by the seed.
 * nightjar's choice: AWS documents the weight, but not what share of a list it gives.
 */
export function createExploration(catalogue: Catalogue): DrawNewItems {
  const byCutOff = new Map<number, readonly number[]>();
  return (userId, count, { weight, ageCutOffDays, seed }) => {
    const wanted = Math.ceil((count * Math.min(1, Math.max(0, weight))) / 10);
    if (wanted === 0) return [];
    const fresh = byCutOff.get(ageCutOffDays) ?? listNewItems(catalogue, ageCutOffDays);
    byCutOff.set(ageCutOffDays, fresh);
    if (fresh.length === 0) return [];
    const start = hashText(userId, seed);
    const drawn = new Set<number>();
    for (let turn = 0; turn < wanted; turn++) drawn.add(fresh[hashPair(start, turn) % fresh.length] ?? 0);
    return [...drawn];
  };
}

function listNewItems({ itemUsers, itemAgeDays }: Catalogue, cutOffDays: number): readonly number[] {
  return Array.from(itemUsers, (_, item) => item).filter(
    (item) => (itemUsers[item] ?? 0) < MIN_ITEM_USERS && (itemAgeDays[item] ?? 0) <= cutOffDays,
  );
}
