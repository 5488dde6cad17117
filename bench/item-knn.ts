/** Scores items by their neighbours, as the textbook does: the peer that the local recommender is measured against. */
import { type Histories, historyOf } from '../src/local/recommender/histories';
import type { ScoreItems } from '../src/local/recommender/item-scorer';
import { selectTop } from '../src/local/recommender/rank';

/**
 * Prepares item kNN with cosine similarity.
 *
 * @param neighbours  kept for each item
 * @param halfLife  of an event's weight at inference, in events
 */
export function scoreByNeighbours(histories: Histories, neighbours: number, halfLife: number): ScoreItems {
  const count = histories.itemIds.length;
  const users: number[][] = Array.from({ length: count }, () => []);
  for (let user = 0; user < histories.userIds.length; user++) {
    for (const item of historyOf(histories, user)) users[item]?.push(user);
  }
  const near = users.map((mine, item) => findNear(histories, mine, item, neighbours));
  return (history, scores) => {
    history.forEach((item, place) => {
      const weight = 2 ** (-(history.length - 1 - place) / halfLife);
      for (const { item: other, cosine } of near[item] ?? []) {
        scores[other] = (scores[other] ?? 0) + weight * cosine;
      }
    });
  };
}

interface Near {
  readonly item: number;
  readonly cosine: number;
}

function findNear(histories: Histories, users: readonly number[], item: number, neighbours: number): readonly Near[] {
  const together = new Float64Array(histories.itemIds.length);
  for (const user of users) {
    for (const other of historyOf(histories, user)) together[other] = (together[other] ?? 0) + 1;
  }
  const cosines = together.map(
    (both, other) => both / Math.sqrt(users.length * (histories.itemUsers[other] ?? 1) || 1),
  );
  cosines[item] = 0;
  return Array.from(selectTop(cosines, neighbours), (other) => ({ item: other, cosine: cosines[other] ?? 0 }));
}
