/** Splits histories into training and test as Personalize documents it for each family of recipes. */
import { type Histories, historyOf, truncateHistories, weightsOf } from './histories';
import { hashText } from './identity';

/** More test users than this tell nothing more and cost time. */
const MAX_TEST_USERS = 2000;

/** A user held out: what is fed, oldest first, and what is to be found. */
export interface HeldOutUser {
  readonly fed: Int32Array;
  readonly truth: ReadonlySet<number>;
  /** How much each item of the truth counts; undefined where all count 1. */
  readonly weights?: ReadonlyMap<number, number> | undefined;
}

/**
 * Holds out 10 % of the users with at least two items, drawn by the seed: the oldest 90 % of such a user's history is
 * fed, the newest 10 % (at least one item) is the truth; the training histories lack these users altogether.
 */
export function holdOutUsers(
  histories: Histories,
  seed: number,
): { readonly training: Histories; readonly heldOut: readonly HeldOutUser[] } {
  const draws = histories.userIds.map((id) => hashText(id, seed));
  const eligible = Array.from(draws, (_, user) => user).filter((user) => historyOf(histories, user).length >= 2);
  eligible.sort((a, b) => (draws[a] ?? 0) - (draws[b] ?? 0) || a - b);
  const chosen = eligible.slice(0, Math.min(MAX_TEST_USERS, Math.ceil(eligible.length / 10)));
  const isChosen = new Set(chosen);
  return {
    training: truncateHistories(histories, (user, length) => (isChosen.has(user) ? 0 : length)),
    heldOut: chosen.map((user) => splitNewest(historyOf(histories, user), 0.1, weightsOf(histories, user))),
  };
}

/** Cuts off the newest share of a history, at least one item; `weights` are those of the history. */
export function splitNewest(history: Int32Array, share: number, weights?: Float32Array): HeldOutUser {
  const fed = history.subarray(0, history.length - countNewest(history.length, share));
  const newest = history.subarray(fed.length);
  const weightAt = (place: number): number => weights?.[fed.length + place] ?? 1;
  return {
    fed,
    truth: new Set(newest),
    weights: weights && new Map(Array.from(newest, (item, place) => [item, weightAt(place)])),
  };
}

/** Holds out the newest 20 % of every user's items, at least one where there are two, for segmentation recipes. */
export function holdOutNewest(histories: Histories): {
  readonly training: Histories;
  /** Items for each user. */
  readonly truth: readonly ReadonlySet<number>[];
} {
  const keep = (length: number): number => (length < 2 ? length : length - countNewest(length, 0.2));
  return {
    training: truncateHistories(histories, (_, length) => keep(length)),
    truth: histories.userIds.map((_, user) => {
      const history = historyOf(histories, user);
      return new Set(history.subarray(keep(history.length)));
    }),
  };
}

function countNewest(length: number, share: number): number {
  return Math.max(1, Math.floor(length * share));
}
