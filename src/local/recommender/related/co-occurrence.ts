/** Counts which items are found together in the histories of users, item by item, so that little is kept at a time. */
import { type Histories, historyOf } from '../histories';

/** Newest items of a history that count; time grows with the square of it. */
export const MAX_PAIRED = 1000;

/** How much two places of a history have to do with each other: `after[lag]` where the other item came after, by lag. */
export interface PairWeights {
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/** What is found beside one item: `items` ascend, `weights` are beside them, greater than 0. */
export interface Companions {
  readonly items: Int32Array;
  readonly weights: Float64Array;
}

/** Counts every pair of a history as 1, however far apart: the number of users who have both items. */
export function createEqualWeights(): PairWeights {
  const ones = new Float64Array(MAX_PAIRED).fill(1);
  return { before: ones, after: ones };
}

/** Which users' histories count, and for which items companions are wanted, by 1; all where undefined. */
export interface CompanionChoice {
  readonly isCounted?: Uint8Array | undefined;
  readonly isAsked?: Uint8Array | undefined;
}

const NO_COMPANIONS: Companions = { items: new Int32Array(0), weights: new Float64Array(0) };

/** Lists the companions of every item in turn, in the order of the items; none for those that are not asked for. */
export function* listCompanions(
  histories: Histories,
  { before, after }: PairWeights,
  { isCounted, isAsked }: CompanionChoice = {},
): Generator<Companions, void> {
  const takers = listTakers(histories, isCounted);
  const sums = new Float64Array(histories.itemIds.length);
  const touched = new Int32Array(histories.itemIds.length);
  for (let item = 0; item < histories.itemIds.length; item++) {
    if (isAsked?.[item] === 0) {
      yield NO_COMPANIONS;
      continue;
    }
    let count = 0;
    for (let at = takers.offsets[item] ?? 0; at < (takers.offsets[item + 1] ?? 0); at++) {
      const history = pairedHistory(histories, takers.users[at] ?? 0);
      const place = takers.places[at] ?? 0;
      const first = Math.max(0, place - before.length + 1);
      const last = Math.min(history.length, place + after.length);
      for (let other = first; other < last; other++) {
        if (other === place) continue;
        const companion = history[other] ?? 0;
        const sum = sums[companion] ?? 0;
        if (sum === 0) touched[count++] = companion;
        sums[companion] = sum + (other > place ? (after[other - place] ?? 0) : (before[place - other] ?? 0));
      }
    }
    const items = touched.slice(0, count).sort();
    yield { items, weights: Float64Array.from(items, (companion) => sums[companion] ?? 0) };
    for (const companion of items) sums[companion] = 0;
  }
}

function pairedHistory(histories: Histories, user: number): Int32Array {
  return historyOf(histories, user).subarray(-MAX_PAIRED);
}

/** Users of item i, and where it is in what of their histories counts, from `offsets[i]` to `offsets[i + 1] - 1`. */
interface Takers {
  readonly offsets: Int32Array;
  readonly users: Int32Array;
  readonly places: Int32Array;
}

function listTakers(histories: Histories, isCounted: Uint8Array | undefined): Takers {
  const offsets = new Int32Array(histories.itemIds.length + 1);
  const forEachPlace = (visit: (item: number, user: number, place: number) => void): void => {
    for (let user = 0; user < histories.userIds.length; user++) {
      if (isCounted?.[user] === 0) continue;
      pairedHistory(histories, user).forEach((item, place) => {
        visit(item, user, place);
      });
    }
  };
  forEachPlace((item) => {
    offsets[item + 1] = (offsets[item + 1] ?? 0) + 1;
  });
  for (let item = 0; item < histories.itemIds.length; item++) {
    offsets[item + 1] = (offsets[item + 1] ?? 0) + (offsets[item] ?? 0);
  }
  const next = offsets.slice();
  const users = new Int32Array(offsets[histories.itemIds.length] ?? 0);
  const places = new Int32Array(users.length);
  forEachPlace((item, user, place) => {
    const at = next[item] ?? 0;
    users[at] = user;
    places[at] = place;
    next[item] = at + 1;
  });
  return { offsets, users, places };
}
